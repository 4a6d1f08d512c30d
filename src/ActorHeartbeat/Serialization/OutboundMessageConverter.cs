using ActorHeartbeat.Endpoints;
using Newtonsoft.Json;

namespace ActorHeartbeat.Serialization;

/// <summary>An <see cref="OutboundMessage"/> as its kind and its bytes.</summary>
internal sealed class OutboundMessageConverter : JsonConverter<OutboundMessage>
{
    public override void WriteJson(JsonWriter writer, OutboundMessage? value, JsonSerializer serializer) =>
        serializer.Serialize(writer, value is null ? null : new Content(value.Kind, value.Payload.ToArray()), typeof(Content));

    public override OutboundMessage? ReadJson(
        JsonReader reader, Type objectType, OutboundMessage? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
        serializer.Deserialize<Content>(reader) is { } content ? new OutboundMessage(content.Kind, content.Payload) : null;

    private sealed record Content(MessageKind Kind, byte[] Payload);
}
