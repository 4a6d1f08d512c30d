using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Templates;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>What outlives a connection: values of the session, the number of the peer, counters.</summary>
public class SessionTests : ConnectionSpec
{
    private static readonly DialogueStep
        Resume = new(
            MessageTemplate.Json("""{"op":"resume","id":"@{session.id}","seq":"@{sequence ?? none}","n":"@{counter}"}"""),
            Json("/op", "\"resumed\""),
            Seconds(5))
        {
            When = "session.id",
            Resumed = true,
        },
        Login = new(MessageTemplate.Json("""{"op":"login","n":"@{counter}"}"""), Json("/op", "\"ready\""), Seconds(5))
        {
            Unless = "session.id",
            Capture = Values(("session.id", "@{/id}")),
        };

    private static readonly EndpointSettings Endpoint = Defaults with
    {
        OnOpen = [Resume, Login],
        Sequence = new SequenceSettings(["/s"]) { Step = 1 },
        OnMessage = [new MessageRule { Match = Json("/op", "\"invalid\""), Forget = [TemplateName.Session], Then = RuleAction.Retry }],
        Outcomes = new OutcomeSettings(
            [new OutcomeRule { CloseCode = [1008], Then = OutcomeAction.Retry, Forget = [TemplateName.Session] }], OutcomeAction.Retry),
    };

    [Fact]
    public void A_peer_that_goes_on_where_it_was_leaves_no_gap()
    {
        LogIn();
        Socket.DeliverText("""{"s":2}""");
        Lose();

        Assert.Equal(["""{"op":"resume","id":"abc","seq":2,"n":1}"""], SentText);
        Socket.DeliverText("""{"s":3}""");
        Socket.DeliverText("""{"op":"resumed"}""");
        ExpectStates(ConnectionState.Open);
        Socket.DeliverText("""{"s":4}""");

        Assert.Equal(["{\"s\":2}", "{\"s\":3}", "{\"s\":4}"], Heard());
        Assert.Equal(0, Plane.Feed.Gaps);
    }

    [Fact]
    public void Counters_go_on_where_the_peer_does()
    {
        var asks = new HeartbeatSettings { Mode = HeartbeatMode.Message, Send = MessageTemplate.Text("beat @{counter}") };
        LogIn(Endpoint with { Heartbeat = asks });
        Advance(20); // beat 2
        Socket.DeliverText("alive");
        Advance(20); // beat 3
        Assert.Equal("beat 3", SentText[^1]);
        Socket.DeliverText("alive");
        Settle();
        Network.Script(Id, DialScript.Refuse(503)); // a failure between them changes nothing
        Socket.PeerClose(1001);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.BackingOff);
        Advance(2);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.BackingOff);
        Advance(4);
        Assert.Equal(["""{"op":"resume","id":"abc","seq":1,"n":1}"""], SentText); // not resumed yet
        Socket.DeliverText("""{"op":"resumed"}""");
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Open);

        Advance(10); // reset-after
        Advance(10);

        Assert.Equal("beat 4", SentText[^1]);
    }

    [Fact]
    public void Where_the_peer_goes_on_only_the_subscriptions_that_it_does_not_know_are_sent()
    {
        LogIn();
        Subscribe("a");
        Settle();
        Socket.PeerClose(1001);
        ExpectBackingOff(CauseKind.PeerClosed);
        Subscribe("b");
        Advance(2);
        ExpectStates(ConnectionState.Connecting);
        Socket.DeliverText("""{"op":"resumed"}""");
        ExpectStates(ConnectionState.Open);

        Assert.Equal("sub b", Assert.Single(SentText, text => text.StartsWith("sub", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_close_code_ends_the_session_also_where_the_connection_flaps()
    {
        LogIn(Endpoint with { Flap = new FlapSettings(1, Seconds(60), Seconds(30)) });
        Socket.PeerClose(1008, "session gone");
        ExpectBackingOff(CauseKind.PeerClosed);
        Advance(30);
        ExpectStates(ConnectionState.Connecting);

        Assert.Equal(["""{"op":"login","n":1}"""], SentText);
    }

    [Fact]
    public void A_session_that_the_peer_has_forgotten_is_begun_anew_and_the_gap_is_told()
    {
        LogIn();
        Lose();

        Socket.DeliverText("""{"op":"invalid"}""");
        ExpectBackingOff(CauseKind.PeerAsked);
        Advance(2);
        ExpectStates(ConnectionState.Connecting);
        Assert.Equal(["""{"op":"login","n":1}"""], SentText);
        Socket.DeliverText("""{"op":"ready","id":"new","s":1}""");
        ExpectStates(ConnectionState.Open);

        Assert.Equal("gap disconnected", Heard()[^1]);
    }

    [Fact]
    public void A_session_that_is_given_up_after_it_was_resumed_tells_the_gap()
    {
        LogIn();
        Lose();
        Socket.DeliverText("""{"op":"resumed"}""");
        ExpectStates(ConnectionState.Open);

        Socket.DeliverText("""{"op":"invalid"}""");
        ExpectBackingOff(CauseKind.PeerAsked);

        Assert.Equal("gap missing", Heard()[^1]);
    }

    [Fact]
    public void A_close_code_may_end_the_session()
    {
        LogIn();
        Socket.PeerClose(1008, "session gone");
        ExpectBackingOff(CauseKind.PeerClosed);
        Advance(2);
        ExpectStates(ConnectionState.Connecting);

        Assert.Equal(["""{"op":"login","n":1}"""], SentText);
    }

    [Fact]
    public void A_dial_that_fails_costs_no_session()
    {
        LogIn();
        Network.Script(Id, DialScript.Refuse(503));
        Socket.Lose();
        ExpectBackingOff(CauseKind.PeerClosed);
        Advance(1);
        ExpectStates(ConnectionState.Connecting);
        ExpectBackingOff(CauseKind.DialFailed);
        Advance(2);
        ExpectStates(ConnectionState.Connecting);

        Assert.Equal(["""{"op":"resume","id":"abc","seq":1,"n":1}"""], SentText);
    }

    [Fact]
    public void A_restarted_actor_and_a_successor_know_the_session()
    {
        LogIn();
        var session = Board.Link!.Session;

        Restart(start => start with { Session = session, IsPrimary = false });
        Advance(0);
        Advance(0);

        Assert.Contains("""{"op":"resume","id":"abc","seq":1,"n":1}""", SentText);
    }

    [Fact]
    public void Numbers_that_are_missing_are_told_where_they_are_missing()
    {
        LogIn();
        Socket.DeliverText("""{"s":2}""");
        Socket.DeliverText("""{"s":5}""");
        Socket.DeliverText("""{"s":4}""");

        Assert.Equal(["{\"s\":2}", "gap missing", "{\"s\":5}", "{\"s\":4}"], Heard());
        Assert.Contains("of the numbers of the peer 3 to 4 are missing", Causes());
    }

    [Fact]
    public void A_connection_that_misses_numbers_may_end_for_it()
    {
        LogIn(Endpoint with { Sequence = new SequenceSettings(["/x", "/s"]) { Step = 1, OnGap = SequenceGapAction.Retry } });
        Socket.DeliverText("""{"s":3}""");

        Assert.Equal("of the numbers of the peer 2 is missing", ExpectBackingOff(CauseKind.NumbersMissing).Cause!.Detail);
        Assert.Contains("gap missing", Heard());
    }

    [Fact]
    public void Numbers_that_a_resumed_peer_leaves_out_are_a_gap()
    {
        LogIn();
        Lose();
        Socket.DeliverText("""{"s":4}""");
        Socket.DeliverText("""{"op":"resumed"}""");
        ExpectStates(ConnectionState.Open);

        Assert.Equal("gap missing", Heard()[^1]);
    }

    [Fact]
    public void Numbers_that_are_missing_before_a_resume_is_confirmed_are_told_too()
    {
        LogIn();
        Lose();
        Socket.DeliverText("""{"s":2}""");
        Socket.DeliverText("""{"s":4}""");
        Socket.DeliverText("""{"op":"resumed"}""");
        ExpectStates(ConnectionState.Open);

        Assert.Equal(["{\"s\":2}", "gap missing", "{\"s\":4}"], Heard());
    }

    [Fact]
    public void A_session_that_is_forgotten_while_it_is_resumed_is_not_resumed()
    {
        var late = new DialogueStep(null, Json("/op", """{"one-of":["go","invalid"]}"""), Seconds(5)) { When = "session.id" };
        LogIn(Endpoint with
        {
            OnOpen = [Resume with { Expect = null }, late, Login],
            OnMessage = [new MessageRule { Match = Json("/op", "\"invalid\""), Forget = [TemplateName.Session] }],
        });
        Lose();
        Socket.DeliverText("""{"op":"invalid"}""");
        Settle();
        Socket.DeliverText("""{"op":"ready","id":"new","s":1}""");
        ExpectStates(ConnectionState.Open);

        Assert.Equal("gap disconnected", Heard()[^1]);
    }

    [Fact]
    public void A_connection_that_is_replaced_where_the_peer_goes_on_has_no_gap_even_when_data_comes_before_it_is_open()
    {
        var ready = new DialogueStep(null, new MessagePattern.Text("ready"), Seconds(5));
        Start(Defaults with { OnOpen = [ready] });
        ExpectStates(ConnectionState.BackingOff);
        Plane.Feed.Subscribe(new Handler(_events));
        Advance(0);
        Socket.DeliverText("ready");
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Connection.Tell(new Refresh("moved") { IsResumed = true }, TestActor);
        ExpectBackingOff(CauseKind.Refresh);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        Socket.DeliverText("data");
        Socket.DeliverText("ready");
        ExpectStates(ConnectionState.Open);

        Assert.Equal(["data"], Heard());
    }

    private void LogIn(EndpointSettings? settings = null)
    {
        Start(settings ?? Endpoint);
        ExpectStates(ConnectionState.BackingOff);
        _events = [];
        Plane.Feed.Subscribe(new Handler(_events));
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        Assert.Equal(["""{"op":"login","n":1}"""], SentText);
        Socket.DeliverText("""{"op":"ready","id":"abc","s":1}""");
        ExpectStates(ConnectionState.Open);
    }

    private List<FeedEvent> _events = [];

    private void Lose()
    {
        Socket.Lose();
        ExpectBackingOff(CauseKind.PeerClosed);
        Advance(2);
        ExpectStates(ConnectionState.Connecting);
    }

    private string[] Heard()
    {
        Settle();
        return
        [
            .. _events.Where(each => each.IsMessage || each.Gap is not null).Select(each =>
                each.Gap is { } gap ? $"gap {FeedEventJson.NameOf(gap.Reason)}" : System.Text.Encoding.UTF8.GetString(each.Payload.Span)),
        ];
    }

    private IEnumerable<string> Causes() => _events.Select(each => each.Gap?.Cause ?? "");

    private sealed class Handler(List<FeedEvent> events) : IFeedHandler
    {
        public void OnEvent(in FeedEvent happened) => events.Add(happened.Keep());
    }
}
