using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Service.Logging;

namespace ActorHeartbeat.Service.State;

/// <summary>
/// Judges the entries of the governor's state as strictly as server input: an entry that the governor cannot have saved is ignored and
/// logged.
/// </summary>
internal sealed class GovernorEntries
{
    /// <summary>Maximum number of ignored entries that are logged one by one; of the others only the number is logged.</summary>
    private const int MostTold = 10;

    private const int LongestTold = 100, LongestReason = 200;

    /// <summary>The longest name of a scope: a host name and its port, or the name of a group.</summary>
    private const int LongestKey = 300;

    /// <summary>The longest pause that a server can ask for. A rule of the configuration may pause for longer, but not for good.</summary>
    private static readonly TimeSpan LongestPause = OutcomeTable.MostRetryAfter;

    private readonly List<(string Problem, string Entry)> _ignored = [];
    private int _count;

    /// <summary>A reason with the length that is kept.</summary>
    public static string Bounded(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason];

    /// <summary>Logs what was ignored: the first entries one by one, of the others the number.</summary>
    public void Tell(string file, ILogger log)
    {
        foreach (var (problem, entry) in _ignored)
            log.GovernorEntryIgnored(file, problem, entry);
        if (_count > _ignored.Count)
            log.GovernorEntriesIgnored(file, _count - _ignored.Count);
    }

    /// <summary>Whether an entry can be a budget; remembers it otherwise.</summary>
    public bool Accepts(BudgetEntry budget) => IsGood(Problem(budget), () => FormattableString.Invariant($"{budget.Key}, {budget.Tokens}"));

    /// <summary>Whether an entry can be a pause; remembers it otherwise.</summary>
    public bool Accepts(PauseEntry pause) => IsGood(Problem(pause), () => $"{pause.Key}, {pause.For}, {pause.Why}");

    /// <summary>The entries that are complete and for which <paramref name="problemOf"/> returns null.</summary>
    public IReadOnlyList<T> Read<T>(IReadOnlyList<JsonElement> entries, JsonTypeInfo<T> type, Func<T, string?> problemOf)
        where T : class
    {
        var good = new List<T>(entries.Count);
        foreach (var entry in entries)
        {
            var (read, problem) = Read(entry, type);
            problem ??= problemOf(read!); // not null without a problem
            if (IsGood(problem, entry.GetRawText))
                good.Add(read!);
        }
        return good;
    }

    /// <summary>Why an entry cannot be a budget; null when it can.</summary>
    /// <remarks>The configuration sets the burst: a larger number counts as the burst.</remarks>
    public static string? Problem(BudgetEntry budget) =>
        ProblemOfKey(budget.Key) ?? (budget.Tokens is >= 0 and <= int.MaxValue ? null : "no budget has so many permits left");

    /// <summary>Why an entry cannot be a pause; null when it can.</summary>
    public static string? Problem(PauseEntry pause) =>
        ProblemOfKey(pause.Key)
        ?? (pause.For > TimeSpan.Zero && pause.For <= LongestPause
            ? null
            : $"no pause lasts nothing or over {LongestPause.TotalDays:0} days");

    private static string? ProblemOfKey(string key)
    {
        var isNamed = key.StartsWith("group:", StringComparison.Ordinal) || key.StartsWith("host:", StringComparison.Ordinal);
        return (isNamed && key.Length <= LongestKey) || key == "global" ? null : "no budget has such a key";
    }

    private static (T? Read, string? Problem) Read<T>(JsonElement entry, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return entry.Deserialize(type) is { } read ? (read, null) : (null, "it is null");
        }
        catch (JsonException)
        {
            return (null, "it is not whole");
        }
    }

    private bool IsGood(string? problem, Func<string> entry)
    {
        if (problem is not null && _count++ < MostTold)
            _ignored.Add((problem, Told(entry())));
        return problem is null;
    }

    private static string Told(string text)
    {
        var bounded = text.Length <= LongestTold ? text : text[..LongestTold] + "...";
        return string.Create(bounded.Length, bounded, static (span, from) =>
        {
            for (var at = 0; at < span.Length; at++)
                span[at] = char.IsControl(from[at]) ? ' ' : from[at];
        });
    }
}

internal sealed record BudgetEntry(string Key, double Tokens)
{
    public SavedBudget Save() => new(Key, Tokens);
}

internal sealed record PauseEntry(string Key, TimeSpan For, string Why)
{
    public SavedPause Save() => new(Key, For, GovernorEntries.Bounded(Why));
}
