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
/// <param name="Steps">
/// How long each step of the attempt that this change ends took; empty where it ends none, and where that is not known any more.
/// </param>
internal sealed record TransitionView(
    DateTimeOffset At, string From, string To, long Incarnation, int Attempt, string? Cause, string? Detail, double? RetryInMs,
    IReadOnlyList<StepView> Steps)
{
    public static TransitionView Of(StateChanged change, IReadOnlyList<StepView>? steps) => new(
        change.At,
        change.From.Name(),
        change.To.Name(),
        change.Incarnation,
        change.Attempt,
        change.Cause is { } cause ? Spelling.Kebab(cause.Kind) : null,
        change.Cause?.Detail,
        change.RetryIn is { } delay ? Math.Round(delay.TotalMilliseconds, 3) : null,
        change.From == ConnectionState.Connecting && steps is not null ? steps : []);
}

/// <summary>A step of an attempt to connect.</summary>
/// <param name="Name">
/// <c>permit wait</c>, <c>resolve</c>, <c>prepare</c>, <c>dns</c>, <c>tcp</c>, <c>proxy</c>, <c>tls</c>, <c>upgrade</c> or
/// <c>opening dialogue</c>.
/// </param>
/// <param name="Ms">How long it took, in milliseconds.</param>
/// <param name="Failed">Whether the attempt ended in it.</param>
internal sealed record StepView(string Name, double Ms, bool Failed);
