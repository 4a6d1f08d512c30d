using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>A key that has no effect beside certain values of other keys.</summary>
/// <param name="Key">The key, relative to its object.</param>
/// <param name="Why">Returns why it has no effect, and the remedy; null when it has one.</param>
internal sealed record IdleKey<TSettings>(string Key, Func<TSettings, string?> Why)
{
    /// <summary>The places inside the value that have no effect; the key itself when left out.</summary>
    public Func<Cursor, IEnumerable<Cursor>> Parts { get; init; } = static at => [at];
}

/// <summary>An endpoint, and the group whose budgets it shares; null for none.</summary>
internal readonly record struct EndpointInGroup(EndpointSettings Settings, GroupSettings? Group);
