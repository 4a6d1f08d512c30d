using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Connections;

/// <summary>
/// What one connection says: it fills the messages of the configuration when they go out. Only the actor fills, so the numbers of counters
/// are in the order of the wire.
/// </summary>
/// <param name="incarnation">Which connection of the endpoint.</param>
/// <param name="attempt">Failures in a row, plus one.</param>
/// <param name="random">For UUIDs.</param>
internal sealed class Conversation(long incarnation, int attempt, SplitMix random)
{
    /// <summary>A peer repeats what it was told last, if anything.</summary>
    private const int MostMade = 64;

    private readonly Dictionary<string, long> _counters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lacked = new(StringComparer.Ordinal);
    private SplitMix _random = random;
    private volatile string[] _made = [];

    /// <summary>The latest texts that were made from secrets, such as signatures, to mask them where the peer repeats them.</summary>
    public IReadOnlyCollection<string> Made => _made;

    /// <summary>Fills a message.</summary>
    /// <param name="template">The message.</param>
    /// <param name="secrets">The secrets of the attempt.</param>
    /// <param name="now">The wall clock.</param>
    /// <param name="answered">What the message takes from the one that it answers; null when it answers none.</param>
    /// <param name="lacking">The placeholder without a value, when the result is null.</param>
    public OutboundMessage? Fill(
        MessageTemplate template,
        IReadOnlyDictionary<SecretReference, string> secrets,
        DateTimeOffset now,
        MessageAtHand? answered,
        out string? lacking)
    {
        lacking = null;
        if (template.Literal is { } literal)
            return literal;
        var scope = new TemplateScope
        {
            Secrets = secrets,
            Message = answered,
            Now = now,
            Count = Next,
            NewUuid = NewUuid,
            Attempt = attempt,
            Incarnation = incarnation,
        };
        var filled = template.Fill(scope);
        lacking = scope.Lacking;
        if (scope.Made.Count > 0)
            _made = [.. _made.Concat(scope.Made).Distinct(StringComparer.Ordinal).TakeLast(MostMade)];
        return filled;
    }

    /// <summary>Whether a placeholder has no value for the first time: the peer must not fill our log.</summary>
    public bool IsFirstLack(string? placeholder) => placeholder is not null && _lacked.Add(placeholder);

    private long Next(string counter) => _counters[counter] = _counters.GetValueOrDefault(counter) + 1;

    /// <summary>A random UUID (RFC 9562, version 4).</summary>
    private Guid NewUuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        foreach (ref var each in bytes)
            each = (byte)(_random.NextDouble() * 256);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
