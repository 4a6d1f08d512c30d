namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>An endless server in memory: unmasked text frames (RFC 6455 section 5.2) of one size, as fast as the client reads.</summary>
internal sealed class FrameStream : Stream
{
    private readonly byte[] _frames;
    private int _at;

    public FrameStream(int payloadSize) => _frames = Frames(payloadSize);

    /// <summary>Returns 64 frames in one array.</summary>
    public static byte[] Frames(int payloadSize)
    {
        byte[] header = payloadSize < 126 ? [0x81, (byte)payloadSize] : [0x81, 126, (byte)(payloadSize >> 8), (byte)payloadSize];
        byte[] frame = [.. header, .. Enumerable.Repeat((byte)'x', payloadSize)];
        return [.. Enumerable.Repeat(frame, 64).SelectMany(bytes => bytes)];
    }

    /// <summary>Called on every read, as the transport reports activity.</summary>
    public Action OnRead { get; set; } = () => { };

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        OnRead();
        var count = Math.Min(buffer.Length, _frames.Length - _at);
        _frames.AsSpan(_at, count).CopyTo(buffer.Span);
        _at = (_at + count) % _frames.Length;
        return new ValueTask<int>(count);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.CompletedTask;

    public override void Write(byte[] buffer, int offset, int count)
    {
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
