namespace ActorHeartbeat.Templates;

/// <summary>
/// The values that one <c>let</c> gives, each filled once, when it is first used. A name without a value is looked for outside.
/// </summary>
/// <param name="values">The values as written, by name.</param>
/// <param name="outer">The names around the block; null for none.</param>
internal sealed class LetBlock(IReadOnlyDictionary<string, ValueTemplate> values, ITemplateNames? outer) : ITemplateNames
{
    private readonly Lock _lock = new(); // the connection's pump looks at values that its actor has filled
    private readonly Dictionary<string, TemplateValue> _filled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _filling = new(StringComparer.Ordinal);

    public TemplateValue? Find(string name, TemplateScope scope)
    {
        if (!values.TryGetValue(name, out var written))
            return outer?.Find(name, scope);
        lock (_lock)
        {
            if (_filled.TryGetValue(name, out var known))
                return known;
            if (!_filling.Add(name))
                return null; // it is made of itself
            var value = written.Fill(scope);
            _filling.Remove(name);
            if (value is not null)
                _filled[name] = value;
            return value;
        }
    }

    /// <summary>Fills every value, so that one who looks later finds what there is now.</summary>
    public void Fill(TemplateScope scope)
    {
        foreach (var name in values.Keys)
            Find(name, scope);
    }
}
