namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>Interns the keys of one file: ten thousand endpoints repeat "url" ten thousand times.</summary>
internal sealed class KeyPool
{
    private const int Most = 4096; // unique names such as e17 do not repeat: more entries save nothing

    private readonly Dictionary<string, string[]> _keys = new(StringComparer.Ordinal);

    public string Get(ReadOnlySpan<char> key) => Path(key)[0];

    /// <summary>The path that has this one element.</summary>
    public string[] Path(ReadOnlySpan<char> key)
    {
        if (_keys.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var known))
            return known;
        var text = key.ToString();
        string[] path = [text];
        if (_keys.Count < Most)
            _keys.Add(text, path);
        return path;
    }
}
