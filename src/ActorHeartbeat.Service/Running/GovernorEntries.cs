using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Reads the entries of a governor's file as strictly as server input: an entry that the governor cannot have saved is ignored and logged.
/// </summary>
internal sealed class GovernorEntries
{
    /// <summary>Maximum number of ignored entries that are logged one by one; of the others only the number is logged.</summary>
    private const int MostTold = 10;

    private const int LongestTold = 100;

    /// <summary>The longest name of a scope: a host name and its port, or the name of a group.</summary>
    private const int LongestKey = 300;

    /// <summary>The longest pause that a server can ask for. A rule of the configuration may pause for longer, but not for good.</summary>
    private static readonly TimeSpan LongestPause = OutcomeTable.MostRetryAfter;

    private readonly List<(string Problem, string Entry)> _ignored = [];
    private int _count;

    /// <summary>The first ignored entries, each with its problem and its text, bounded and on one line.</summary>
    public IReadOnlyList<(string Problem, string Entry)> Ignored => _ignored;

    public int More => _count - _ignored.Count;

    /// <summary>The entries that are complete and for which <paramref name="problemOf"/> returns null.</summary>
    public IReadOnlyList<T> Read<T>(IReadOnlyList<JsonElement> entries, JsonTypeInfo<T> type, Func<T, string?> problemOf)
        where T : class
    {
        var good = new List<T>(entries.Count);
        foreach (var entry in entries)
        {
            var (read, problem) = Read(entry, type);
            problem ??= problemOf(read!); // not null without a problem
            if (problem is null)
                good.Add(read!);
            else if (_count++ < MostTold)
                _ignored.Add((problem, Told(entry)));
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

    private static string Told(JsonElement entry)
    {
        var text = entry.GetRawText();
        var bounded = text.Length <= LongestTold ? text : text[..LongestTold] + "...";
        return string.Create(bounded.Length, bounded, static (span, from) =>
        {
            for (var at = 0; at < span.Length; at++)
                span[at] = char.IsControl(from[at]) ? ' ' : from[at];
        });
    }
}
