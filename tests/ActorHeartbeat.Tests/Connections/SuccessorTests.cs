using ActorHeartbeat.Connections;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Between a successor that says it is ready and the supervisor that lets it take over anything may happen to it.</summary>
public class SuccessorTests : ConnectionSpec
{
    private readonly ConnectionRole _role = new(isPrimary: false);

    [Fact]
    public void A_successor_that_loses_its_connection_before_it_takes_over_can_no_longer()
    {
        StartReady();

        Socket.Lose();

        Supervisor.ExpectMsg<SuccessorFailed>();
        Assert.False(_role.TryTakeOver());
    }

    [Fact]
    public void A_successor_that_crashes_before_it_takes_over_can_only_when_its_next_connection_is_ready()
    {
        StartReady();
        Watch(Connection);
        Sys.Stop(Connection);
        ExpectTerminated(Connection);
        Assert.False(_role.TryTakeOver());

        Restart(_role);
        Advance(0);
        Assert.False(_role.TryTakeOver());
        Socket.DeliverText("data");

        Supervisor.ExpectMsg<SuccessorReady>();
        Assert.True(_role.TryTakeOver());
        Assert.Equal((2, 1), (Network.DialsOf(Id).Count, Network.PeakSockets(Id)));
    }

    [Fact]
    public void A_successor_that_loses_its_connection_when_it_has_just_taken_over_dials_again_and_says_so()
    {
        StartReady();
        Assert.True(_role.TryTakeOver());

        Socket.Lose();
        Settle();
        Connection.Tell(TakeOver.Instance);

        ExpectStates(ConnectionState.BackingOff);
        Assert.Equal((_role, ConnectionState.BackingOff), (Memory.LastSaid!.Role, Memory.Status!.State));
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Supervisor.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void What_a_successor_lost_before_the_old_connection_fell_silent_is_said_when_it_hears_that_it_has_taken_over()
    {
        var old = new ConnectionRole(isPrimary: true);
        StartReady();
        Assert.True(Memory.TrySay(null, OldWords(old)));
        Assert.True(_role.TryTakeOver());
        Socket.Lose();
        Settle();
        ExpectNoMsg(TimeSpan.Zero);
        Assert.Equal(ConnectionState.Open, Memory.Status!.State);
        old.Yield();
        Memory.Inherit(_role);

        Connection.Tell(TakeOver.Instance);

        ExpectStates(ConnectionState.BackingOff);
        Assert.Equal((ConnectionState.BackingOff, "the delay before the next attempt"), (Memory.Status!.State, Memory.Status.Waiting));
    }

    private static ConnectionStatus OldWords(ConnectionRole role) =>
        new(ConnectionState.Open, DateTimeOffset.UnixEpoch, 1, 1, "ws://feed.test/path", null, null, null, null, "nothing", 0) { Role = role };

    private void StartReady()
    {
        Start(role: _role);
        Advance(0);
        Socket.DeliverText("data");
        Supervisor.ExpectMsg<SuccessorReady>();
        Settle();
    }
}
