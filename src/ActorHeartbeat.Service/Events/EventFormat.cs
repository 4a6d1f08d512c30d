using System.Buffers;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.Events;

/// <summary>Writes the events of one stream.</summary>
internal abstract class EventFormat
{
    private const int UsualSize = 16 * 1024;

    private ArrayBufferWriter<byte> _event = new();
    private Utf8JsonWriter? _json;

    public abstract string MediaType { get; }

    /// <summary>Writes an event in one piece: the writer of a response takes locks for each.</summary>
    public void Write(IBufferWriter<byte> output, in FeedEvent feedEvent)
    {
        Format(_event, feedEvent);
        output.Write(_event.WrittenSpan);
        _event.ResetWrittenCount();
        if (_event.Capacity > UsualSize)
            (_event, _json) = (new ArrayBufferWriter<byte>(), null);
    }

    /// <summary>Shows the reader, and every proxy in between, that the stream is alive, if the format has a way to do so.</summary>
    public abstract void WriteKeepAlive(IBufferWriter<byte> output);

    /// <param name="output">Where <see cref="WriteJson"/> writes too.</param>
    /// <param name="feedEvent">The event.</param>
    protected abstract void Format(IBufferWriter<byte> output, in FeedEvent feedEvent);

    protected void WriteJson(in FeedEvent feedEvent)
    {
        _json ??= FeedEventJson.CreateWriter(_event);
        _json.Reset();
        FeedEventJson.Write(_json, feedEvent);
        _json.Flush();
    }
}

/// <summary>One JSON object per line, and nothing else: many readers fail on an empty line.</summary>
internal sealed class NdjsonFormat : EventFormat
{
    public override string MediaType => "application/x-ndjson";

    protected override void Format(IBufferWriter<byte> output, in FeedEvent feedEvent)
    {
        WriteJson(feedEvent);
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

    public override void WriteKeepAlive(IBufferWriter<byte> output) => output.Write(": keep-alive\n\n"u8);

    protected override void Format(IBufferWriter<byte> output, in FeedEvent feedEvent)
    {
        if (_positions.Passed(feedEvent))
        {
            output.Write("id: "u8);
            _positions.Write(output, feedEvent);
            output.Write("\n"u8);
        }
        output.Write("event: "u8);
        Encoding.UTF8.GetBytes(FeedEventJson.NameOf(feedEvent.Type), output);
        output.Write("\ndata: "u8);
        WriteJson(feedEvent);
        output.Write("\n\n"u8);
    }
}
