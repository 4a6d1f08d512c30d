using System.Buffers;
using System.IO.Pipelines;

namespace ActorHeartbeat.TestKit;

/// <summary>Reads frames from a stream, masked or not; the caller interprets them.</summary>
internal sealed class FrameReader(PipeReader input, int maxPayload)
{
    /// <summary>The next frame, or null at the end of the stream.</summary>
    /// <exception cref="FrameTooLargeException">The header announces more than the bound.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellation).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (TryParse(ref buffer, out var frame))
            {
                input.AdvanceTo(buffer.Start);
                return frame;
            }
            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
                return null;
        }
    }

    private bool TryParse(ref ReadOnlySequence<byte> buffer, out Frame? frame)
    {
        frame = null;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryRead(out var first) || !reader.TryRead(out var second) || !TryReadLength(ref reader, second & 0x7F, out var length))
            return false;
        if (length < 0 || length > maxPayload)
            throw new FrameTooLargeException(length);
        uint? mask = null;
        if ((second & 0x80) != 0)
        {
            if (!reader.TryReadBigEndian(out int key))
                return false;
            mask = (uint)key;
        }
        if (reader.Remaining < length)
            return false;

        var payload = buffer.Slice(reader.Position, length).ToArray();
        if (mask is { } value)
            Frame.ApplyMask(payload, value);
        frame = new Frame(first & 0x0F, payload) { Final = (first & 0x80) != 0, Reserved = (first >> 4) & 7, Mask = mask };
        buffer = buffer.Slice(buffer.GetPosition(length, reader.Position));
        return true;
    }

    private static bool TryReadLength(ref SequenceReader<byte> reader, int announced, out long length)
    {
        length = announced;
        if (announced == 126)
        {
            var complete = reader.TryReadBigEndian(out short value);
            length = (ushort)value;
            return complete;
        }
        return announced != 127 || reader.TryReadBigEndian(out length);
    }
}

/// <summary>A frame header announced more bytes than its reader accepts.</summary>
internal sealed class FrameTooLargeException(long length) : Exception($"a frame of {length} bytes exceeds the bound");
