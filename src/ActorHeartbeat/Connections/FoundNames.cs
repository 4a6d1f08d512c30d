using System.Collections.Immutable;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Connections;

/// <summary>Values that a message has brought, before the names around them.</summary>
internal sealed class FoundNames(IReadOnlyDictionary<string, TemplateValue> found, ITemplateNames outer) : ITemplateNames
{
    public TemplateValue? Find(string name, TemplateScope scope) => found.GetValueOrDefault(name) ?? outer.Find(name, scope);
}

/// <summary>What a key of a subscription has captured, and its number where it has numbers of its own, before the names around it.</summary>
internal sealed class KeyNames(
    ImmutableDictionary<string, TemplateValue> captured, bool hasNumbers, long? number, ITemplateNames outer) : ITemplateNames
{
    public TemplateValue? Find(string name, TemplateScope scope) =>
        name == TemplateName.Sequence && hasNumbers
            ? number is { } highest ? TemplateValue.Of(highest) : null
            : captured.GetValueOrDefault(name) ?? outer.Find(name, scope);
}
