using System.Text;

namespace ActorHeartbeat.Endpoints;

/// <summary>Text (UTF-8) or binary, the two kinds of data message of RFC 6455 section 5.6.</summary>
public enum MessageKind : byte
{
    Text,
    Binary,
}

/// <summary>A whole message on its way out, as bytes that are ready to send.</summary>
public sealed class OutboundMessage(MessageKind kind, ReadOnlyMemory<byte> payload) : IEquatable<OutboundMessage>
{
    public MessageKind Kind { get; } = kind;

    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>How it may be shown where it was filled: placeholders in place of secrets. Null for what was not filled.</summary>
    internal string? Shown { get; init; }

    public static OutboundMessage Text(string text) => new(MessageKind.Text, Encoding.UTF8.GetBytes(text));

    public static OutboundMessage Binary(ReadOnlyMemory<byte> payload) => new(MessageKind.Binary, payload);

    public bool Equals(OutboundMessage? other) =>
        other is not null && Kind == other.Kind && Payload.Span.SequenceEqual(other.Payload.Span);

    public override bool Equals(object? obj) => Equals(obj as OutboundMessage);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Kind);
        hash.AddBytes(Payload.Span);
        return hash.ToHashCode();
    }

    /// <summary>Kind and size, never the payload.</summary>
    public override string ToString() => $"{Kind} message of {Payload.Length} B";
}
