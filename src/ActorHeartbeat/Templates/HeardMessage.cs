namespace ActorHeartbeat.Templates;

/// <summary>A message that pointers look into: its JSON may stand behind a text, as in <c>42["open"]</c>.</summary>
/// <param name="payload">The whole message.</param>
/// <param name="jsonAt">Where its JSON begins.</param>
internal readonly ref struct HeardMessage(ReadOnlySpan<byte> payload, int jsonAt = 0)
{
    public ReadOnlySpan<byte> Payload { get; } = payload;

    public ReadOnlySpan<byte> Json => Payload[jsonAt..];

    public static implicit operator HeardMessage(ReadOnlySpan<byte> payload) => new(payload);
}
