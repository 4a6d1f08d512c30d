namespace ActorHeartbeat.Templates;

/// <summary>
/// The values that one <c>let</c> gives, each filled once, when it is first used. A name without a value is looked for outside.
/// </summary>
/// <param name="values">The values as written, by name.</param>
/// <param name="outer">The names around the block; null for none.</param>
internal sealed class LetBlock(IReadOnlyDictionary<string, ValueTemplate> values, ITemplateNames? outer) : ITemplateNames
{
    /// <summary>
    /// Null for one that is being filled. It guards itself: the connection's pump looks at values that its actor has filled.
    /// </summary>
    private readonly Dictionary<string, TemplateValue?>? _filled = values.Count > 0 ? new(StringComparer.Ordinal) : null;

    /// <summary>A block in front of other names; these themselves where it has no values.</summary>
    public static ITemplateNames Over(ITemplateNames? outer, IReadOnlyDictionary<string, ValueTemplate> values) =>
        outer is not null && values.Count == 0 ? outer : new LetBlock(values, outer);

    public TemplateValue? Find(string name, TemplateScope scope)
    {
        if (_filled is null || !values.TryGetValue(name, out var written))
            return outer?.Find(name, scope);
        lock (_filled)
        {
            if (_filled.TryGetValue(name, out var known))
                return known; // null where it is made of itself
            _filled[name] = null;
            var value = written.Fill(scope);
            if (value is null)
                _filled.Remove(name);
            else
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
