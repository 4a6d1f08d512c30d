using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Tests.Connections;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Promises;

/// <summary>The promises of the heartCheck scripts, the JSON heartbeat demo, the ModeCode demo and the articles.</summary>
public class HeartbeatScriptTests : ConnectionSpec
{
    private static readonly EndpointSettings JsonDemo = Defaults with
    {
        Heartbeat = new HeartbeatSettings
        {
            Mode = HeartbeatMode.Json,
            Send = OutboundMessage.Text("""{"type":"ping"}"""),
            Expect = new MessagePattern.Json([new JsonExpectation("/type", "\"ping\""), new JsonExpectation("/status", "\"pong\"")]),
        },
    };

    [Fact]
    public void HeartCheck_any_message_counts_as_life_and_re_arms_the_heartbeat()
    {
        StartOpen();
        for (var second = 0; second < 100; second += 10)
        {
            Advance(10);
            Socket.DeliverText("data");
        }

        Settle();

        Assert.Empty(Socket.Pings);
    }

    [Fact]
    public void HeartCheck_no_answer_in_time_closes_and_the_close_alone_causes_the_reconnect()
    {
        StartOpen(Defaults with { Heartbeat = new HeartbeatSettings { MaxMissed = 1 } });
        Socket.GoHalfOpen();
        var old = Socket;
        Advance(20);
        Advance(0);
        Advance(10);
        Advance(1);

        ExpectStates(ConnectionState.AwaitingPong, ConnectionState.BackingOff, ConnectionState.Connecting, ConnectionState.Open);
        ExpectNoMsg(TimeSpan.Zero);
        Assert.Equal((2, 1, 1), (Network.DialsOf(Id).Count, Network.PeakSockets(Id), old.Aborts));
    }

    [Fact]
    public void HeartCheck_an_error_and_a_close_of_one_socket_reconnect_once()
    {
        StartOpen();
        var incarnation = Status!.Incarnation;
        Socket.Lose(new DialFailure(FailureLayer.Tcp, "reset"));
        Connection.Tell(new ConnectionEnded(incarnation, new ConnectionEnd(1006, "", false)));
        ExpectStates(ConnectionState.BackingOff);

        Advance(1);

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Advance(5);
        ExpectNoMsg(TimeSpan.Zero);
        Assert.Equal(2, Network.DialsOf(Id).Count);
    }

    [Fact]
    public void HeartCheck_there_is_a_minimum_delay_between_attempts()
    {
        var settings = new BackoffSettings();

        Assert.Equal(settings.Initial * 0.1, ReconnectBackoff.Delay(settings, 1, 0));
    }

    [Fact]
    public void Json_demo_a_ping_is_answered_by_a_ping_with_status_pong_and_neither_is_data()
    {
        StartOpen(JsonDemo);
        Socket.Answers = text => text == """{"type":"ping"}""" ? """{"type":"ping","status":"pong"}""" : null;

        Advance(20);

        ExpectStates(ConnectionState.AwaitingPong, ConnectionState.Open);
        Assert.Equal((1L, 0L), (Plane.Counters.HeartbeatsAnswered, Plane.Feed.MessagesIn));
    }

    [Fact]
    public void Json_demo_there_is_never_a_second_ping_while_one_is_unanswered()
    {
        StartOpen(JsonDemo with { Heartbeat = JsonDemo.Heartbeat with { Timeout = Seconds(60), When = HeartbeatWhen.Always } });
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);

        Advance(59);

        Assert.Equal(["""{"type":"ping"}"""], SentText);
    }

    [Fact]
    public void Json_demo_missed_heartbeats_are_visible_while_the_socket_is_open()
    {
        StartOpen(JsonDemo);
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);

        Advance(10);

        Assert.Equal((ConnectionState.AwaitingPong, 1), (Status!.State, Status.Missed));
    }

    [Fact]
    public void ModeCode_a_heart_beat_is_echoed_and_other_modes_are_data()
    {
        const string beat = """{"ModeCode":"heart_beat","msg":"still here"}""";
        StartOpen(Defaults with
        {
            Heartbeat = new HeartbeatSettings
            {
                Mode = HeartbeatMode.Json,
                Send = OutboundMessage.Text(beat),
                Expect = new MessagePattern.Json([new JsonExpectation("/ModeCode", "\"heart_beat\"")]),
            },
        });
        Socket.Answers = text => text == beat ? beat : null;

        Advance(20);
        Socket.DeliverText("""{"ModeCode":"message","msg":"hello"}""");

        ExpectStates(ConnectionState.AwaitingPong, ConnectionState.Open);
        Assert.Equal((1L, 1L), (Plane.Counters.HeartbeatsAnswered, Plane.Feed.MessagesIn));
    }

    [Fact]
    public void ModeCode_the_old_socket_is_closed_before_a_new_one_is_opened()
    {
        StartOpen();
        Network.HoldsEnds = true;
        var old = Socket;
        Connection.Tell(new Refresh("asked"));
        ExpectStates(ConnectionState.BackingOff);
        Advance(4);
        Assert.Single(Network.DialsOf(Id));

        old.ReportEnd();

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }

    [Fact]
    public void Close_article_a_hello_goes_out_after_open_and_a_stop_before_closing()
    {
        StartOpen(Defaults with
        {
            OnOpen = [new DialogueStep(OutboundMessage.Text("start sending"), null, Seconds(1))],
            OnClose = [OutboundMessage.Text("stop")],
        });
        var socket = Socket;

        Connection.Tell(new CloseConnection(1000, "done"));
        ExpectStates(ConnectionState.BackingOff);

        Assert.Equal(["start sending", "stop"], socket.SentText);
        Assert.Equal(1000, socket.Closes.Single().Code);
    }

    [Fact]
    public void IM_article_frames_reach_consumers_untouched_and_pings_of_the_server_are_answered()
    {
        const string frame = """{"ResultCode":0,"DeviceID":"d1","ErrorMsg":"","Command":"notify","ResultData":{"html":"<script>"}}""";
        StartOpen(Defaults with
        {
            Heartbeat = new HeartbeatSettings
            {
                Mode = HeartbeatMode.None,
                Reply = new HeartbeatReply(
                    new MessagePattern.Json([new JsonExpectation("/Command", "\"ping\"")]), OutboundMessage.Text("""{"Command":"pong"}""")),
                MaxSilence = Seconds(30),
            },
        });
        var received = new List<string>();
        using var reading = Plane.Feed.Subscribe(new Handler(received));

        Socket.DeliverText(frame);
        Socket.DeliverText("""{"Command":"ping","data":42}""");
        Settle();

        Assert.Equal([frame], received);
        Assert.Equal(["""{"Command":"pong"}"""], SentText);
    }

    private sealed class Handler(List<string> received) : IFeedHandler
    {
        public void OnEvent(in FeedEvent happened)
        {
            if (happened.IsMessage)
                received.Add(System.Text.Encoding.UTF8.GetString(happened.Payload.Span));
        }
    }
}
