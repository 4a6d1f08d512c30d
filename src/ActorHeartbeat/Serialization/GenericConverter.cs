using System.Collections.Concurrent;
using Newtonsoft.Json;

namespace ActorHeartbeat.Serialization;

/// <summary>Converts every type that is constructed from a generic type.</summary>
/// <param name="generic">The generic type, with one parameter.</param>
/// <param name="converter">A converter with the same parameter.</param>
internal abstract class GenericConverter(Type generic, Type converter) : JsonConverter
{
    private readonly ConcurrentDictionary<Type, JsonConverter> _converters = new();

    public override bool CanConvert(Type objectType) => objectType.IsGenericType && objectType.GetGenericTypeDefinition() == generic;

    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer)
    {
        if (value is null)
            writer.WriteNull();
        else
            For(value.GetType()).WriteJson(writer, value, serializer);
    }

    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer) =>
        For(objectType).ReadJson(reader, objectType, existingValue, serializer);

    // The converters have a constructor without parameters.
    private JsonConverter For(Type type) => _converters.GetOrAdd(
        type, made => (JsonConverter)Activator.CreateInstance(converter.MakeGenericType(made.GetGenericArguments()))!);
}
