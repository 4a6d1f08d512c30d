using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// Selects endpoints by label: terms <c>key=value</c>, <c>key!=value</c>, <c>key</c> (present) and <c>!key</c> (absent), separated
/// by commas, all of which must hold. <c>*</c> or nothing selects every endpoint.
/// </summary>
public sealed class LabelSelector
{
    public static readonly LabelSelector All = new("*", []);

    private readonly string _text;
    private readonly Term[] _terms;

    private LabelSelector(string text, Term[] terms)
    {
        _text = text;
        _terms = terms;
    }

    /// <exception cref="FormatException">The text is not a selector; the message says which term.</exception>
    public static LabelSelector Parse(string text)
    {
        if (text.Trim() is "" or "*")
            return All;
        return new LabelSelector(text, [.. text.Split(',').Select(term => Term.Parse(term.Trim()))]);
    }

    public bool Matches(ValueMap<string> labels) => Array.TrueForAll(_terms, term => term.Matches(labels));

    public override string ToString() => _text;

    private sealed record Term(string Key, string? Value, bool Wanted)
    {
        public static Term Parse(string text)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var (key, value, wanted) = equals switch
            {
                < 0 when text.StartsWith('!') => (text[1..], null, false),
                < 0 => (text, null, true),
                > 0 when text[equals - 1] == '!' => (text[..(equals - 1)], text[(equals + 1)..], false),
                _ => (text[..equals], text[(equals + 1)..], true),
            };
            if (key.Trim().Length == 0)
                throw new FormatException($"the label selector term \"{text}\" has no key; expected key=value, key!=value, key or !key");
            return new Term(key.Trim(), value?.Trim(), wanted);
        }

        public bool Matches(ValueMap<string> labels) =>
            (labels.TryGetValue(Key, out var value) && (Value is null || Value == value)) == Wanted;
    }
}
