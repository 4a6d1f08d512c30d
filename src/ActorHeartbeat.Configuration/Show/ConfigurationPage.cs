using System.Text.Json;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Configuration.Show;

/// <summary>
/// The answer to <c>GET /v1/config</c>: generation, hash, files, the last result, and the effective configuration without
/// secrets. An endpoint shows only keys that differ from reference.conf, so that ten thousand endpoints fit in one answer.
/// </summary>
public static class ConfigurationPage
{
    /// <summary>The page as text.</summary>
    public static string Print(ConfigurationState state) => JsonText.Of(json => Write(json, state, []));

    /// <param name="json">Receives the page.</param>
    /// <param name="state">What is configured.</param>
    /// <param name="added">The keys of subscriptions that were added at runtime.</param>
    public static void Write(Utf8JsonWriter json, ConfigurationState state, IReadOnlyCollection<SubscriptionKey> added)
    {
        json.WriteStartObject();
        json.WriteNumber("generation", state.Generation);
        json.WriteBoolean("degraded", state.IsDegraded);
        json.WritePropertyName("last");
        if (state.Last is { } last)
            last.Write(json);
        else
            json.WriteNullValue();
        json.WritePropertyName("configuration");
        Write(json, state.Configuration);
        json.WriteStartArray("addedKeys");
        foreach (var key in added)
        {
            json.WriteStartObject();
            json.WriteString("endpoint", key.Endpoint.Value);
            json.WriteString("subscription", key.Subscription);
            json.WriteString("key", key.Key);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The keys of subscriptions that were added at runtime, according to a page; none in one of an earlier version.</summary>
    public static IReadOnlyList<SubscriptionKey> AddedKeys(JsonElement page)
    {
        return page.TryGetProperty("addedKeys", out var added) && added.ValueKind == JsonValueKind.Array
            ? [.. added.EnumerateArray().Select(Read)]
            : [];

        static SubscriptionKey Read(JsonElement key) => new(
            new EndpointId(Text(key, "endpoint")), Text(key, "subscription"), Text(key, "key"));

        static string Text(JsonElement of, string name) =>
            of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
                ? text.GetString()!
                : throw new InvalidDataException("addedKeys of the answer are no keys of subscriptions");
    }

    /// <summary>The part that <see cref="DiffAgainst"/> reads back.</summary>
    public static void Write(Utf8JsonWriter json, ServiceConfiguration configuration) =>
        Write(json, configuration, endpoint => endpoint.ShowMessages);

    private static void Write(Utf8JsonWriter json, ServiceConfiguration configuration, Func<EndpointSettings, bool> asWritten)
    {
        json.WriteStartObject();
        json.WriteString("hash", configuration.Hash);
        json.WriteStartArray("files");
        foreach (var file in configuration.Files.All)
            json.WriteStringValue(file.Path);
        json.WriteEndArray();
        json.WriteString("akka", configuration.AkkaHash);
        WriteShared(json, configuration);
        json.WriteStartObject("endpoints");
        foreach (var endpoint in configuration.Endpoints)
            WriteKeys(json, endpoint.Id.Value, EndpointSchema.Shape, endpoint, EndpointSchema.Blank, asWritten(endpoint));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The same without endpoints, for eyes.</summary>
    public static string PrintShared(ServiceConfiguration configuration) => JsonText.Indented(json =>
    {
        json.WriteStartObject();
        WriteShared(json, configuration);
        json.WriteEndObject();
    });

    private static void WriteShared(Utf8JsonWriter json, ServiceConfiguration configuration)
    {
        WriteKeys(json, "settings", ProcessSchema.Shape, configuration.Process, new ProcessSettings(), true);
        json.WriteStartObject("groups");
        foreach (var group in configuration.Groups)
            WriteKeys(json, group.Name, GroupSchema.Shape, group, new GroupSettings { Name = group.Name }, true);
        json.WriteEndObject();
        json.WriteStartObject("sinks");
        foreach (var sink in configuration.Sinks)
            WriteKeys(json, sink.Name, SinkSchema.Shape, sink, SinkSchema.Blank(sink.Name), true);
        json.WriteEndObject();
    }

    /// <summary>
    /// The effect of giving <paramref name="next"/> to a running service, according to that service's page.
    /// Masked values look alike: the page does not show a change of only a literal header, of a subprotocol's name, of a path or a
    /// query that keeps its number of parts, or of a message that keeps its JSON names or its size, unless the running endpoint has
    /// show-messages. Comparing two files shows each of these.
    /// </summary>
    /// <param name="page">The answer to <c>GET /v1/config</c>.</param>
    /// <param name="next">The configuration to load.</param>
    /// <exception cref="InvalidDataException">The page does not come from this product.</exception>
    public static ConfigurationDiff DiffAgainst(JsonElement page, ServiceConfiguration next)
    {
        if (page.ValueKind != JsonValueKind.Object
            || !page.TryGetProperty("configuration", out var running)
            || running.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("the answer is no configuration of a running service");
        // Written as the page writes it, because another value of show-messages alone changes no URL.
        using var document = JsonDocument.Parse(JsonText.Of(json => Write(json, next, endpoint => ShowsMessages(running, endpoint.Id))));
        return PageDiff.Between(running, document.RootElement);
    }

    private static bool ShowsMessages(JsonElement running, EndpointId id) =>
        running.TryGetProperty("endpoints", out var endpoints)
        && endpoints.ValueKind == JsonValueKind.Object
        && endpoints.TryGetProperty(id.Value, out var endpoint)
        && endpoint.ValueKind == JsonValueKind.Object
        && endpoint.TryGetProperty(EndpointSetting.ShowMessages.Key, out var shows)
        && shows.ValueKind == JsonValueKind.True;

    private static void WriteKeys<TSettings>(
        Utf8JsonWriter json, string name, Shape<TSettings> shape, TSettings settings, TSettings reference, bool asWritten)
    {
        json.WriteStartObject(name);
        foreach (var key in shape.Keys)
        {
            if (Equals(key.ValueIn(settings), key.ValueIn(reference)))
                continue;
            json.WritePropertyName(key.Path);
            key.Write(json, settings, asWritten);
        }
        json.WriteEndObject();
    }
}
