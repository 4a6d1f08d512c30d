using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Names with values in what a connection says, expects and obeys.</summary>
public class ConversationTests : ConnectionSpec
{
    private static readonly MessagePattern AnswerToId = Json("/id", "\"@{id}\"");

    [Fact]
    public void A_step_waits_for_the_answer_to_its_own_question()
    {
        Dial(
            new DialogueStep(MessageTemplate.Json("""{"id":"@{id}"}"""), AnswerToId, Seconds(5)) { Let = Values(("id", "@{counter}")) },
            new DialogueStep(MessageTemplate.Json("""{"id":"@{id}","again":"@{id}"}"""), AnswerToId, Seconds(5))
            {
                Let = Values(("id", "@{counter}")),
            });
        Assert.Equal(["""{"id":1}"""], SentText);

        Socket.DeliverText("""{"id":1}""");
        Settle();
        Assert.Equal("""{"id":2,"again":2}""", SentText[^1]);
        Socket.DeliverText("""{"id":1}""");
        Socket.DeliverText("""{"id":"2"}""");
        Settle();
        Assert.Equal(ConnectionState.Connecting, Board.Status!.State);
        Socket.DeliverText("""{"id":2.0}""");

        ExpectStates(ConnectionState.Open);
    }

    [Fact]
    public void What_an_answer_brings_is_said_in_the_next_step()
    {
        Dial(
            new DialogueStep(null, Json("/op", "10"), Seconds(5)) { Capture = Values(("nonce", "@{/d/nonce ?? /d}"), ("absent", "@{/x}")) },
            new DialogueStep(MessageTemplate.Text("login @{nonce} @{absent ?? 'no'}"), null, Seconds(5)));

        Socket.DeliverText("""{"op":10,"d":{"nonce":"n-1"}}""");

        ExpectStates(ConnectionState.Open);
        Assert.Equal(["login n-1 no"], SentText);
    }

    [Fact]
    public void A_group_of_a_regular_expression_captures_and_a_refusal_says_what_it_found()
    {
        Dial(
            new DialogueStep(null, Where("""{"regex":"^CONNECTED (?<beat>[0-9]+)$"}"""), Seconds(5)),
            new DialogueStep(MessageTemplate.Text("beat @{beat}"), Where("""{"regex":"^OK @{beat}$"}"""), Seconds(5))
            {
                Reject = Where("""{"regex":"^ERROR (?<why>.*)$"}"""),
                Reason = "because @{why}",
            });

        Socket.DeliverText("CONNECTED 7");
        Settle();
        Assert.Equal(["beat 7"], SentText);
        Socket.DeliverText("ERROR of mine");

        Assert.Equal("on-open, step 2 was refused, \"because of mine\"", ExpectBackingOff(CauseKind.OpeningRefused).Cause!.Detail);
    }

    [Fact]
    public void A_value_in_a_regular_expression_is_text()
    {
        Dial(
            new DialogueStep(null, Where("""{"regex":"^(?<sign>.+)$"}"""), Seconds(5)),
            new DialogueStep(null, Where("""{"regex":"^[a-z]@{sign}$"}"""), Seconds(5)));

        Socket.DeliverText(".*");
        Socket.DeliverText("bcd");
        Settle();
        Assert.Equal(ConnectionState.Connecting, Board.Status!.State);
        Socket.DeliverText("b.*");

        ExpectStates(ConnectionState.Open);
    }

    [Fact]
    public void A_step_without_its_name_is_passed_over_and_one_may_pause()
    {
        Dial(
            new DialogueStep(OutboundMessage.Text("resume"), null, Seconds(5)) { When = "session.id" },
            new DialogueStep(OutboundMessage.Text("first"), null, Seconds(5)),
            new DialogueStep(OutboundMessage.Text("later"), null, Seconds(5)) { Wait = Seconds(2) },
            new DialogueStep(null, null, Seconds(5)) { Wait = Seconds(1) });

        Assert.Equal(["first"], SentText);
        Advance(1.9);
        Assert.Equal(["first"], SentText);
        Advance(0.1);
        Assert.Equal(["first", "later"], SentText);
        Assert.Equal(ConnectionState.Connecting, Board.Status!.State);
        Advance(1);

        ExpectStates(ConnectionState.Open);
    }

    [Fact]
    public void A_rule_matches_by_what_was_captured_before()
    {
        StartOpen(Defaults with
        {
            OnMessage =
            [
                new MessageRule { Match = Json("/event", "\"subscribed\""), Capture = Values(("chan", "@{/chanId}")) },
                new MessageRule { Match = Json("/0", "\"@{chan}\""), Reply = MessageTemplate.Text("of @{chan}") },
            ],
        });

        Socket.DeliverText("[7,1]");
        Socket.DeliverText("""{"event":"subscribed","chanId":7}""");
        Socket.DeliverText("[8,1]");
        Socket.DeliverText("[7,2]");
        Settle();

        Assert.Equal(["of 7"], SentText);
        Assert.Equal(2, Plane.Feed.MessagesIn); // [7,1] before there was a name, and [8,1]
    }

    [Fact]
    public void A_value_that_is_too_large_is_not_kept_and_told()
    {
        StartOpen(Defaults with
        {
            OnMessage = [new MessageRule { Match = Json("/v", """{"exists":true}"""), Capture = Values(("v", "@{/v}")) }],
            OnClose = [MessageTemplate.Text("bye @{v ?? 'nobody'}")],
        });

        EventFilter.Warning(contains: "v is not captured, because it is over 8192 bytes").ExpectOne(() =>
        {
            Socket.DeliverText($$"""{"v":"{{new string('x', 9000)}}"}""");
            Settle();
        });
        Connection.Tell(new CloseConnection(1000, ""), TestActor);
        Settle();

        Assert.Equal(["bye nobody"], SentText);
    }

    [Theory]
    [InlineData("""{"id":null}""")]
    [InlineData("""{"other":1}""")]
    public void What_is_nothing_leaves_the_name_as_it_was(string message)
    {
        StartOpen(Defaults with
        {
            OnMessage = [new MessageRule { Match = Json("/none", """{"exists":false}"""), Capture = Values(("id", "@{/id}")) }],
            OnClose = [MessageTemplate.Text("bye @{id}")],
        });
        Socket.DeliverText("""{"id":7}""");
        Socket.DeliverText(message);
        Settle();

        Connection.Tell(new CloseConnection(1000, ""), TestActor);
        Settle();

        Assert.Equal(["bye 7"], SentText);
    }

    [Fact]
    public void A_captured_secret_is_masked_where_the_peer_repeats_it()
    {
        StartOpen(Defaults with
        {
            Secrets = ["token"],
            OnMessage = [new MessageRule { Match = Json("/t", """{"exists":true}"""), Capture = Values(("token", "@{/t}")) }],
        });
        Socket.DeliverText("""{"t":"canary-7"}""");
        Socket.PeerClose(4001, "no canary-7 here");

        Assert.DoesNotContain("canary", ExpectBackingOff(CauseKind.PeerClosed).Cause!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_captured_secret_stays_masked_however_much_comes_after_it_and_from_the_reload_that_names_it()
    {
        var settings = Defaults with
        {
            OnMessage =
            [
                new MessageRule { Match = Json("/t", """{"exists":true}"""), Capture = Values(("token", "@{/t}")) },
                new MessageRule { Match = Json("/n", """{"exists":true}"""), Capture = Values(("nonce", "@{/n}")) },
            ],
        };
        StartOpen(settings);
        Socket.DeliverText("""{"t":"canary/7"}""");
        Reload(settings with { Secrets = ["token", "nonce"] }, ChangeEffect.Live);
        Settle();
        for (var number = 0; number < 100; number++)
            Socket.DeliverText($$"""{"n":"nonce-{{number}}"}""");
        Socket.PeerClose(4001, "no canary\\/7 and no nonce-98 here");

        Assert.Contains("no *** and no *** here", ExpectBackingOff(CauseKind.PeerClosed).Cause!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reply_says_what_was_captured_when_its_message_came()
    {
        StartOpen(Defaults with
        {
            Sequence = new SequenceSettings(["/s"]),
            OnMessage =
            [
                new MessageRule
                {
                    Match = Json("/id", """{"exists":true}"""),
                    Capture = Values(("id", "@{/id}")),
                    Reply = MessageTemplate.Text("@{id} @{sequence}"),
                },
            ],
        });
        for (var number = 1; number <= 5; number++)
            Socket.DeliverText($$"""{"id":"E{{number}}","s":{{number}}}""");
        Settle();

        Assert.Equal(["E1 1", "E2 2", "E3 3", "E4 4", "E5 5"], SentText);
    }

    [Fact]
    public void The_values_of_an_endpoint_are_the_same_in_handshake_and_messages()
    {
        var attempts = 0;
        Resolver = new SecretAttemptResolver(name => name == "KEY" ? $"k{++attempts}" : null);
        StartOpen(Defaults with
        {
            Url = new Uri("ws://feed.test/?k=@{k}&u=@{u}"),
            Let = Values(("k", "x@{env.KEY}"), ("u", "@{uuid}")),
            OnOpen = [new DialogueStep(MessageTemplate.Text("@{k} @{u}"), null, Seconds(5))],
        });

        var query = Network.DialsOf(Id)[0].Request.Url.Query;
        Assert.Equal($"?k={SentText[0].Split(' ')[0]}&u={SentText[0].Split(' ')[1]}", query);
    }

    private void Dial(params DialogueStep[] steps)
    {
        Start(Defaults with { OnOpen = [.. steps] });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
    }

    private static MessagePattern Where(string conditions) => new MessagePattern.TextWhere(conditions);
}
