using System.Collections.Immutable;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Connections;

/// <summary>
/// What an endpoint knows of its conversation beyond the life of a connection. The next connection begins with it. Immutable.
/// </summary>
/// <param name="Values">The values of names that begin with <c>session.</c>.</param>
/// <param name="Sequence">The highest number of the peer; null for none.</param>
/// <param name="Counters">The last number of each counter, which goes on if the peer resumes.</param>
internal sealed record Session(
    ImmutableDictionary<string, TemplateValue> Values, long? Sequence, ImmutableDictionary<string, long> Counters)
{
    /// <summary>What an earlier process knew of keys of subscriptions.</summary>
    public ValueMap<KeySession> Keys { get; init; } = ValueMap<KeySession>.Empty;

    public static readonly Session Empty = new(
        ImmutableDictionary<string, TemplateValue>.Empty, null, ImmutableDictionary<string, long>.Empty);

    /// <summary>The number of its values: they may be secrets.</summary>
    public override string ToString() => $"session with {Values.Count} values";
}
