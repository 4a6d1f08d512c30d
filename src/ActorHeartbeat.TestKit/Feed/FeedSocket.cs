using System.IO.Pipelines;
using System.Text.Unicode;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// The server's end of one WebSocket: whole messages and control frames in, frames out. It has its own framing,
/// because the framework's WebSocket hides the pings that a feed server must count, leave unanswered and send itself.
/// </summary>
internal sealed class FeedSocket : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly PipeReader _input;
    private readonly FrameReader _frames;
    private readonly int _maxMessage;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly List<Frame> _fragments = [];

    public FeedSocket(Stream stream, int maxMessage)
    {
        _stream = stream;
        _maxMessage = maxMessage;
        _input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
        _frames = new FrameReader(_input, maxMessage);
    }

    /// <summary>A control frame or a whole message, or null when the stream ended.</summary>
    /// <exception cref="FeedViolationException">The client broke RFC 6455.</exception>
    public async ValueTask<Frame?> ReceiveAsync(CancellationToken cancellation)
    {
        while (await NextFrameAsync(cancellation).ConfigureAwait(false) is { } frame)
        {
            if (Opcode.IsControl(frame.Opcode))
                return frame;
            if (Assemble(frame) is { } message)
                return message;
        }
        return null;
    }

    public async ValueTask SendAsync(Frame frame, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _stream.WriteAsync(frame.ToBytes(), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _input.CompleteAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<Frame?> NextFrameAsync(CancellationToken cancellation)
    {
        try
        {
            var frame = await _frames.ReadAsync(cancellation).ConfigureAwait(false);
            if (frame is { Mask: null })
                throw new FeedViolationException(1002, "client frames must be masked");
            if (frame is { Reserved: not 0 } or { Opcode: (> 2 and < 8) or > 10 })
                throw new FeedViolationException(1002, "reserved bits or opcode");
            if (frame is { Opcode: >= 8 } and ({ Final: false } or { Payload.Length: > 125 }))
                throw new FeedViolationException(1002, "control frames are whole and at most 125 bytes");
            return frame;
        }
        catch (FrameTooLargeException)
        {
            throw new FeedViolationException(1009, "message too big");
        }
    }

    private Frame? Assemble(Frame frame)
    {
        if ((frame.Opcode == Opcode.Continuation) != (_fragments.Count > 0))
            throw new FeedViolationException(1002, "unexpected continuation or missing one");
        _fragments.Add(frame);
        var length = _fragments.Sum(fragment => (long)fragment.Payload.Length);
        if (length > _maxMessage)
            throw new FeedViolationException(1009, "message too big");
        if (!frame.Final)
            return null;

        var opcode = _fragments[0].Opcode;
        var payload = _fragments.Count == 1 ? frame.Payload : _fragments.SelectMany(fragment => fragment.Payload.ToArray()).ToArray();
        _fragments.Clear();
        if (opcode == Opcode.Text && !Utf8.IsValid(payload.Span))
            throw new FeedViolationException(1007, "text is not UTF-8");
        return new Frame(opcode, payload);
    }
}

/// <summary>Thrown when a client violates the protocol; carries the close code of RFC 6455 section 7.4.1.</summary>
internal sealed class FeedViolationException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
