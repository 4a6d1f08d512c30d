using System.Diagnostics.CodeAnalysis;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>What a rule has found to be wrong.</summary>
/// <param name="Reason">The error.</param>
/// <param name="Find">
/// Returns the part of the key's value that is wrong; null when it is not in there, but in a lower layer. Null for the whole value.
/// </param>
internal sealed record Flaw(string Reason, Func<Cursor, Cursor?>? Find = null)
{
    [return: NotNullIfNotNull(nameof(reason))]
    public static implicit operator Flaw?(string? reason) => reason is null ? null : new Flaw(reason);
}
