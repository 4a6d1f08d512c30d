using System.Globalization;
using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Service.Verbs;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>The line for a terminal that does what a button does. Pure.</summary>
internal static class ShownCommand
{
    private const int MostIds = 100;

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
            : shown.Count <= MostIds ? string.Join(' ', shown.Select(each => each.Endpoint.Id))
            : null;
        if (which is null)
            return $"(not in one line: no labels select just these {shown.Count} endpoints)";
        return Of($"{verb} {which}{(shown.Count > 1 ? " --yes" : "")}", service);
    }

    /// <summary>The text as bash and zsh read it; what cannot be seen, such as a line break or a mark of direction, is spelled.</summary>
    public static string Quoted(string text) => text.Any(IsUnseen)
        ? $"$'{string.Concat(text.Select(Spelled))}'"
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsUnseen(char character) =>
        char.IsControl(character) || char.GetUnicodeCategory(character) is UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Spelled(char character) => character switch
    {
        '\'' or '\\' => $"\\{character}",
        '\n' => "\\n",
        '\t' => "\\t",
        _ when IsUnseen(character) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
        _ => $"{character}",
    };
}
