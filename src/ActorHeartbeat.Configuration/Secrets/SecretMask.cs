using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.Configuration.Secrets;

/// <summary>Masks possible secrets in texts that are shown. A text that looks secret is masked even when it is not.</summary>
internal static partial class SecretMask
{
    public const string Mask = "***";

    /// <summary>A URL without its user info and query.</summary>
    public static string Url(string text) => UrlParts().Replace(text, Mask);

    /// <summary>A line of a configuration: URLs without user info and query, secret-sounding names without their values.</summary>
    /// <param name="line">The line as read.</param>
    /// <param name="mark">A position in the line, moved to its position in the result.</param>
    public static string Line(string line, ref int mark) => Replace(SecretParts(), line, ref mark);

    /// <summary>A line without a text known to be secret.</summary>
    public static string Text(string line, string secret, ref int mark) =>
        line.Contains(secret, StringComparison.Ordinal) ? Replace(new Regex(Regex.Escape(secret)), line, ref mark) : line;

    private static string Replace(Regex secrets, string line, ref int mark)
    {
        var at = mark;
        var moved = 0;
        var masked = secrets.Replace(line, match =>
        {
            if (match.Index + match.Length <= at)
                moved += Mask.Length - match.Length;
            else if (match.Index < at)
                moved += match.Index - at;
            return Mask;
        });
        mark += moved;
        return masked;
    }

    /// <summary>Whether a name sounds secret.</summary>
    public static bool IsSecretName(string name) => SecretName().IsMatch(name);

    /// <summary>Writes a message for display: JSON as JSON, anything else as text, secret-sounding members masked.</summary>
    public static void WritePayload(Utf8JsonWriter json, string payload)
    {
        if (!payload.StartsWith('{') && !payload.StartsWith('['))
        {
            json.WriteStringValue(SecretParts().Replace(payload, Mask));
            return;
        }
        try
        {
            using var document = JsonDocument.Parse(payload);
            Write(json, document.RootElement);
        }
        catch (JsonException)
        {
            json.WriteStringValue(SecretParts().Replace(payload, Mask));
        }
    }

    private static void Write(Utf8JsonWriter json, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            json.WriteStartArray();
            foreach (var item in element.EnumerateArray())
                Write(json, item);
            json.WriteEndArray();
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            json.WriteStartObject();
            foreach (var member in element.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                if (SecretName().IsMatch(member.Name))
                    json.WriteStringValue(Mask);
                else
                    Write(json, member.Value);
            }
            json.WriteEndObject();
        }
        else
        {
            element.WriteTo(json);
        }
    }

    private const string Names = "secret|token|passw|passphrase|api[-_]?key|signature|authorization|cookie|credential";

    // "user:password@" and "?query" of anything that looks like a URL.
    [GeneratedRegex("""(?<=://)[^/@\s"]*(?=@)|(?<=[\w/.-]\?)[^\s"#]+""")]
    private static partial Regex UrlParts();

    // The same, and the value after a secret-sounding name and a separator, up to its end. References are not secret.
    [GeneratedRegex(
        """(?<=://)[^/@\s"]*(?=@)|(?<=[\w/.-]\?)[^\s"#]+"""
            + $$"""|(?<=(?:{{Names}})[^\s=:{]*"?\s*[=:]\s*)(?![\s{\[$])(?:"(?:[^"\\]|\\.)*"?|[^,}\]#\s]+(?:[ \t]+[^,}\]#\s]+)*)""",
        RegexOptions.IgnoreCase)]
    private static partial Regex SecretParts();

    [GeneratedRegex(Names, RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
