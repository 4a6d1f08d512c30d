using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using Newtonsoft.Json;

namespace ActorHeartbeat.Serialization;

/// <summary>A <see cref="FeedEvent"/> with a copy of its payload.</summary>
internal sealed class FeedEventConverter : JsonConverter<FeedEvent>
{
    public override void WriteJson(JsonWriter writer, FeedEvent value, JsonSerializer serializer) =>
        serializer.Serialize(
            writer,
            new Content(
                value.Instance,
                value.Endpoint,
                value.Epoch,
                value.Seq,
                value.Time.UtcTicks,
                value.IsMessage ? (MessageKind)value.Type : null,
                value.Payload.ToArray(),
                value.Gap,
                value.State,
                value.DrainReason,
                value.Subscription,
                value.KeyState),
            typeof(Content));

    public override FeedEvent ReadJson(
        JsonReader reader, Type objectType, FeedEvent existingValue, bool hasExistingValue, JsonSerializer serializer)
    {
        var content = serializer.Deserialize<Content>(reader) ?? throw new JsonSerializationException("an event of a feed is missing");
        var source = FeedSource.Of(
            content.Instance,
            content.Endpoint,
            content.Epoch,
            (object?)content.Gap ?? (object?)content.State ?? (object?)content.KeyState ?? content.DrainReason,
            content.Subscription);
        return content.Kind is { } kind
            ? FeedEvent.Message(source, content.Seq, content.Ticks, kind, content.Payload)
            : FeedEvent.Detailed(source, content.Seq, content.Ticks);
    }

    private sealed record Content(
        string Instance,
        EndpointId Endpoint,
        int Epoch,
        long Seq,
        long Ticks,
        MessageKind? Kind,
        byte[] Payload,
        FeedGap? Gap,
        FeedState? State,
        string? DrainReason,
        string? Subscription,
        FeedKeyState? KeyState);
}
