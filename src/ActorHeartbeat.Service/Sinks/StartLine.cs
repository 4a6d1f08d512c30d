using System.Buffers;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>
/// The line with which a sink begins, or goes on after something has happened to its file: instance, time, type <c>start</c>, why, and
/// where the lines before it ended, so that a reader can tell a time away from a quiet feed.
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
