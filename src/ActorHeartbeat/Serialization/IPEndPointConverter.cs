using System.Net;
using Newtonsoft.Json;

namespace ActorHeartbeat.Serialization;

/// <summary>An <see cref="IPEndPoint"/> as its text, such as <c>[2001:db8::1]:443</c>.</summary>
internal sealed class IPEndPointConverter : JsonConverter<IPEndPoint>
{
    public override void WriteJson(JsonWriter writer, IPEndPoint? value, JsonSerializer serializer) => writer.WriteValue(value?.ToString());

    public override IPEndPoint? ReadJson(
        JsonReader reader, Type objectType, IPEndPoint? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
        reader.Value is string text ? IPEndPoint.Parse(text) : null;
}
