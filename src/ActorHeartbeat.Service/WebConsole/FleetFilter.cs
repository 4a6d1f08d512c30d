using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>
/// What the filter box says: words that must all hold. <c>state:backing-off</c>, <c>code:1006</c> (of the last end),
/// <c>host:example.com</c>, <c>label:eu</c> (any label has this value), <c>venue:okx</c> (the label of that name), and other words stand in
/// id, URL or reason.
/// </summary>
internal sealed class FleetFilter
{
    private readonly List<Func<Standing, bool>> _words = [];

    public FleetFilter(string text)
    {
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            _words.Add(Of(word));
    }

    public bool Takes(Standing standing) => _words.TrueForAll(word => word(standing));

    private static Func<Standing, bool> Of(string word)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        var (key, value) = colon > 0 ? (word[..colon], word[(colon + 1)..]) : ("", word);
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

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
