using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Tests.Connections;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Promises;

/// <summary>
/// Complaints of users of other libraries, each test under the name of its complaint. Complaints that need a
/// real socket are in ClientWebSocketCloseTests (a close that is never answered) and ClientWebSocketMessageTests
/// (a send that a dead peer never takes). Complaints about several endpoints are in ConnectionSupervisorTests
/// (attempts exhausted and resumed, a change of one endpoint that leaves the others alone).
/// </summary>
public class PeerRegressionTests : ConnectionSpec
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<string> _heard = [];

    [Fact]
    public void Second_reconnect_beside_the_first_a_write_error_and_a_read_error_start_one_dial()
    {
        StartOpen();
        Socket.HoldsSends = true;
        Send("into the void", CreateTestProbe());
        Settle();

        Socket.ReleaseSends(SendStatus.Expired);
        Socket.Lose(new DialFailure(FailureLayer.Tcp, "reset"));
        Connection.Tell(new ConnectionEnded(1, new ConnectionEnd(1006, "", WasClean: false)));
        ExpectStates(ConnectionState.BackingOff);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Advance(60);

        Assert.Equal((2, 1), (Network.DialsOf(Id).Count, Network.PeakSockets(Id)));
    }

    [Fact]
    public void Second_reconnect_beside_the_first_close_during_backoff_does_not_reopen()
    {
        StartOpen();
        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        WatchConnection();

        Connection.Tell(new CloseConnection(1000, "done"));
        ExpectStopped();
        ((VirtualScheduler)Sys.Scheduler).Advance(TimeSpan.FromHours(1));

        Assert.Single(Network.DialsOf(Id));
    }

    [Fact]
    public void Stuck_for_ever_a_url_provider_that_throws_fails_one_attempt()
    {
        var attempts = 0;
        Resolver = new Provider(
            (settings, url, _) => ++attempts == 1 ? throw new InvalidOperationException("no token yet") : Resolved(settings, url));
        Start();
        ExpectStates(ConnectionState.BackingOff);

        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        var failed = ExpectBackingOff(CauseKind.DialFailed);
        Advance(1);

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.Equal((FailureLayer.Resolve, "no token yet"), (failed.Cause!.Layer, failed.Cause.Detail));
    }

    [Fact]
    public void Stuck_for_ever_a_url_provider_that_hangs_is_left_behind_at_the_connect_deadline()
    {
        var attempts = 0;
        Resolver = new Provider(
            (settings, url, _) =>
                ++attempts == 1 ? new ValueTask<DialRequest>(new TaskCompletionSource<DialRequest>().Task) : Resolved(settings, url));
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        Advance(10);
        ExpectBackingOff(CauseKind.ConnectTimeout);
        AwaitAssert(() => Assert.Equal(0, Plane.Sockets));
        Advance(1);

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }

    [Fact]
    public void Accept_then_close_is_no_success_and_no_zero_delay_loop()
    {
        Network.Otherwise = _ => DialScript.AcceptWith(connection => connection.PeerClose(1000));
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        var delays = new List<double>();
        for (var round = 0; round < 10; round++)
        {
            ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
            delays.Add(ExpectBackingOff(CauseKind.PeerClosed).RetryIn!.Value.TotalSeconds);
            Advance(delays[^1]);
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(failures => Math.Min(30, Math.Pow(1.5, failures))), delays, (expected, actual) =>
            Math.Abs(expected - actual) < 1e-6);
    }

    [Fact]
    public void Retry_storms_a_429_with_retry_after_holds_back_every_endpoint_of_the_host()
    {
        Network.Script(Id, DialScript.Refuse(429, "20"));
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        Assert.Equal(Seconds(20), ExpectBackingOff(CauseKind.DialFailed).RetryIn);

        var other = CreateTestProbe();
        Governor.Tell(new RequestPermit(new EndpointId("other"), "feed.test", null, 1), other.Ref);
        Advance(19.9);
        Assert.False(other.HasMessages);
        Advance(0.1);

        other.ExpectMsg<PermitGranted>();
    }

    [Fact]
    public void Retry_storms_endpoints_that_lost_their_server_together_do_not_return_together()
    {
        var backoff = new BackoffSettings { Initial = TimeSpan.FromSeconds(30) };
        var returns = Enumerable.Range(0, 1000)
            .Select(number => ReconnectBackoff.Delay(backoff, 1, SplitMix.For(1, $"feed-{number}").NextDouble()).TotalSeconds)
            .ToArray();

        var fullestSecond = returns.GroupBy(delay => (int)delay).Max(second => second.Count());

        Assert.InRange(fullestSecond, 1000 / 30, 1000 / 30 * 2);
    }

    [Fact]
    public void Retry_storms_jitter_is_drawn_for_every_attempt()
    {
        Network.Otherwise = _ => DialScript.Fail(FailureLayer.Tcp);
        Start(Defaults with { Backoff = new BackoffSettings { Initial = Seconds(30), Multiplier = 1, Jitter = Jitter.Full } });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        var delays = new HashSet<TimeSpan>();
        for (var round = 0; round < 5; round++)
        {
            delays.Add(ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff)[1].RetryIn!.Value);
            Advance(30);
        }

        Assert.Equal(5, delays.Count);
    }

    [Fact]
    public void Two_clocks_a_healthy_quiet_feed_is_not_torn_down()
    {
        StartOpen();
        for (var second = 0; second < 600; second++)
            Advance(1);

        Assert.Single(Network.DialsOf(Id));
        Assert.InRange(Socket.Pings.Count, 25, 30);
    }

    [Fact]
    public void Two_clocks_pongs_do_not_hide_that_no_data_comes()
    {
        StartOpen(Defaults with { Timeouts = new TimeoutSettings { DataIdle = new DataIdleSettings(Seconds(90)) } });
        for (var second = 0; second < 89; second++)
            Advance(1);
        Assert.NotEmpty(Socket.Pings);
        Assert.False(Socket.IsEnded);

        Advance(1);

        var cause = ((StateChanged)FishForMessage(message => message is StateChanged { To: ConnectionState.BackingOff })).Cause;
        Assert.Equal(CauseKind.DataIdle, cause!.Kind);
    }

    [Fact]
    public void Messages_silently_dropped_a_send_while_down_is_answered()
    {
        StartOpen();
        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);

        Send("lost?", TestActor);

        Assert.Equal(SendStatus.Refused, ExpectMsg<SendResult>().Status);
    }

    [Fact]
    public void Messages_silently_dropped_the_gap_and_the_states_stand_in_order_with_the_data()
    {
        StartOpen();
        using var reading = Plane.Feed.Subscribe(new Handler(_heard));
        Socket.DeliverText("1");
        Settle();
        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Socket.DeliverText("2");
        Settle();

        Assert.Equal(["1", "backing-off", "connecting", "gap", "open", "2"], _heard);
    }

    [Fact]
    public void Expired_token_headers_are_resolved_anew_for_every_attempt()
    {
        var token = 0;
        Resolver = new Provider(
            (settings, url, _) => new ValueTask<DialRequest>(new DialRequest(settings, url, [new("Authorization", $"Bearer {++token}")])));
        StartOpen();
        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal(["Bearer 1", "Bearer 2"], Network.DialsOf(Id).Select(dial => dial.Request.Headers.Single().Value));
    }

    [Fact]
    public void Cancellation_that_nobody_asked_for_is_a_failed_attempt_and_no_shutdown()
    {
        var attempts = 0;
        Resolver = new Provider(
            (settings, url, _) => ++attempts == 1 ? throw new OperationCanceledException("a timeout inside") : Resolved(settings, url));
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        ExpectBackingOff(CauseKind.DialFailed);
        Advance(1);

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }

    [Fact]
    public void Cancellation_that_a_keep_alive_timeout_surfaces_as_is_the_end_of_a_connection_to_be_retried()
    {
        var surfaced = new OperationCanceledException("Aborted");

        var failure = WebSocketEnds.Judge(surfaced, null, null);
        var cause = CloseCause.OfEnd(new ConnectionEnd(1006, "", WasClean: false) { Failure = failure });
        var next = NextAttempt.After(Defaults, cause, failures: 0, flapping: false, random: 0, Noon);

        Assert.True(WebSocketEnds.IsEnd(surfaced));
        Assert.Equal((true, 1, false, OutcomeAction.Retry), (cause.IsFailure, next.Failures, next.GivesUp, next.Outcome.Action));
    }

    private static ValueTask<DialRequest> Resolved(EndpointSettings settings, Uri url) => new(new DialRequest(settings, url, []));

    private sealed class Provider(Func<EndpointSettings, Uri, CancellationToken, ValueTask<DialRequest>> resolve) : IAttemptResolver
    {
        public ValueTask<DialRequest> ResolveAsync(Attempt attempt, CancellationToken cancellation) =>
            resolve(attempt.Settings, attempt.Url, cancellation);
    }

    private sealed class Handler(List<string> heard) : IFeedHandler
    {
        public void OnEvent(in FeedEvent happened) => heard.Add(
            happened.IsMessage ? Encoding.UTF8.GetString(happened.Payload.Span)
            : happened.State is { } state ? state.Name
            : "gap");
    }
}
