using ActorHeartbeat.Endpoints;
using Newtonsoft.Json;

namespace ActorHeartbeat.Serialization;

/// <summary>A <see cref="ValueList{T}"/> as an array of its elements.</summary>
internal sealed class ValueListConverter : GenericConverter
{
    public ValueListConverter()
        : base(typeof(ValueList<>), typeof(Of<>))
    {
    }

    private sealed class Of<T> : JsonConverter<ValueList<T>>
    {
        public override void WriteJson(JsonWriter writer, ValueList<T>? value, JsonSerializer serializer) =>
            serializer.Serialize(writer, value?.ToArray(), typeof(T[]));

        public override ValueList<T>? ReadJson(
            JsonReader reader, Type objectType, ValueList<T>? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
            serializer.Deserialize<T[]>(reader) is { } items ? [.. items] : null;
    }
}
