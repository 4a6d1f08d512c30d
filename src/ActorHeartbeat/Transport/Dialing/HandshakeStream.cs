using ActorHeartbeat.Transport.Frames;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// The stream an HTTP connection sees during the opening handshake. It gives no byte beyond the head of a 101 answer, so that the stream
/// under it can be taken away afterwards: the HTTP connection would keep 8 KB of buffers for as long as the WebSocket lives.
/// </summary>
internal sealed class HandshakeStream(Stream inner) : DuplexStream(inner)
{
    private AnswerHead _head;
    private byte[]? _surplus;
    private bool _detached;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_head.SwitchesProtocols)
            return 0;
        var count = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        var length = _head.Take(buffer.Span[..count]);
        if (length < count)
            _surplus = buffer[length..count].ToArray();
        return length;
    }

    /// <summary>The stream under this one, at the first byte after the handshake. From now on it is the caller's to dispose.</summary>
    public Stream Detach()
    {
        if (!_head.SwitchesProtocols)
            throw new InvalidOperationException("The answer to the handshake has not passed yet.");
        _detached = true;
        return _surplus is null ? Inner : new PrefixedStream(_surplus, Inner);
    }

    protected override void Dispose(bool disposing)
    {
        if (!_detached)
            base.Dispose(disposing);
    }

    /// <summary>Finds the end of the head of a 101 answer (RFC 9112 section 2.2: a line ends with LF, with or without CR).</summary>
    private struct AnswerHead
    {
        /// <summary>The digits of "HTTP/1.1 101".</summary>
        private const int StatusAt = 9;
        private const int StatusEnd = 12;

        private int _position;
        private int _lineLength;
        private int _status;
        private bool _over;

        public readonly bool SwitchesProtocols => _over && _status == 101;

        /// <summary>How many of the bytes the HTTP connection may have.</summary>
        public int Take(ReadOnlySpan<byte> bytes)
        {
            for (var index = 0; index < bytes.Length && !_over; index++)
            {
                if (EndsHead(bytes[index]) && SwitchesProtocols)
                    return index + 1;
            }

            return bytes.Length;
        }

        private bool EndsHead(byte next)
        {
            if (_position is >= StatusAt and < StatusEnd)
                _status = (_status * 10) + next - '0';
            _position++;
            if (next == '\n' && _lineLength == 0)
            {
                var isInterim = _status is >= 100 and < 200 and not 101;
                _over = !isInterim;
                (_position, _status) = isInterim ? (0, 0) : (_position, _status);
                return true;
            }

            _lineLength = next switch { (byte)'\n' => 0, (byte)'\r' => _lineLength, _ => _lineLength + 1 };
            return false;
        }
    }

    /// <summary>Bytes that came in the same read as the answer, then the rest.</summary>
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream inner) : DuplexStream(inner)
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_prefix.IsEmpty)
                return Inner.ReadAsync(buffer, cancellationToken);
            var count = Math.Min(buffer.Length, _prefix.Length);
            _prefix[..count].CopyTo(buffer);
            _prefix = _prefix[count..];
            return new ValueTask<int>(count);
        }
    }
}
