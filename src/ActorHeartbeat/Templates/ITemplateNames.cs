namespace ActorHeartbeat.Templates;

/// <summary>The values of names.</summary>
internal interface ITemplateNames
{
    /// <summary>The value of a name; null when it has none.</summary>
    /// <param name="name">The name.</param>
    /// <param name="scope">What a value that is filled only now looks at.</param>
    TemplateValue? Find(string name, TemplateScope scope);
}
