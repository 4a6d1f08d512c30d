using System.Globalization;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>A time in one state, for the bar of the last day.</summary>
/// <param name="From">Where it begins, in minutes of the bar's 1,440.</param>
/// <param name="Width">How long it is, in minutes.</param>
/// <param name="State">The state.</param>
/// <param name="Title">What a pointer is told.</param>
internal sealed record Timeline(double From, double Width, string State, string Title)
{
    private const double Day = 1440;

    public static IEnumerable<Timeline> Of(IReadOnlyList<TransitionView> changes, DateTimeOffset now)
    {
        for (var index = 0; index < changes.Count; index++)
        {
            var end = index + 1 < changes.Count ? changes[index + 1].At : now;
            var from = Math.Max(0, Day - (now - changes[index].At).TotalMinutes);
            var to = Day - Math.Max(0, (now - end).TotalMinutes);
            if (to > from)
                yield return new Timeline(
                    from,
                    Math.Max(1, to - from), // else a short one is not seen
                    changes[index].To,
                    $"{changes[index].To} from {Ages.Clock(changes[index].At, now)} for {Ages.Spell(end - changes[index].At)}");
        }
    }

    /// <summary>The same for ears.</summary>
    public static string Describe(IReadOnlyList<TransitionView> changes, DateTimeOffset now)
    {
        var dayAgo = now - TimeSpan.FromMinutes(Day);
        var (open, all) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var index = 0; index < changes.Count; index++)
        {
            var lasted = (index + 1 < changes.Count ? changes[index + 1].At : now) - Later(changes[index].At, dayAgo);
            if (lasted <= TimeSpan.Zero)
                continue;
            all += lasted;
            open += changes[index].To == "open" ? lasted : TimeSpan.Zero;
        }
        return all <= TimeSpan.Zero
            ? "no state yet"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"open for {100 * (open / all):0} % of the time since {Ages.Clock(Later(changes[0].At, dayAgo), now)}");
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
