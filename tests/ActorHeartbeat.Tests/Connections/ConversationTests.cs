using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Templates;
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

        Assert.Equal("opening message 1 was refused, \"because of mine\"", ExpectBackingOff(CauseKind.OpeningRefused).Cause!.Detail);
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
    public void Opening_messages_and_subscriptions_are_paced_where_the_server_wants_it()
    {
        Start(Defaults with
        {
            OnOpenPace = new Rate(2, Seconds(1)),
            OnOpen =
            [
                new DialogueStep(OutboundMessage.Text("a"), null, Seconds(5)),
                new DialogueStep(OutboundMessage.Text("b"), new MessagePattern.Text("ok"), Seconds(5)),
                new DialogueStep(OutboundMessage.Text("c"), null, Seconds(5)),
            ],
        });
        ExpectStates(ConnectionState.BackingOff);
        Subscribe("x", "sub x");
        Subscribe("y", "sub y");
        Advance(0);
        Assert.Equal(["a"], SentText);
        Advance(0.4);
        Assert.Equal(["a"], SentText);
        Advance(0.1);
        Assert.Equal(["a", "b"], SentText);
        Socket.DeliverText("ok");
        Settle();
        Assert.Equal(["a", "b"], SentText);
        Advance(0.5);
        Assert.Equal(["a", "b", "c"], SentText);
        Advance(0.5);
        Assert.Equal(["a", "b", "c", "sub x"], SentText);
        Advance(0.5);
        Assert.Equal(["a", "b", "c", "sub x", "sub y"], SentText);
        Send("data", TestActor);
        Settle();
        Assert.Equal("data", SentText[^1]);
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
    public void The_peer_dictates_its_heartbeat_for_this_connection()
    {
        Dial(
            new DialogueStep(null, Json("/op", "10"), Seconds(5))
            {
                Set = Values(("heartbeat.interval", "@{/d/interval}ms"), ("heartbeat.timeout", "2s")),
            });
        Socket.DeliverText("""{"op":10,"d":{"interval":3000}}""");
        ExpectStates(ConnectionState.Open);

        Advance(2.9);
        Assert.Empty(Socket.Pings);
        Advance(0.1);
        Assert.Single(Socket.Pings);
        ExpectStates(ConnectionState.AwaitingPong, ConnectionState.Open);
        Socket.Lose();
        ExpectBackingOff(CauseKind.PeerClosed);
        Assert.Equal(Seconds(20), Defaults.Heartbeat.Interval);
    }

    [Theory]
    [InlineData("200ms", "heartbeat.interval 0.2 s is shorter than heartbeat.timeout 10 s; lower the timeout too, or let it be auto")]
    [InlineData("0.001ms", "heartbeat.interval = \"0.001ms\": expected a time of at least 100ms with its unit (ms, s, m, h, d)")]
    [InlineData("-5s", "heartbeat.interval = \"-5s\": expected a time of at least 100ms with its unit (ms, s, m, h, d)")]
    [InlineData("soon", "heartbeat.interval = \"soon\": expected a time of at least 100ms with its unit (ms, s, m, h, d)")]
    public void What_no_file_may_have_is_told_and_not_taken(string dictated, string why)
    {
        StartOpen(Defaults with
        {
            OnMessage = [new MessageRule { Match = Json("/i", """{"exists":true}"""), Set = Values(("heartbeat.interval", "@{/i}")) }],
        });

        EventFilter.Warning(contains: $"what a message of the peer sets is not taken: {why}").ExpectOne(() =>
        {
            Socket.DeliverText($$"""{"i":"{{dictated}}"}""");
            Settle();
        });
        Advance(19);
        Assert.Empty(Socket.Pings);
    }

    [Fact]
    public void A_dictated_age_rotates_and_dictated_silences_end()
    {
        StartOpen(Defaults with
        {
            OnMessage =
            [
                new MessageRule { Match = Json("/age", """{"exists":true}"""), Set = Values(("max-age", "@{/age}s")) },
                new MessageRule { Match = Json("/idle", """{"exists":true}"""), Set = Values(("timeouts.data-idle", "@{/idle}s")) },
                new MessageRule { Match = Json("/off", """{"exists":true}"""), Set = Values(("timeouts.data-idle", "off")) },
            ],
        });

        Socket.DeliverText("""{"age":100}""");
        Advance(100);
        Supervisor.ExpectMsg<RotationDue>();
        Socket.DeliverText("""{"idle":5}""");
        Socket.DeliverText("""{"off":1}""");
        Advance(6);
        Socket.DeliverText("""{"idle":5}""");
        Advance(0);

        Assert.Equal("no data for 5 s", LastCause(CauseKind.DataIdle));
    }

    [Fact]
    public void The_answer_to_an_earlier_heartbeat_is_no_data_and_settles_nothing()
    {
        StartOpen(Defaults with
        {
            Heartbeat = new HeartbeatSettings
            {
                Mode = HeartbeatMode.Message,
                When = HeartbeatWhen.Always,
                Strict = true,
                Let = Values(("id", "@{counter}")),
                Send = MessageTemplate.Json("""{"ping":"@{id}"}"""),
                Expect = Json("/pong", "\"@{id}\""),
            },
        });

        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        Advance(10);
        Assert.Equal(["""{"ping":1}""", """{"ping":2}"""], SentText);
        Socket.DeliverText("""{"pong":1}""");
        Settle();
        Assert.Equal(ConnectionState.AwaitingPong, Board.Status!.State);
        Socket.DeliverText("""{"pong":2}""");

        ExpectStates(ConnectionState.Open);
        Assert.Equal(0, Plane.Feed.MessagesIn);
    }

    [Theory]
    [InlineData(FirstHeartbeat.Now, 0, 0)]
    [InlineData(FirstHeartbeat.Jitter, 0.001, 19.999)]
    [InlineData(FirstHeartbeat.Interval, 20, 20)]
    public void The_first_heartbeat_comes_when_it_is_to(FirstHeartbeat first, double earliest, double latest)
    {
        StartOpen(Defaults with { Heartbeat = new HeartbeatSettings { First = first } });

        Advance(0);
        for (var at = 0.0; at < earliest; at += earliest)
        {
            Assert.Empty(Socket.Pings);
            Advance(earliest);
        }
        Advance(latest - earliest);

        Assert.Single(Socket.Pings);
    }

    [Fact]
    public void A_keep_alive_is_said_on_schedule_whatever_comes_in_and_waits_for_nothing()
    {
        StartOpen(Defaults with
        {
            Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None },
            KeepAlives = KeepAlives(("audio", new KeepAlive(MessageTemplate.Text("alive"), Seconds(4)))),
        });

        Advance(3.9);
        Assert.Empty(SentText);
        Socket.DeliverText("data");
        Advance(0.1);
        Assert.Equal(["alive"], SentText);
        Advance(4);
        Assert.Equal(["alive", "alive"], SentText);
        Assert.Equal(ConnectionState.Open, Board.Status!.State);
    }

    [Fact]
    public void A_keep_alive_may_say_only_what_is_new()
    {
        StartOpen(Defaults with
        {
            Sequence = new SequenceSettings(["/s"]),
            KeepAlives = KeepAlives(
                ("ack", new KeepAlive(MessageTemplate.Json("""{"ack":"@{sequence}"}"""), Seconds(1)) { When = KeepAliveWhen.Changed })),
        });

        Advance(2);
        Socket.DeliverText("""{"s":7}""");
        Socket.DeliverText("""{"s":9}""");
        Socket.DeliverText("""{"s":8}""");
        Advance(1);
        Advance(1);
        Socket.DeliverText("""{"s":10}""");
        Advance(1);

        Assert.Equal(["""{"ack":9}""", """{"ack":10}"""], SentText);
    }

    [Fact]
    public void A_reload_and_the_peer_change_keep_alives_of_an_open_connection()
    {
        var settings = Defaults with
        {
            Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None },
            KeepAlives = KeepAlives(("a", new KeepAlive(MessageTemplate.Text("a"), Seconds(10)))),
            OnMessage = [new MessageRule { Match = Json("/i", """{"exists":true}"""), Set = Values(("keep-alives.a.interval", "@{/i}s")) }],
        };
        StartOpen(settings);
        Advance(8);

        Reload(
            settings with { KeepAlives = KeepAlives([.. settings.KeepAlives.Select(each => (each.Key, each.Value)), ("b", B(3))]) },
            ChangeEffect.Live);
        Advance(2);
        Assert.Equal(["a"], SentText);
        Advance(1);
        Assert.Equal(["a", "b"], SentText);
        Socket.DeliverText("""{"i":1}""");
        Advance(1);
        Assert.Equal(["a", "b", "a"], SentText);
        Reload(settings with { KeepAlives = ValueMap<KeepAlive>.Empty }, ChangeEffect.Live);
        Advance(60);
        Assert.Equal(3, SentText.Count);

        static KeepAlive B(double seconds) => new(MessageTemplate.Text("b"), Seconds(seconds));
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
        Socket.PeerClose(4001, "no canary\\/7 here");

        Assert.DoesNotContain("canary", ExpectBackingOff(CauseKind.PeerClosed).Cause!.Detail, StringComparison.Ordinal);
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

    private string LastCause(CauseKind kind)
    {
        var change = FishForMessage<StateChanged>(each => each.Cause?.Kind == kind);
        return change.Cause!.Detail;
    }

    private void Dial(params DialogueStep[] steps)
    {
        Start(Defaults with { OnOpen = [.. steps] });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
    }

    private static MessagePattern Where(string conditions) => new MessagePattern.TextWhere(conditions);

    private static MessagePattern Json(string pointer, string value) => new MessagePattern.Json([new JsonExpectation(pointer, value)]);

    private static ValueMap<KeepAlive> KeepAlives(params (string Name, KeepAlive KeepAlive)[] all) =>
        new(all.Select(each => KeyValuePair.Create(each.Name, each.KeepAlive)));

    private static ValueMap<ValueTemplate> Values(params (string Name, string Text)[] values) =>
        new(values.Select(value => KeyValuePair.Create(value.Name, ValueTemplate.Text(value.Text))));
}
