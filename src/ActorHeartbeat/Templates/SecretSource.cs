namespace ActorHeartbeat.Templates;

/// <summary>Where a value comes from.</summary>
public enum SecretSource
{
    Literal,
    Environment,
    File,

    /// <summary>A text with references; see <see cref="Templates.Template"/>.</summary>
    Template,
}
