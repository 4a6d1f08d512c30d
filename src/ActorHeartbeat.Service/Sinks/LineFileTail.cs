using System.Text.Json;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>Both ends of a file of lines, as far as its next writer needs them.</summary>
/// <param name="IsOurs">The file is empty, or begins like every line of a sink.</param>
/// <param name="Torn">Bytes at the end that are the beginning of a line of a sink.</param>
/// <param name="EndsLine">The rest of the file is empty or ends with a newline.</param>
/// <param name="Last">Its last whole lines, as many as fit into <see cref="Window"/>.</param>
internal sealed record LineFileTail(bool IsOurs, long Torn, bool EndsLine, byte[] Last)
{
    /// <summary>Bytes that are read at the end: several of the longest lines at the default limits.message of 1 MiB.</summary>
    private const int Window = 4 * 1024 * 1024;

    private static ReadOnlySpan<byte> LineStart => "{\"instance\":\""u8;

    public static LineFileTail Read(Stream stream)
    {
        var length = stream.Length;
        if (length == 0)
            return new LineFileTail(IsOurs: true, 0, EndsLine: true, []);
        var begin = ReadAt(stream, 0, (int)Math.Min(length, LineStart.Length));
        var lastLine = EndOfLastLine(stream, length);
        var torn = length - lastLine;
        var isTornOurs = BeginsLine(ReadAt(stream, lastLine, (int)Math.Min(torn, LineStart.Length)));
        var from = Math.Max(0, lastLine - Window);
        var last = ReadAt(stream, from, (int)(lastLine - from));
        return new LineFileTail(BeginsLine(begin), isTornOurs ? torn : 0, isTornOurs, last);
    }

    /// <summary>
    /// The instance that wrote the last line, and the last number of each endpoint in <see cref="Last"/>; null when there is none.
    /// </summary>
    public (string Instance, Dictionary<string, long> LastSeq)? Position()
    {
        string? instance = null;
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var end = Last.Length; end > 0;)
        {
            var start = Last.AsSpan(0, end - 1).LastIndexOf((byte)'\n') + 1;
            if (Parse(Last.AsMemory(start, end - 1 - start)) is var (writer, endpoint, seq))
            {
                instance ??= writer;
                if (writer != instance)
                    break;
                if (endpoint is not null)
                    last.TryAdd(endpoint, seq);
            }
            end = start;
        }
        return instance is null ? null : (instance, last);
    }

    private static bool BeginsLine(ReadOnlySpan<byte> text) => LineStart.StartsWith(text);

    private static (string Instance, string? Endpoint, long Seq)? Parse(ReadOnlyMemory<byte> line)
    {
        if (!line.Span.StartsWith(LineStart))
            return null;
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var instance = root.GetProperty("instance").GetString()!; // not null: its first byte is a quote
            var isNumbered = root.TryGetProperty("seq", out var seq) & root.TryGetProperty("endpoint", out var endpoint);
            return isNumbered ? (instance, endpoint.GetString(), seq.GetInt64()) : (instance, null, 0);
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or FormatException)
        {
            return null; // the lines around it hold enough
        }
    }

    private static long EndOfLastLine(Stream stream, long length)
    {
        const int scanned = 64 * 1024;
        for (var end = length; end > 0;)
        {
            var start = Math.Max(0, end - scanned);
            if (ReadAt(stream, start, (int)(end - start)).AsSpan().LastIndexOf((byte)'\n') is >= 0 and var at)
                return start + at + 1;
            end = start;
        }
        return 0;
    }

    private static byte[] ReadAt(Stream stream, long position, int count)
    {
        var bytes = new byte[count];
        stream.Position = position;
        stream.ReadExactly(bytes);
        return bytes;
    }
}
