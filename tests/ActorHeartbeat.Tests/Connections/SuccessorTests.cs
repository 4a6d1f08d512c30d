using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Events that can reach a successor after it is ready and before the supervisor lets it take over.</summary>
public class SuccessorTests : ConnectionSpec
{
    private static readonly ConnectionStatus OldIsOpen = new(
        ConnectionState.Open,
        DateTimeOffset.UnixEpoch,
        1,
        1,
        "ws://feed.test/path",
        null,
        CloseCause.NoRoom("long ago"),
        DateTimeOffset.UnixEpoch,
        null,
        "nothing",
        0);

    private static readonly EndpointSettings Settings = Defaults with
    {
        MaxAge = new RotationSettings(TimeSpan.FromHours(1), 0, Seconds(5)) { ReadyWhen = new MessagePattern.Text("data") },
    };

    [Fact]
    public void A_successor_that_takes_over_answers_and_goes_on_where_the_old_connection_stood()
    {
        StartReady();

        Connection.Tell(new TakeOver(OldIsOpen));

        var took = Supervisor.ExpectMsg<TookOver>();
        Assert.Equal(Board.Status, took.Status);
        Assert.Equal((ConnectionState.Open, DateTimeOffset.UnixEpoch, "long ago"), (Status!.State, Status.Since, Status.LastClose?.Detail));
    }

    [Fact]
    public void A_successor_that_takes_over_from_a_connection_that_was_down_is_open_since_its_own_opening()
    {
        StartReady();
        var opened = Status!.Since;

        Connection.Tell(new TakeOver(OldIsOpen with { State = ConnectionState.BackingOff }));

        Supervisor.ExpectMsg<TookOver>();
        Assert.Equal(opened, Status!.Since);
    }

    [Fact]
    public void A_successor_that_loses_its_connection_before_it_takes_over_says_so_and_does_not_answer()
    {
        StartReady();
        Network.HoldsEnds = true;
        Connection.Tell(new Refresh("loses it, and waits for the end of its socket"));

        Connection.Tell(new TakeOver(OldIsOpen));

        Supervisor.ExpectMsg<SuccessorFailed>();
        Settle();
        Supervisor.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_successor_that_crashed_answers_only_when_its_next_connection_is_ready()
    {
        StartReady();
        WatchConnection();
        Sys.Stop(Connection);
        ExpectStopped();

        Restart();
        Connection.Tell(new TakeOver(OldIsOpen)); // sent for the actor before this one
        Advance(0);
        Supervisor.ExpectNoMsg(TimeSpan.Zero);
        Socket.DeliverText("data");

        Supervisor.ExpectMsg<SuccessorReady>();
        Assert.Equal((2, 1), (Network.DialsOf(Id).Count, Network.PeakSockets(Id)));
    }

    [Fact]
    public void A_successor_that_loses_its_connection_when_it_has_just_taken_over_dials_again()
    {
        StartReady();
        Connection.Tell(new TakeOver(OldIsOpen));
        Supervisor.ExpectMsg<TookOver>();

        Socket.Lose();

        ExpectStates(ConnectionState.BackingOff);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Supervisor.ExpectNoMsg(TimeSpan.Zero);
    }

    private void StartReady()
    {
        Start(Settings, isPrimary: false);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Socket.DeliverText("data");
        Supervisor.ExpectMsg<SuccessorReady>();
        Settle();
    }
}
