namespace ActorHeartbeat.Templates;

/// <summary>Names a secret outside the configuration. It is read again for every attempt.</summary>
/// <param name="Source">An environment variable or a file.</param>
/// <param name="Name">The name of the variable, or the path of the file.</param>
public sealed record SecretReference(SecretSource Source, string Name)
{
    /// <summary>As a <see cref="Template"/> spells it.</summary>
    public override string ToString() => Source == SecretSource.File ? $"@{{file:{Name}}}" : $"@{{env.{Name}}}";
}
