using ActorHeartbeat.Endpoints;
using Newtonsoft.Json;

namespace ActorHeartbeat.Serialization;

/// <summary>A <see cref="ValueMap{TValue}"/> as its entries in their order, and how its keys compare.</summary>
internal sealed class ValueMapConverter : GenericConverter
{
    public ValueMapConverter()
        : base(typeof(ValueMap<>), typeof(Of<>))
    {
    }

    private sealed class Of<TValue> : JsonConverter<ValueMap<TValue>>
    {
        public override void WriteJson(JsonWriter writer, ValueMap<TValue>? value, JsonSerializer serializer) =>
            serializer.Serialize(
                writer, value is null ? null : new Content(value.IgnoresCase, [.. value.Keys], [.. value.Values]), typeof(Content));

        public override ValueMap<TValue>? ReadJson(
            JsonReader reader, Type objectType, ValueMap<TValue>? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
            serializer.Deserialize<Content>(reader) is { } content
                ? new ValueMap<TValue>(
                    content.Keys.Zip(content.Values, KeyValuePair.Create),
                    content.IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal)
                : null;

        private sealed record Content(bool IgnoresCase, string[] Keys, TValue[] Values);
    }
}
