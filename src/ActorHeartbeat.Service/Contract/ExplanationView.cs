using ActorHeartbeat.Connections;
using ActorHeartbeat.Governor;

namespace ActorHeartbeat.Service.Contract;

/// <summary>Why an endpoint is not open now, with its latest state changes.</summary>
/// <param name="Explanation">One sentence.</param>
/// <param name="WaitsFor">The event that it waits for, in one phrase; null when it waits for nothing.</param>
/// <param name="Until">The time of that event, or its latest time; null when neither is known.</param>
/// <param name="Queue">Its place in the queue for a permit to dial; null when it is not in the queue.</param>
/// <param name="Transitions">The latest state changes, oldest first.</param>
internal sealed record ExplanationView(
    string Id,
    string State,
    string Explanation,
    string? WaitsFor,
    DateTimeOffset? Until,
    QueuePlaceView? Queue,
    IReadOnlyList<TransitionView> Transitions);

/// <param name="Place">Counted from 1.</param>
internal sealed record QueuePlaceView(int Place, string Why, DateTimeOffset? Until)
{
    public static QueuePlaceView? Of(QueuePlace? place) =>
        place is { Place: > 0 } ? new QueuePlaceView(place.Place, place.Why, place.Until) : null;
}

/// <summary>One state change.</summary>
/// <param name="RetryInMs">The delay before the next dial, in milliseconds; null unless one began.</param>
internal sealed record TransitionView(
    DateTimeOffset At, string From, string To, long Incarnation, int Attempt, string? Cause, string? Detail, double? RetryInMs)
{
    public static TransitionView Of(StateChanged change) => new(
        change.At,
        change.From.Name(),
        change.To.Name(),
        change.Incarnation,
        change.Attempt,
        change.Cause is { } cause ? Spelling.Kebab(cause.Kind) : null,
        change.Cause?.Detail,
        change.RetryIn is { } delay ? Math.Round(delay.TotalMilliseconds, 3) : null);
}
