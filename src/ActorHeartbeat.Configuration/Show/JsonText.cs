using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorHeartbeat.Configuration.Show;

/// <summary>JSON as text.</summary>
internal static class JsonText
{
    // Shown in consoles and terminals, never put into HTML: quotes and letters stay readable.
    private static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly JsonWriterOptions ForEyes = Compact with { Indented = true };

    public static string Of(Action<Utf8JsonWriter> write) => Write(write, Compact);

    /// <summary>In lines.</summary>
    public static string Indented(Action<Utf8JsonWriter> write) => Write(write, ForEyes);

    private static string Write(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, options))
            write(json);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
