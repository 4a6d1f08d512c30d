using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Connections;

public class TransitionJournalTests
{
    private readonly TransitionJournal _journal = new();
    private int _second;

    [Fact]
    public void Of_answered_heartbeats_in_a_row_only_the_newest_is_kept()
    {
        for (var incarnation = 1; incarnation <= 30; incarnation++)
        {
            Add(incarnation, ConnectionState.Connecting, ConnectionState.Open);
            Add(incarnation, ConnectionState.Open, ConnectionState.BackingOff, CloseCause.Refresh($"{incarnation}"));
            Add(incarnation, ConnectionState.BackingOff, ConnectionState.Connecting);
        }
        Add(31, ConnectionState.Connecting, ConnectionState.Open);

        for (var heartbeat = 0; heartbeat < 100; heartbeat++)
            Heartbeat(31);

        var kept = _journal.Snapshot();
        Assert.Equal(ConnectionState.AwaitingPong, kept[^1].From);
        Assert.Equal(kept.OrderBy(change => change.At), kept);
        Assert.Equal(2, kept.Count(IsOfHeartbeat));
        Assert.Equal(Enumerable.Range(11, 20).Select(round => $"{round}"), kept.Where(change => change.Cause is not null).Select(change => change.Cause!.Detail));
    }

    [Fact]
    public void A_heartbeat_of_each_connection_and_one_that_was_missed_are_kept()
    {
        Heartbeat(1);
        Add(1, ConnectionState.Open, ConnectionState.BackingOff, CloseCause.Refresh(""));
        Heartbeat(2);
        Heartbeat(2);
        Add(2, ConnectionState.Open, ConnectionState.AwaitingPong);
        Add(2, ConnectionState.AwaitingPong, ConnectionState.BackingOff, CloseCause.HeartbeatTimeout(2));

        var kept = _journal.Snapshot();

        Assert.Equal([1, 1, 1, 2, 2], kept.Select(change => change.Incarnation));
        Assert.Equal(CauseKind.HeartbeatTimeout, kept[^1].Cause?.Kind);
    }

    private static bool IsOfHeartbeat(StateChanged change) => change.From == ConnectionState.AwaitingPong || change.To == ConnectionState.AwaitingPong;

    private void Heartbeat(long incarnation)
    {
        Add(incarnation, ConnectionState.Open, ConnectionState.AwaitingPong);
        Add(incarnation, ConnectionState.AwaitingPong, ConnectionState.Open);
    }

    private void Add(long incarnation, ConnectionState from, ConnectionState to, CloseCause? cause = null) =>
        _journal.Add(new StateChanged(new EndpointId("feed"), incarnation, from, to, 1, cause, null, DateTimeOffset.UnixEpoch.AddSeconds(++_second)));
}
