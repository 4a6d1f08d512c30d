using System.Text;
using ActorHeartbeat.Endpoints;
using Newtonsoft.Json;

namespace ActorHeartbeat.Serialization;

/// <summary>A <see cref="MessageTemplate"/> as the message that it is, or as the text that makes it.</summary>
internal sealed class MessageTemplateConverter : JsonConverter<MessageTemplate>
{
    public override void WriteJson(JsonWriter writer, MessageTemplate? value, JsonSerializer serializer) =>
        serializer.Serialize(
            writer,
            value is null ? null
            : value.Form == MessageForm.Given ? new Content(value.Literal, null, value.Form)
            : new Content(null, Encoding.UTF8.GetString(value.Written.Span), value.Form),
            typeof(Content));

    public override MessageTemplate? ReadJson(
        JsonReader reader, Type objectType, MessageTemplate? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
        serializer.Deserialize<Content>(reader) switch
        {
            { Literal: { } literal } => MessageTemplate.Of(literal),
            { Text: { } text, Form: MessageForm.Json } => MessageTemplate.Json(text),
            { Text: { } text, Form: MessageForm.Bytes } => MessageTemplate.Bytes(text),
            { Text: { } text } => MessageTemplate.Text(text),
            _ => null,
        };

    private sealed record Content(OutboundMessage? Literal, string? Text, MessageForm Form);
}
