using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Connections;

public class TransitionJournalTests
{
    private readonly TransitionJournal _journal = new();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void The_journal_keeps_the_last_64_transitions_oldest_first(int written)
    {
        for (var number = 1; number <= written; number++)
            _journal.Add(
                new StateChanged(new EndpointId("feed"), number, ConnectionState.Open, ConnectionState.BackingOff, 1, null, null, default));

        Assert.Equal(Enumerable.Range(1, written).TakeLast(64), _journal.Snapshot().Select(change => (int)change.Incarnation));
    }
}
