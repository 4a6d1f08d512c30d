using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>The line for a terminal that does to all that are shown what a button does. Pure.</summary>
internal static class BulkCommand
{
    private const int MostIds = 8;

    /// <param name="verb">The verb.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="shown">Those that it takes.</param>
    public static string Of(string verb, string filter, IReadOnlyList<Standing> shown) =>
        FleetFilter.Selector(filter, shown) is { } selector ? $"actorheartbeat {verb} --select {Quoted(selector)}"
        : shown.Count <= MostIds ? $"actorheartbeat {verb} {Ids(shown)}"
        : $"actorheartbeat {verb} {Ids(shown.Take(MostIds))} ... (and {shown.Count - MostIds} more ids)";

    private static string Ids(IEnumerable<Standing> shown) => string.Join(' ', shown.Select(each => each.Endpoint.Id));

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
