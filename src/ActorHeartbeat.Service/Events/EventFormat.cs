using System.Buffers;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.Events;

/// <summary>Writes the events of one stream.</summary>
internal abstract class EventFormat
{
    // Each write replaces the output.
    private readonly Utf8JsonWriter _json = FeedEventJson.CreateWriter(new ArrayBufferWriter<byte>(1));

    public abstract string MediaType { get; }

    public abstract void Write(IBufferWriter<byte> output, in FeedEvent feedEvent);

    /// <summary>Shows the reader, and every proxy in between, that the stream is alive, if the format has a way to do so.</summary>
    public abstract void WriteKeepAlive(IBufferWriter<byte> output);

    protected void WriteJson(IBufferWriter<byte> output, in FeedEvent feedEvent)
    {
        _json.Reset(output);
        FeedEventJson.Write(_json, feedEvent);
        _json.Flush();
    }
}

/// <summary>One JSON object per line, and nothing else: many readers fail on an empty line.</summary>
internal sealed class NdjsonFormat : EventFormat
{
    public override string MediaType => "application/x-ndjson";

    public override void Write(IBufferWriter<byte> output, in FeedEvent feedEvent)
    {
        WriteJson(output, feedEvent);
        output.Write("\n"u8);
    }

    public override void WriteKeepAlive(IBufferWriter<byte> output)
    {
    }
}

/// <summary>
/// Server-Sent Events (WHATWG HTML section 9.2). The id of an event holds the position of every
/// endpoint of the stream, so that <c>Last-Event-ID</c> resumes all of them. In a stream of
/// many endpoints not every event has an id: resuming then repeats a few events, and loses none.
/// </summary>
internal sealed class SseFormat(ResumePoint? resume) : EventFormat
{
    private readonly EventPositions _positions = new(resume);

    public override string MediaType => "text/event-stream";

    public override void Write(IBufferWriter<byte> output, in FeedEvent feedEvent)
    {
        if (_positions.Passed(feedEvent) is { } id)
        {
            output.Write("id: "u8);
            Encoding.UTF8.GetBytes(id, output);
            output.Write("\n"u8);
        }
        output.Write("event: "u8);
        Encoding.UTF8.GetBytes(FeedEventJson.NameOf(feedEvent.Type), output);
        output.Write("\ndata: "u8);
        WriteJson(output, feedEvent);
        output.Write("\n\n"u8);
    }

    public override void WriteKeepAlive(IBufferWriter<byte> output) => output.Write(": keep-alive\n\n"u8);
}
