using System.Buffers;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>
/// The line with which a sink begins, or continues after a change of its file: instance, time, type <c>start</c>, the reason,
/// and the position where the lines before it ended. With it a reader can distinguish a pause of the sink from a quiet feed.
/// </summary>
internal static class StartLine
{
    public static byte[] Of(
        string instance, DateTimeOffset time, FileBeginning why, (string Instance, Dictionary<string, long> LastSeq)? previous)
    {
        var line = new ArrayBufferWriter<byte>();
        using var writer = FeedEventJson.CreateWriter(line);
        writer.WriteStartObject();
        writer.WriteString("instance", instance);
        writer.WriteString("time", time.UtcDateTime);
        writer.WriteString("type", "start");
        writer.WriteString("why", Contract.Spelling.Kebab(why));
        if (previous is var (before, lastSeq))
        {
            writer.WriteStartObject("previous");
            writer.WriteString("instance", before);
            writer.WriteStartObject("lastSeq");
            foreach (var (endpoint, seq) in lastSeq)
                writer.WriteNumber(endpoint, seq);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("previous");
        }
        writer.WriteEndObject();
        writer.Flush();
        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }
}
