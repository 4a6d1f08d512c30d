using System.Buffers;
using System.Text.Json;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Writing;

/// <summary>
/// A JSON writer and its buffer, reused by each thread: a configuration of thousands of endpoints writes a message or two for each.
/// </summary>
internal sealed class JsonBuffer
{
    private const int UsualLength = 256; // a message is a line
    private const int MostKept = 64 * 1024; // the buffer of a large value is not kept

    [ThreadStatic]
    private static JsonBuffer? _own;

    private readonly ArrayBufferWriter<byte> _bytes = new(UsualLength);
    private readonly Utf8JsonWriter _json;

    private JsonBuffer() =>
        _json = new Utf8JsonWriter(
            _bytes,
            new JsonWriterOptions
            {
                Encoder = JsonContext.Readable,
                MaxDepth = int.MaxValue,
                SkipValidation = true,
            });

    /// <summary>The value as one line of UTF-8, valid until the next write on this thread.</summary>
    public static ReadOnlySpan<byte> Write(HoconValue value)
    {
        var own = _own ?? new JsonBuffer();
        _own = null; // a value written within this one needs its own buffer
        own._bytes.ResetWrittenCount();
        own._json.Reset();
        HoconWriter.WriteJson(own._json, value);
        own._json.Flush();
        if (own._bytes.Capacity <= MostKept)
            _own = own;
        return own._bytes.WrittenSpan;
    }
}
