using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Tests.Connections;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Promises;

/// <summary>Behaviour that users of reconnecting-websocket rely on.</summary>
public class ReconnectingWebsocketTests : ConnectionSpec
{
    [Fact]
    public void The_interval_is_a_second_grows_by_half_and_is_capped_at_thirty_seconds()
    {
        var defaults = new BackoffSettings();

        Assert.Equal(
            (1.0, 1.5, 30.0, null), (defaults.Initial.TotalSeconds, defaults.Multiplier, defaults.Max.TotalSeconds, defaults.MaxAttempts));
    }

    [Fact]
    public void A_connect_timeout_gives_a_dial_up()
    {
        Network.Script(Id, DialScript.Hang);
        Start(Defaults with { Timeouts = new TimeoutSettings { Connect = Seconds(2) } });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        Advance(2);

        ExpectBackingOff(CauseKind.ConnectTimeout);
    }

    [Fact]
    public void Unlimited_attempts_never_give_up()
    {
        Network.Otherwise = _ => DialScript.Fail(FailureLayer.Tcp);
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);

        for (var attempt = 0; attempt < 40; attempt++)
        {
            ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);
            Advance(30);
        }
    }

    [Fact]
    public void Subprotocols_are_offered_and_the_chosen_one_is_shown()
    {
        Network.Script(Id, DialScript.AcceptWith(_ => { }, subprotocol: "v2"));

        StartOpen(Defaults with { Subprotocols = ["v1", "v2"] });

        Assert.Equal(["v1", "v2"], Network.DialsOf(Id)[0].Request.Settings.Subprotocols);
        Assert.Equal("v2", Status!.Subprotocol);
    }

    [Fact]
    public void Connecting_open_close_and_reconnect_are_reported_in_order_with_code_and_reason()
    {
        StartOpen();
        Socket.PeerClose(1012, "restart");
        var closed = ExpectBackingOff(CauseKind.PeerClosed);
        Advance(1);
        var reopened = ExpectStates(ConnectionState.Connecting, ConnectionState.Open)[1];

        Assert.Equal((1012, "restart", true), (closed.Cause!.CloseCode!.Value, closed.Cause.Reason, closed.Cause.WasClean));
        Assert.Equal((2L, 2), (reopened.Incarnation, reopened.Attempt));
    }

    [Fact]
    public void Text_and_binary_messages_are_delivered_as_received()
    {
        StartOpen();
        using var reading = Plane.Feed.Subscribe(new Handler(_received));

        Socket.DeliverText("text");
        Socket.DeliverBinary([1, 2, 3]);

        Assert.Equal(["Text:74657874", "Binary:010203"], _received);
    }

    [Fact]
    public void A_send_fails_when_not_open()
    {
        Network.Script(Id, DialScript.Hang);
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        Send("x", TestActor);

        Assert.Equal(SendStatus.Refused, ExpectMsg<SendResult>().Status);
    }

    [Fact]
    public void Close_with_a_code_and_reason_ends_the_connection_for_good()
    {
        StartOpen();
        WatchConnection();
        var socket = Socket;

        Connection.Tell(new CloseConnection(4001, "bye"));

        ExpectStates(ConnectionState.BackingOff);
        ExpectStopped();
        Assert.Equal([(4001, "bye")], socket.Closes);
    }

    [Fact]
    public void Refresh_closes_and_reopens()
    {
        StartOpen();

        Connection.Tell(new Refresh("asked"));
        ExpectBackingOff(CauseKind.Refresh);
        Advance(0);

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }

    private readonly List<string> _received = [];

    private sealed class Handler(List<string> received) : IFeedHandler
    {
        public void OnEvent(in FeedEvent happened)
        {
            if (happened.IsMessage)
                received.Add($"{happened.Type}:{Convert.ToHexString(happened.Payload.Span)}");
        }
    }
}
