using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Service.Verbs;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>The line for a terminal that does what a button does. Pure.</summary>
internal static class ShownCommand
{
    private const int MostIds = 8;

    /// <param name="words">Verb, endpoint and options.</param>
    /// <param name="service">Where the browser has the console from.</param>
    public static string Of(string words, Uri service) =>
        $"actorheartbeat {words}" + (service == Inputs.DefaultService ? "" : $" --url {service.GetLeftPart(UriPartial.Authority)}");

    /// <summary>For all that are shown.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="shown">Those that it takes.</param>
    /// <param name="all">How many endpoints there are.</param>
    /// <param name="service">As above.</param>
    public static string Of(string verb, string filter, IReadOnlyList<Standing> shown, int all, Uri service)
    {
        var which = shown.Count == all ? "--select '*'"
            : FleetFilter.Selector(filter, shown) is { } selector ? $"--select {Quoted(selector)}"
            : shown.Count <= MostIds ? Ids(shown)
            : $"{Ids(shown.Take(MostIds))} ... (and {shown.Count - MostIds} more ids)";
        return Of($"{verb} {which}{(shown.Count > 1 ? " --yes" : "")}", service);
    }

    public static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Ids(IEnumerable<Standing> shown) => string.Join(' ', shown.Select(each => each.Endpoint.Id));
}
