using ActorHeartbeat.Connections;

namespace ActorHeartbeat.Tests.Connections.Transcripts;

/// <summary>The observed effects of one line.</summary>
/// <param name="From">The state before the line; null when the actor did not exist.</param>
/// <param name="To">The state after the line.</param>
/// <param name="Made">The result of the transitions: the state that the last one led to, <c>stays</c> or <c>stops</c>.</param>
/// <param name="Transitions">The number of transitions.</param>
/// <param name="Effects">The actions of the actor in order, then the changes of its data.</param>
internal sealed record StoryMoment(
    StoryView? From, StoryView To, string Made, int Transitions, IReadOnlyList<(string Verb, string Detail)> Effects)
{
    public static StoryMoment Between(StoryView? before, StoryView after, StoryEar ear) => new(
        before,
        after,
        after.State == StoryView.Stopped ? StoryView.Stopped
            : ear.Entered.Count == 0 ? "stays"
            : ear.Entered[^1].ToString(),
        ear.Entered.Count,
        [.. ear.Heard, .. before is null ? [] : Learned(before, after)]);

    public IEnumerable<string> Verbs => Effects.Select(effect => effect.Verb);

    /// <summary>The state and the effects as lines of a transcript.</summary>
    public IEnumerable<string> Lines() =>
        Effects.Select(effect => $"    {effect.Verb} {effect.Detail}".TrimEnd()).Prepend($"  {To}");

    private static IEnumerable<(string Verb, string Detail)> Learned(StoryView before, StoryView after)
    {
        if (after.Settings != before.Settings)
            yield return ("take the settings", "");
        if (after.Limits is { } limits && before.Limits is { } old && limits != old)
            yield return ("let the socket follow", "");
        if (after.Stale > before.Stale)
            yield return ("count a stale event", "");
        if (after.Answers > before.Answers)
            yield return ("count an answer", "");
        if (after.UrlIndex != before.UrlIndex)
            yield return ("take another URL", $"{after.UrlIndex}");
        foreach (var verb in (after.Data, before.Data) switch
        {
            (BackingOffData next, BackingOffData last) => Learned(last, next),
            (ConnectedData next, ConnectedData last) => Learned(last, next),
            (ConnectingData next, ConnectingData last) when next.Step == last.Step && next.Deadline > last.Deadline =>
                ["prolong the deadline"],
            (BackingOffData { Cause.Quarantine: not null }, _) => ["quarantine"],
            _ => [],
        })
        {
            yield return (verb, "");
        }
    }

    private static IEnumerable<string> Learned(BackingOffData before, BackingOffData after)
    {
        if (after.Phase != before.Phase && after.Phase is BackingOffPhase.Leaving or BackingOffPhase.Ending)
            yield return after.Phase == BackingOffPhase.Leaving ? "wait for the previous socket" : "wait for the socket to end";
        else if (after.Phase == before.Phase && after.Until < before.Until)
            yield return "shorten the delay";
        else if (after.Phase == before.Phase && after.Phase is not BackingOffPhase.Queued && after.Until > before.Until)
            yield return "prolong the deadline";
    }

    private static IEnumerable<string> Learned(ConnectedData before, ConnectedData after)
    {
        if (after.Failures < before.Failures)
            yield return "forget the failures";
        if (after.Failures > before.Failures)
            yield return "count a failure";
        if (after.Missed != before.Missed)
            yield return after.Missed == 0 ? "forget the misses" : "count a miss";
        if (after.RotateAt != before.RotateAt)
            yield return "set the next rotation";
        if (after.PongDeadline is { } deadline && deadline > before.PongDeadline && after.Missed == before.Missed)
            yield return "prolong the deadline";
    }
}
