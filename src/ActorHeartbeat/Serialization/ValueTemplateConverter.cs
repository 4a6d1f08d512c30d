using ActorHeartbeat.Templates;
using Newtonsoft.Json;

namespace ActorHeartbeat.Serialization;

/// <summary>A <see cref="ValueTemplate"/> as what is written.</summary>
internal sealed class ValueTemplateConverter : JsonConverter<ValueTemplate>
{
    public override void WriteJson(JsonWriter writer, ValueTemplate? value, JsonSerializer serializer) =>
        serializer.Serialize(writer, value is null ? null : new Content(value.Written, value.IsJson), typeof(Content));

    public override ValueTemplate? ReadJson(
        JsonReader reader, Type objectType, ValueTemplate? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
        serializer.Deserialize<Content>(reader) switch
        {
            { IsJson: true } content => ValueTemplate.Json(content.Written),
            { } content => ValueTemplate.Text(content.Written),
            null => null,
        };

    private sealed record Content(string Written, bool IsJson);
}
