using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Show;

/// <summary>The effective value of one key, and the layer that set it.</summary>
/// <param name="Key">The key relative to the endpoint.</param>
/// <param name="Json">The value in the configuration's spelling as JSON, which is HOCON too; what can hold a secret by its shape.</param>
/// <param name="File">The file that sets it.</param>
/// <param name="Line">The line that sets it.</param>
/// <param name="Layer">reference, defaults, template and its name, or endpoint.</param>
public sealed record EffectiveSetting(string Key, string Json, string File, int Line, string Layer);

/// <summary>
/// Every key of one endpoint with its value and its origin. What can hold a secret is shown by its shape, unless the endpoint has
/// show-messages.
/// </summary>
public sealed record EffectiveSettings(EndpointId Id, ValueList<EffectiveSetting> Settings)
{
    internal static EffectiveSettings Of(LayeredEndpoint endpoint) =>
        new(
            endpoint.Settings.Id,
            [
                .. EndpointSchema.Shape.Keys.SelectMany(key =>
                    key.HasNames ? ByName(key, endpoint) : Whole(key, endpoint)),
            ]);

    private static IEnumerable<EffectiveSetting> Whole(Key<EndpointSettings> key, LayeredEndpoint endpoint)
    {
        if (endpoint.Layers.Deciding(key.Path) is { } deciding)
            yield return new EffectiveSetting(
                key.Path, Json(key, endpoint.Settings), deciding.Assignment.At.File, deciding.Assignment.At.Line, deciding.Layer.Name);
    }

    // Each name of headers and labels may come from another layer.
    private static IEnumerable<EffectiveSetting> ByName(Key<EndpointSettings> key, LayeredEndpoint endpoint)
    {
        using var names = JsonDocument.Parse(Json(key, endpoint.Settings));
        foreach (var name in names.RootElement.EnumerateObject())
        {
            var (layer, at) = endpoint.Layers.Reverse()
                .Select(layer => (Layer: layer, At: layer.Find(key.Path)?.At.FindAnyCase(name.Name)))
                .First(pair => pair.At is not null);
            yield return new EffectiveSetting(
                $"{key.Path}.{name.Name}",
                name.Value.GetRawText(),
                at!.Value.File,
                at.Value.Line,
                layer.Name); // not null: First has checked it
        }
    }

    /// <summary>The same settings as HOCON, each line with its origin as a comment.</summary>
    public string ToText()
    {
        var widest = Settings
            .Select(setting => setting.Key.Length + setting.Json.Length)
            .Where(length => length <= 60)
            .DefaultIfEmpty()
            .Max();
        var text = new StringBuilder();
        foreach (var setting in Settings)
        {
            var assignment = $"{setting.Key} = {setting.Json}";
            text.Append(assignment.PadRight(widest + 3)).Append($"  # {setting.Layer}, {setting.File}:{setting.Line}\n");
        }
        return text.ToString();
    }

    /// <summary>The same as one JSON object: key to value, file, line and layer.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", Id.Value);
        json.WriteStartObject("settings");
        foreach (var setting in Settings)
        {
            json.WriteStartObject(setting.Key);
            json.WritePropertyName("value");
            json.WriteRawValue(setting.Json);
            json.WriteString("file", setting.File);
            json.WriteNumber("line", setting.Line);
            json.WriteString("layer", setting.Layer);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Json(Key<EndpointSettings> key, EndpointSettings settings) =>
        JsonText.Of(json => key.Write(json, settings, settings.ShowMessages));
}

/// <summary>Shows where the settings of an endpoint come from.</summary>
public static class ShownConfiguration
{
    /// <summary>Every key of one endpoint with its value and where it comes from; null when there is no such endpoint.</summary>
    public static EffectiveSettings? Show(this ServiceConfiguration configuration, EndpointId id) =>
        configuration.Layered(id) is { } endpoint ? EffectiveSettings.Of(endpoint) : null;
}
