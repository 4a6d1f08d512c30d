using ActorHeartbeat.Connections;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Connections;

public class PingSequenceTests : ConnectionSpec
{
    [Fact]
    public void Each_connection_counts_its_pings_from_one()
    {
        StartOpen();
        Socket.GoHalfOpen();
        var first = Socket;
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        Advance(10);
        Advance(10);
        ExpectBackingOff(CauseKind.HeartbeatTimeout);
        Advance(30);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.NotSame(first, Socket);
        Socket.GoHalfOpen();
        Advance(20);

        Assert.Equal([1L, 2L], first.Pings);
        Assert.Equal(1, Socket.Pings[0]);
    }
}
