using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Secrets;

/// <summary>
/// Masks what can hold a secret in texts that are shown. The type of a key says what that is;
/// only where there is no type, in the akka section and the settings of the process, does a name.
/// </summary>
internal static partial class SecretMask
{
    public const string Mask = "***";

    /// <summary>A URL without its user info and query.</summary>
    public static string Url(string text) => UrlParts().Replace(text, Mask);

    /// <summary>Whether a name sounds secret.</summary>
    public static bool IsSecretName(string name) => SecretName().IsMatch(name);

    /// <summary>Writes a message for display: JSON as JSON, anything else as text.</summary>
    public static void WriteMessage(Utf8JsonWriter json, string message, bool asWritten)
    {
        if (IsStructure(message))
            WriteJson(json, message, asWritten);
        else
            WriteText(json, message, asWritten);
    }

    /// <summary>Writes a text, or its size.</summary>
    public static void WriteText(Utf8JsonWriter json, string text, bool asWritten) =>
        json.WriteStringValue(asWritten ? text : References(text) ?? $"{Mask} ({Encoding.UTF8.GetByteCount(text)} B)");

    /// <summary>The references of a text, the rest masked; null when it has none.</summary>
    private static string? References(string text) =>
        Template.MayBe(text) && Template.Reject(text) is null && Template.Parse(text) is { HasPlaceholders: true } template
            ? template.Masked(Mask)
            : null;

    /// <summary>Writes JSON, or its names and structure with each value masked.</summary>
    public static void WriteJson(Utf8JsonWriter json, string text, bool asWritten)
    {
        using var document = JsonDocument.Parse(text);
        if (asWritten)
            document.RootElement.WriteTo(json);
        else
            WriteShape(json, document.RootElement);
    }

    private static void WriteShape(Utf8JsonWriter json, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteShape(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    WriteShape(json, member.Value);
                }
                json.WriteEndObject();
                break;
            case JsonValueKind.String:
                json.WriteStringValue(References(element.GetString()!) ?? Mask);
                break;
            default:
                json.WriteStringValue(Mask);
                break;
        }
    }

    private static bool IsStructure(string message)
    {
        if (!message.StartsWith('{') && !message.StartsWith('['))
            return false;
        try
        {
            JsonDocument.Parse(message).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // "user:password@" and "?query" of anything that looks like a URL.
    [GeneratedRegex("""(?<=://)[^/@\s"]*(?=@)|(?<=[\w/.-]\?)[^\s"#]+""")]
    private static partial Regex UrlParts();

    [GeneratedRegex(
        "secret|token|passw|passphrase|api[-_]?key|signature|authorization|cookie|credential", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
