using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Subscriptions;

/// <summary>A value that a key has taken from a message. It is kept small: of a number, such as a channel's, only the digits.</summary>
internal readonly record struct CapturedValue
{
    private readonly object _kept; // a value, or the digits of a number

    public CapturedValue(string name, TemplateValue value)
    {
        Name = name;
        _kept = value is TemplateValue.Json { IsSecret: false, Value: { ValueKind: JsonValueKind.Number } number }
            ? number.GetRawText()
            : value;
    }

    public string Name { get; }

    public TemplateValue Value => _kept as TemplateValue ?? TemplateValue.Of(JsonElement.Parse((string)_kept));
}

/// <summary>What a key has taken from messages, before the names around it.</summary>
internal sealed class CapturedNames(CapturedValue[] captured, ITemplateNames outer) : ITemplateNames
{
    public TemplateValue? Find(string name, TemplateScope scope)
    {
        foreach (var each in captured)
        {
            if (each.Name == name)
                return each.Value;
        }
        return outer.Find(name, scope);
    }
}

/// <summary>The number of a key that has numbers of its own, before the names around it.</summary>
internal sealed class NumberName(long? number, ITemplateNames outer) : ITemplateNames
{
    public TemplateValue? Find(string name, TemplateScope scope) =>
        name != TemplateName.Sequence ? outer.Find(name, scope)
        : number is { } highest ? TemplateValue.Of(highest)
        : null;
}

/// <summary>What each key of a batch has, in the list element of the message that is about it; elsewhere the names around it.</summary>
/// <param name="keys">The names of each key, in the order of the message.</param>
/// <param name="outer">The names around them.</param>
internal sealed class BatchNames(IReadOnlyList<ITemplateNames> keys, ITemplateNames outer) : ITemplateNames
{
    public TemplateValue? Find(string name, TemplateScope scope) => (scope.Each is { } key ? keys[key] : outer).Find(name, scope);
}
