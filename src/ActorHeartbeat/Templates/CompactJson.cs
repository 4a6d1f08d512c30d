using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>JSON text without spaces. Numbers keep their digits.</summary>
/// <remarks>The text is not for HTML, so what stands in strings needs no long escapes.</remarks>
internal static class CompactJson
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="InvalidOperationException">A string in it is no Unicode text: it escapes half of a surrogate pair.</exception>
    public static string Of(JsonElement json) => Write(json.WriteTo);

    public static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
