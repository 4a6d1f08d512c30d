using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>
/// What the filter box says: words that must all hold. <c>state:backing-off</c>, <c>code:1006</c> (of the last end),
/// <c>host:example.com</c>, <c>label:eu</c> (any label has this value), <c>venue:okx</c> (the label of that name), and other words stand in
/// id, URL or reason.
/// </summary>
internal sealed class FleetFilter
{
    /// <summary>Words before a colon that are no labels.</summary>
    private static readonly string[] Own = ["state", "code", "host", "label"];

    private readonly List<Func<Standing, bool>> _words = [];

    public FleetFilter(string text)
    {
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            _words.Add(Of(word));
    }

    public bool Takes(Standing standing) => _words.TrueForAll(word => word(standing));

    /// <summary>The selector of labels that takes the same endpoints; null where there is none.</summary>
    /// <param name="text">The filter.</param>
    /// <param name="taken">Those that it takes.</param>
    public static string? Selector(string text, IEnumerable<Standing> taken)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parts).ToList();
        return words.Count > 0
            && words.TrueForAll(word => word.Key.Length > 0 && !Own.Contains(word.Key))
            && taken.All(each => words.TrueForAll(word => each.Endpoint.Labels[word.Key] == word.Value)) // a filter takes a part of it, too
                ? string.Join(',', words.Select(word => $"{word.Key}={word.Value}"))
                : null;
    }

    private static Func<Standing, bool> Of(string word)
    {
        var (key, value) = Parts(word);
        return key switch
        {
            "" => each => Has(each.Endpoint.Id, value) || Has(each.Endpoint.Url, value) || Has(each.Why, value),
            "state" => each => each.State.StartsWith(value, StringComparison.OrdinalIgnoreCase),
            "code" => each => each.Endpoint.LastClose?.Code?.ToString(System.Globalization.CultureInfo.InvariantCulture) == value,
            "host" => each => Has(each.Endpoint.Url, value),
            "label" => each => each.Endpoint.Labels.Values.Contains(value, StringComparer.OrdinalIgnoreCase),
            _ => each => each.Endpoint.Labels.TryGetValue(key, out var label) && Has(label, value),
        };
    }

    private static (string Key, string Value) Parts(string word)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? (word[..colon], word[(colon + 1)..]) : ("", word);
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
