using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Connections;

public class TransitionJournalTests
{
    private static readonly EndpointId Feed = new("feed");

    private TransitionJournal _journal;

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void The_journal_keeps_the_last_64_transitions_oldest_first(int written)
    {
        for (var number = 1; number <= written; number++)
            _journal.Add(Opened(number));

        Assert.Equal(Enumerable.Range(1, written).TakeLast(64).Select(number => Opened(number)), _journal.Snapshot(Feed));
    }

    [Fact]
    public void A_transition_comes_out_as_it_went_in()
    {
        var at = new DateTimeOffset(2026, 1, 1, 12, 0, 0, 1, TimeSpan.Zero);
        var cause = new CloseCause(CauseKind.Crashed, "its actor has failed");
        StateChanged[] changes =
        [
            new(Feed, 7, ConnectionState.Open, ConnectionState.BackingOff, 3, cause, TimeSpan.FromSeconds(2), at),
            new(Feed, 7, ConnectionState.BackingOff, ConnectionState.BackingOff, 4, cause, TimeSpan.Zero, at),
            new(Feed, 8, ConnectionState.BackingOff, ConnectionState.Connecting, 4, null, null, at),
        ];

        foreach (var change in changes)
            _journal.Add(change);

        Assert.Equal(changes, _journal.Snapshot(Feed));
    }

    private static StateChanged Opened(int number) =>
        new(Feed, number, ConnectionState.Connecting, ConnectionState.Open, 1, null, null, default);
}
