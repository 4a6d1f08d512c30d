using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Connections;

/// <summary>Values that a message has brought, before the names around them.</summary>
internal sealed class FoundNames(IReadOnlyDictionary<string, TemplateValue> found, ITemplateNames outer) : ITemplateNames
{
    public TemplateValue? Find(string name, TemplateScope scope) => found.GetValueOrDefault(name) ?? outer.Find(name, scope);
}
