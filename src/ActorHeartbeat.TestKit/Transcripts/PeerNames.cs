using ActorHeartbeat.Templates;

namespace ActorHeartbeat.TestKit;

/// <summary>The names that a transcript's lines have given values.</summary>
/// <param name="environment">The variables of the client.</param>
internal sealed class PeerNames(IReadOnlyDictionary<string, string> environment) : ITemplateNames
{
    private readonly Dictionary<string, TemplateValue> _always = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TemplateValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _counters = new(StringComparer.Ordinal);

    public TemplateValue? Find(string name, TemplateScope scope) => _values.GetValueOrDefault(name) ?? _always.GetValueOrDefault(name);

    public bool Has(string name) => _values.ContainsKey(name) || _always.ContainsKey(name);

    public void Give(string name, TemplateValue value) => _values[name] = value;

    public void GiveAlways(string name, string value) => _always[name] = TemplateValue.Of(value);

    /// <summary>Forgets what the last connection gave.</summary>
    public void Forget()
    {
        _values.Clear();
        _counters.Clear();
    }

    /// <summary>What a template looks at.</summary>
    public TemplateScope Scope(IEnumerable<Template> templates) => new()
    {
        Names = this,
        Count = name => _counters[name] = _counters.GetValueOrDefault(name) + 1,
        Secrets = templates
            .SelectMany(template => template.References)
            .Distinct()
            .Where(reference => environment.ContainsKey(reference.Name))
            .ToDictionary(reference => reference, reference => environment[reference.Name]),
    };

    /// <summary>The value of one placeholder.</summary>
    /// <exception cref="FormatException">It has none.</exception>
    public TemplateValue Evaluate(string placeholder)
    {
        var value = ValueTemplate.Text(placeholder);
        return value.Fill(Scope(value.Templates)) ?? throw new FormatException($"{placeholder} has no value");
    }

    /// <summary>Whether a placeholder asks for a name without a value.</summary>
    public bool IsOpen(string placeholder) => Template.Parse(placeholder).Names.Any(name => !Has(name));

    /// <summary>The name, if a text is one placeholder that takes what stands there: a plain name without a value yet.</summary>
    public string? Free(string text) =>
        Template.MayBe(text) && text.StartsWith(Template.Begin, StringComparison.Ordinal) && text[^1] == '}'
        && text[Template.Begin.Length..^1] is var name && TemplateName.Reject(name) is null && !Has(name)
            ? name
            : null;

    /// <summary>A copy, to try a pattern with.</summary>
    public PeerNames Copy()
    {
        var copy = new PeerNames(environment);
        foreach (var (name, value) in _always)
            copy._always.Add(name, value);
        copy.Take(this);
        return copy;
    }

    /// <summary>Takes the values of a copy whose pattern has matched.</summary>
    public void Take(PeerNames copy)
    {
        foreach (var (name, value) in copy._values)
            _values[name] = value;
        foreach (var (name, number) in copy._counters)
            _counters[name] = number;
    }
}
