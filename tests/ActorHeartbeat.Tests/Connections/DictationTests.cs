using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>What goes out by the clock: heartbeats, keep-alives and opening messages, and what the peer dictates about them.</summary>
public class DictationTests : ConnectionSpec
{
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
        Subscribe("x");
        Subscribe("y");
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
    public void A_message_dictates_by_the_JSON_behind_its_text()
    {
        Dial(
            new DialogueStep(
                null,
                new MessagePattern.Any(
                    [new MessagePattern.Text("no"), new MessagePattern.Json([new JsonExpectation("/sid", "\"a\"")]) { After = "0" }]),
                Seconds(5))
            {
                Set = Values(("heartbeat.interval", "@{/pingInterval}ms"), ("heartbeat.timeout", "2s")),
            });
        Socket.DeliverText("""0{"sid":"a","pingInterval":3000}""");
        ExpectStates(ConnectionState.Open);

        Advance(2.9);
        Assert.Empty(Socket.Pings);
        Advance(0.1);
        Assert.Single(Socket.Pings);
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
    public void A_peer_that_sets_nonsense_again_and_again_is_told_once_of_a_connection()
    {
        StartOpen(Defaults with
        {
            OnMessage = [new MessageRule { Match = Json("/i", """{"exists":true}"""), Set = Values(("heartbeat.interval", "@{/i}")) }],
        });

        EventFilter.Warning(contains: "what a message of the peer sets is not taken").Expect(1, () =>
        {
            for (var number = 0; number < 5; number++)
                Socket.DeliverText($$"""{"i":"nonsense-{{number}}"}""");
            Settle();
        });
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

    private string LastCause(CauseKind kind)
    {
        var change = FishForMessage<StateChanged>(each => each.Cause?.Kind == kind);
        return change.Cause!.Detail;
    }

    private static ValueMap<KeepAlive> KeepAlives(params (string Name, KeepAlive KeepAlive)[] all) =>
        new(all.Select(each => KeyValuePair.Create(each.Name, each.KeepAlive)));

    private void Dial(params DialogueStep[] steps)
    {
        Start(Defaults with { OnOpen = [.. steps] });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
    }
}
