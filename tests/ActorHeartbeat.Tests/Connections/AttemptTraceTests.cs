using System.Diagnostics;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>The activity of an attempt: its steps, its outcome, and nothing that is secret.</summary>
public class AttemptTraceTests : ConnectionSpec
{
    private const string Where = "url.scheme=ws server.address=feed.test server.port=80";

    private static int _names;

    private readonly EndpointSettings _settings = Defaults with { Id = new EndpointId($"traced{Interlocked.Increment(ref _names)}") };

    [Fact]
    public void An_attempt_that_opens_has_its_steps_and_ends_when_it_is_open()
    {
        using var traced = new Traced();
        var hello = new DialogueStep(MessageTemplate.Text("hi"), new MessagePattern.Text("welcome"), Seconds(10));
        Start(_settings with { OnOpen = [hello] });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        AwaitAssert(() => Assert.Equal(["hi"], Network.Connection(_settings.Id).SentText));
        Assert.Empty(traced.Attempts(_settings.Id.Value));

        Network.Connection(_settings.Id).DeliverText("welcome");
        ExpectStates(ConnectionState.Open);

        var attempt = Assert.Single(traced.Attempts(_settings.Id.Value));
        Assert.Equal(
            $"Ok actorheartbeat.attempt=1 {Where} actorheartbeat.incarnation=1 actorheartbeat.outcome=open: "
                + "permit wait Ok, resolve Ok, opening dialogue Ok",
            attempt);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public void A_failed_attempt_says_where_it_failed_and_the_next_is_another()
    {
        using var traced = new Traced();
        Network.Script(_settings.Id, DialScript.Refuse(500));
        Start(_settings);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal(
            [
                $"Error actorheartbeat.attempt=1 {Where} actorheartbeat.incarnation=1 error.type=http http.response.status_code=500 "
                    + "actorheartbeat.outcome=failed: permit wait Ok, resolve Ok",
                $"Ok actorheartbeat.attempt=2 {Where} actorheartbeat.incarnation=2 actorheartbeat.outcome=open: "
                    + "permit wait Ok, resolve Ok, opening dialogue Ok",
            ],
            traced.Attempts(_settings.Id.Value));
    }

    [Fact]
    public void An_attempt_that_is_given_up_in_the_queue_is_no_failure()
    {
        using var traced = new Traced();
        Ledger.Configure(new SupervisorSettings { MaxConnecting = 0 }, new Dictionary<string, GroupSettings>(), TimeSpan.Zero);
        Start(_settings);
        ExpectStates(ConnectionState.BackingOff);
        WatchConnection();
        Advance(0);

        Connection.Tell(new CloseConnection(1000, ""), TestActor);
        ExpectStopped();

        Assert.Equal(
            [$"Unset actorheartbeat.attempt=1 {Where} actorheartbeat.outcome=given-up: permit wait Ok"],
            traced.Attempts(_settings.Id.Value));
    }

    [Fact]
    public void Nothing_of_a_secret_is_in_it()
    {
        using var traced = new Traced();
        Resolver = new SecretAttemptResolver(name => $"canary-{name}");
        var url = new Uri("ws://canary-user:canary-word@feed.test/canary-path?token=${env:QUERY}#canary-part");
        Network.Script(_settings.Id, DialScript.Refuse(401, "canary-later"));
        Start(_settings with
        {
            Url = url,
            Headers = new([KeyValuePair.Create("Authorization", SecretValue.Environment("HEADER"))]),
        });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);

        Assert.Single(traced.Attempts(_settings.Id.Value));
        Assert.DoesNotContain("canary", traced.Everything(_settings.Id.Value), StringComparison.Ordinal);
    }
}
