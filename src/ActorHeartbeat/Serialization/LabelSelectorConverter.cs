using ActorHeartbeat.Feeds;
using Newtonsoft.Json;

namespace ActorHeartbeat.Serialization;

/// <summary>A <see cref="LabelSelector"/> as its text.</summary>
internal sealed class LabelSelectorConverter : JsonConverter<LabelSelector>
{
    public override void WriteJson(JsonWriter writer, LabelSelector? value, JsonSerializer serializer) =>
        writer.WriteValue(value?.ToString());

    public override LabelSelector? ReadJson(
        JsonReader reader, Type objectType, LabelSelector? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
        reader.Value is string text ? LabelSelector.Parse(text) : null;
}
