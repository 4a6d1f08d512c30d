namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>Keys of one file, each spelled once: ten thousand endpoints say "url" ten thousand times.</summary>
internal sealed class KeyPool
{
    private const int Most = 4096; // names such as e17 do not come again; beyond this many there is nothing to win

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    public string Get(ReadOnlySpan<char> key)
    {
        if (_keys.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var known))
            return known;
        var text = key.ToString();
        if (_keys.Count < Most)
            _keys.Add(text);
        return text;
    }
}
