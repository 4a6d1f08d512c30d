using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>What rules of on-message make of messages.</summary>
public class MessageRulesTests : ConnectionSpec
{
    [Fact]
    public void Data_is_delivered_and_the_rest_only_where_a_rule_says_so()
    {
        StartOpen(With(
            Rule("full", MessageRole.Data), Rule("hb"), Rule("beat", MessageRole.Beat), Rule("seen") with { Deliver = true },
            Rule("felt", MessageRole.Beat) with { Deliver = true }));

        foreach (var text in (string[])["tick", "full", "hb", "beat", "seen", "felt"])
            Socket.DeliverText(text);

        Assert.Equal(4, Plane.Feed.MessagesIn); // tick, full, seen, felt
    }

    [Fact]
    public void Beats_are_counted_also_those_of_the_short_form()
    {
        StartOpen(With(Rule("beat", MessageRole.Beat), Rule("notice"), Rule("full", MessageRole.Data)) with
        {
            Heartbeat = new HeartbeatSettings { Reply = new HeartbeatReply(new MessagePattern.Text("PING"), MessageTemplate.Text("PONG")) },
        });
        foreach (var text in (string[])["tick", "notice", "full"])
            Socket.DeliverText(text);
        Settle();
        Assert.Equal((0L, null), (Plane.Counters.Beats, Plane.Counters.LastBeat));

        Socket.DeliverText("beat");
        Advance(3);
        Socket.DeliverText("PING");
        Settle();

        Assert.Equal((2L, Sys.Scheduler.Now.ToUniversalTime()), (Plane.Counters.Beats, Plane.Counters.LastBeat));
    }

    [Fact]
    public void Signs_of_life_and_control_are_no_data()
    {
        StartOpen(With(Rule("beat", MessageRole.Beat), Rule("notice") with { Deliver = true }) with
        {
            Timeouts = new TimeoutSettings { DataIdle = new DataIdleSettings(Seconds(45)) },
            Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None },
        });

        Advance(44);
        Socket.DeliverText("beat");
        Socket.DeliverText("notice");
        Advance(1);

        ExpectBackingOff(CauseKind.DataIdle);
    }

    [Fact]
    public void A_reply_takes_values_of_the_message_and_numbers_in_the_order_of_sending()
    {
        StartOpen(With(new MessageRule
        {
            Match = new MessagePattern.Json([new JsonExpectation("/ping", """{"exists":true}""")]),
            Reply = MessageTemplate.Json("""{"pong":"@{/ping}","n":"@{counter}","c":"@{incarnation}"}"""),
        }));

        Socket.DeliverText("""{"ping":12345678901234567890}""");
        Socket.DeliverText("""{"ping":"a"}""");
        Settle();

        Assert.Equal(["""{"pong":12345678901234567890,"n":1,"c":1}""", """{"pong":"a","n":2,"c":1}"""], SentText);
    }

    [Fact]
    public void A_peer_that_tells_how_long_to_wait_is_obeyed()
    {
        StartOpen(With(Rule("") with
        {
            Match = new MessagePattern.TextWhere("""{"contains":"wait"}"""),
            Then = RuleAction.RetryAfter,
            After = "@{/wait}s",
            Reply = MessageTemplate.Text("so be it"),
        }));

        Socket.DeliverText("""{"wait":77}""");

        var change = ExpectBackingOff(CauseKind.PeerAsked);
        Assert.Equal(Seconds(77), change.RetryIn);
        Assert.Equal("a message of the peer: rule 1 of on-message, then = retry-after", change.Cause!.Detail);
        Assert.Equal(["so be it"], SentText);
        Assert.Equal(1000, Assert.Single(Socket.Closes).Code);
    }

    [Fact]
    public void A_rule_that_quarantines_is_told_as_the_reason()
    {
        StartOpen(With(Rule("banned") with { Then = RuleAction.Quarantine, Retry = TimeSpan.FromMinutes(15) }));

        Socket.DeliverText("banned");

        var change = ExpectBackingOff(CauseKind.PeerAsked);
        Assert.Equal((TimeSpan.FromMinutes(15), "a rule of its on-message says so"), (change.RetryIn, change.Cause!.Quarantine));
    }

    [Fact]
    public void A_heartbeat_without_a_value_ends_the_connection()
    {
        StartOpen(Defaults with
        {
            Heartbeat = new HeartbeatSettings
            {
                Mode = HeartbeatMode.Text,
                Send = MessageTemplate.Text("ping @{unhex(uuid)}"),
                Interval = Seconds(20),
                Timeout = Seconds(10),
            },
        });

        Advance(20);

        ExpectStates(ConnectionState.AwaitingPong);
        var cause = ExpectBackingOff(CauseKind.NotSaid).Cause!;
        Assert.Equal(("a message could not be sent: @{unhex(uuid)} has no value", FailureLayer.Resolve), (cause.Detail, cause.Layer));
    }

    [Fact]
    public void What_was_made_from_a_secret_is_masked_where_the_peer_repeats_it()
    {
        Resolver = new SecretAttemptResolver(_ => "Jefe");
        StartOpen(Defaults with { OnOpen = [new DialogueStep(MessageTemplate.Text("login @{base64(env.KEY)}"), null, Seconds(5))] });
        Assert.Equal(["login SmVmZQ=="], SentText);

        Socket.PeerClose(4001, "bad signature SmVmZQ==");

        Assert.Equal("bad signature ***", ExpectBackingOff(CauseKind.PeerClosed).Cause!.Reason);
    }

    [Fact]
    public void A_peer_that_asks_and_takes_no_answers_loses_its_connection()
    {
        StartOpen(With(Rule("ask") with { Reply = MessageTemplate.Text("yes") }) with { Limits = new LimitSettings { SendQueue = 3 } });
        Socket.RefusesSends = true;

        Socket.DeliverText("ask");

        var cause = ExpectBackingOff(CauseKind.ConnectionLost).Cause!;
        Assert.Equal(1008, cause.CloseCode);
        Assert.StartsWith("the peer asks faster than it takes answers", cause.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_that_the_peer_does_not_take_are_bounded_by_their_bytes()
    {
        var rule = new MessageRule
        {
            Match = new MessagePattern.TextWhere("""{"prefix":"ask"}"""),
            Reply = MessageTemplate.Text("@{text} @{text}"),
        };
        StartOpen(With(rule) with { Limits = new LimitSettings { Message = 1000, SendQueue = 100 } });
        Socket.HoldsSends = true;

        for (var question = 0; question < 3; question++)
        {
            Socket.DeliverText("ask" + new string('x', 600));
            Settle();
        }

        Assert.Equal(1008, ExpectBackingOff(CauseKind.ConnectionLost).Cause!.CloseCode);
        Assert.Single(SentText);
    }

    [Fact]
    public void A_peer_that_tells_no_time_is_told_of()
    {
        StartOpen(With(Rule("wait") with { Then = RuleAction.RetryAfter, After = "@{text}s", Retry = Seconds(40) }));

        Socket.DeliverText("wait");

        var change = ExpectBackingOff(CauseKind.PeerAsked);
        Assert.Equal(Seconds(40), change.RetryIn);
        Assert.EndsWith("then = retry-after, with no time that can be read", change.Cause!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_follow_a_reload()
    {
        StartOpen();
        Socket.DeliverText("hb");
        Reload(With(Rule("hb") with { Reply = MessageTemplate.Text("here") }), ChangeEffect.Live);
        Settle();

        Socket.DeliverText("hb");
        Settle();

        Assert.Equal((1L, "here"), (Plane.Feed.MessagesIn, Assert.Single(SentText)));
    }

    [Fact]
    public void A_place_that_may_not_be_dialed_is_told_to_listeners_each_time_and_logged_once()
    {
        using var tap = new ConversationTap();
        StartOpen(With(Rule("go") with { Then = RuleAction.Rotate, To = "@{text}://evil.test/" }) with { Hosts = ["feed.test"] });
        Plane.Taps.Add(tap);

        EventFilter.Warning(contains: "where a message of the peer sends the next connection is not taken").Expect(1, () =>
        {
            for (var time = 0; time < 5; time++)
                Socket.DeliverText("go");
            Settle();
        });

        var told = new List<string>();
        while (tap.Lines.TryRead(out var line))
            told.Add(line.Text);
        Assert.Equal(5, told.Count(text => text.StartsWith("where a message of the peer sends", StringComparison.Ordinal)));
    }

    private EndpointSettings With(params MessageRule[] rules) => Defaults with { OnMessage = [.. rules] };

    private static MessageRule Rule(string text, MessageRole role = MessageRole.Control) =>
        new() { Match = new MessagePattern.Text(text), Is = role };
}
