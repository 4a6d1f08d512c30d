using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>What endpoints know beyond the life of the process.</summary>
public class RestoredSessionTests : SupervisorSpec
{
    private static readonly EndpointSettings Resuming = Endpoint("a") with
    {
        Url = new Uri("ws://a.test/?id=@{session.id ?? 'none'}&seq=@{sequence ?? -1}"),
        OnOpen =
        [
            new DialogueStep(MessageTemplate.Json("""{"op":"resume","n":"@{counter}"}"""), Json("resumed"), TimeSpan.FromSeconds(5))
            {
                When = "session.id",
                Resumed = true,
            },
            new DialogueStep(MessageTemplate.Json("""{"op":"login","n":"@{counter}"}"""), Json("ready"), TimeSpan.FromSeconds(5))
            {
                Unless = "session.id",
                Capture = new ValueMap<ValueTemplate>([new("session.id", ValueTemplate.Text("@{/id}"))]),
            },
        ],
        Sequence = new SequenceSettings(["/s"]),
        OnMessage = [new MessageRule { Match = Json("invalid"), Forget = [TemplateName.Session] }],
    };

    private static readonly EndpointSession Known = new(
        Id("a"),
        new([new("session.id", new SessionValue(SessionValueKind.Text, "abc"))]),
        7,
        new([new("", 4)]));

    [Fact]
    public void An_endpoint_that_has_logged_in_has_a_session_to_keep()
    {
        LogIn(Resuming);

        Assert.Equal(Known with { Counters = new([new("", 1)]) }, Assert.Single(Sessions()));
    }

    [Fact]
    public void A_process_that_starts_with_a_session_dials_and_resumes_like_the_next_dial_of_the_one_before()
    {
        Supervisor.Tell(new RestoreSessions([Known]), TestActor);
        Apply(Resuming);
        AwaitDials(1);

        Assert.Equal("?id=abc&seq=7", Network.DialsOf(Id("a"))[0].Request.Url.Query);
        AwaitAssert(() => Assert.Equal(["""{"op":"resume","n":1}"""], Network.Connection(Id("a")).SentText));
        Network.Connection(Id("a")).DeliverText("""{"op":"resumed"}""");
        AwaitStates(("a", "open"));
        Assert.Equal(Known, Assert.Single(Sessions()));
    }

    [Fact]
    public void A_session_that_waits_for_its_first_dial_or_for_its_operator_is_not_lost()
    {
        Supervisor.Tell(new RestoreSessions([Known]), TestActor);
        Apply(Resuming with { Enabled = false });

        Assert.Equal(Known, Assert.Single(Sessions()));
    }

    [Fact]
    public void A_session_with_a_value_under_secrets_is_not_kept_and_not_taken()
    {
        LogIn(Resuming with { Secrets = ["session.id"] });
        Assert.Empty(Sessions());

        Supervisor.Tell(new RestoreSessions([Known with { Endpoint = Id("b") }]), TestActor);
        Command(new AddEndpoint(Resuming with { Id = Id("b"), Secrets = ["session.id"] }));

        AwaitAssert(() =>
        {
            Advance(0.1);
            Assert.Equal("?id=none&seq=-1", Assert.Single(Network.DialsOf(Id("b"))).Request.Url.Query);
        });
    }

    [Fact]
    public void A_session_is_not_kept_where_the_peer_repeats_a_secret_in_it()
    {
        var knowing = Sys.ActorOf(ConnectionSupervisor.Props(
            new SupervisorDependencies(Network, new SecretAttemptResolver(_ => "Kanarienvogel"), new FeedRegistry(TimeProvider.System))));
        var login = Resuming.OnOpen[1] with { Send = MessageTemplate.Text("login @{env.TOKEN}") };
        var renamed = new MessageRule { Match = Json("renamed"), Capture = login.Capture };
        knowing.Tell(new AddEndpoint(Resuming with { OnOpen = [login], OnMessage = [renamed] }), TestActor);
        ExpectMsg<CommandResult>();
        AwaitDials(1);
        AwaitAssert(() => Assert.Equal(["login Kanarienvogel"], Network.Connection(Id("a")).SentText));
        Network.Connection(Id("a")).DeliverText("""{"op":"ready","id":"x","s":7}""");
        AwaitAssert(() => Assert.Single(Sessions(knowing)));

        Network.Connection(Id("a")).DeliverText("""{"op":"renamed","id":"it was kanarienvogel"}""");

        AwaitAssert(() => Assert.Empty(Sessions(knowing)));
    }

    [Fact]
    public void An_endpoint_that_is_removed_loses_its_session()
    {
        Supervisor.Tell(new RestoreSessions([Known]), TestActor);
        Apply(Resuming with { Enabled = false });
        Apply();
        Apply(Resuming);
        AwaitDials(1);

        Assert.Equal("?id=none&seq=-1", Network.DialsOf(Id("a"))[0].Request.Url.Query);
    }

    [Fact]
    public void An_endpoint_that_comes_back_while_its_connection_still_closes_begins_without_its_session()
    {
        LogIn(Resuming);
        Network.Connection(Id("a")).AnswersClose = false;
        Apply();
        Assert.Empty(Sessions());
        Apply(Resuming);

        AwaitDials(2);
        Assert.Equal("?id=none&seq=-1", Network.DialsOf(Id("a"))[1].Request.Url.Query);
    }

    [Fact]
    public void A_session_that_is_forgotten_is_not_kept()
    {
        LogIn(Resuming);

        Network.Connection(Id("a")).DeliverText("""{"op":"invalid"}""");

        AwaitAssert(() => Assert.Empty(Sessions()));
    }

    public static TheoryData<EndpointSession, string> Wrong => new()
    {
        { With("id", SessionValueKind.Text, "x"), "a name is not session. and a name" },
        { With("session.@{", SessionValueKind.Text, "x"), "a name is not session. and a name" },
        { With("session.id", SessionValueKind.Text, new string('x', 8 * 1024 + 1)), "a value is none, or is too large" },
        { With("session.id", SessionValueKind.Bytes, Convert.ToBase64String(new byte[8 * 1024 + 1])), "a value is none, or is too large" },
        { With("session.id", SessionValueKind.Bytes, "no base 64!"), "a value is none, or is too large" },
        { With("session.id", SessionValueKind.Json, "{"), "a value is none, or is too large" },
        { With("session.id", SessionValueKind.Json, "null"), "a value is none, or is too large" },
        { With("session.id", (SessionValueKind)9, "x"), "a value is none, or is too large" },
        { Known with { Counters = new([new("", -1)]) }, "a counter is below 0" },
        { Known with { Counters = Counters(257) }, "it has more than 256 names" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_session_that_no_endpoint_can_have_is_ignored(EndpointSession session, string reason)
    {
        Assert.Equal(reason, session.Reject());

        Supervisor.Tell(new RestoreSessions([session]), TestActor);
        Apply(Resuming);
        AwaitDials(1);

        Assert.Equal("?id=none&seq=-1", Network.DialsOf(Id("a"))[0].Request.Url.Query);
    }

    [Theory]
    [InlineData(SessionValueKind.Text, "12")]
    [InlineData(SessionValueKind.Json, "1.50")]
    [InlineData(SessionValueKind.Json, "{\"a\":[null]}")]
    [InlineData(SessionValueKind.Bytes, "AP8=")]
    public void A_value_keeps_its_type_and_its_digits(SessionValueKind kind, string content)
    {
        var value = new SessionValue(kind, content);

        Assert.Equal(value, SessionValue.Of(value.Read()!));
    }

    private static EndpointSession With(string name, SessionValueKind kind, string content) =>
        Known with { Values = new([new(name, new SessionValue(kind, content))]) };

    private static ValueMap<long> Counters(int count) =>
        new(Enumerable.Range(0, count).Select(number => KeyValuePair.Create($"c{number}", 1L)));

    private static MessagePattern Json(string op) => new MessagePattern.Json([new JsonExpectation("/op", $"\"{op}\"")]);

    private void LogIn(EndpointSettings settings)
    {
        Apply(settings);
        AwaitDials(1);
        AwaitAssert(() => Assert.Equal(["""{"op":"login","n":1}"""], Network.Connection(Id("a")).SentText));
        Network.Connection(Id("a")).DeliverText("""{"op":"ready","id":"abc","s":7}""");
        AwaitStates(("a", "open"));
    }

    private IReadOnlyList<EndpointSession> Sessions(IActorRef? supervisor = null)
    {
        (supervisor ?? Supervisor).Tell(GetSessions.Instance, TestActor);
        return ((SessionList)FishForMessage(message => message is SessionList)).Sessions;
    }
}
