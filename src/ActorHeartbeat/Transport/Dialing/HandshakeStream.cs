using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport.Frames;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// The stream that an HTTP connection sees during the opening handshake. Of an acceptance it passes on that it is one, and no
/// byte beyond its head. So the stream under it can be detached afterwards; the HTTP connection would keep 8 KB of buffers
/// for as long as the WebSocket lives. A refusal passes unchanged.
/// </summary>
/// <param name="inner">The connection, with TLS if the URL asks for it.</param>
/// <param name="judge">Takes the head of a 101 answer.</param>
internal sealed class HandshakeStream(Stream inner, Action<ReadOnlyMemory<byte>> judge) : DuplexStream(inner)
{
    private static readonly byte[] Accepted = "HTTP/1.1 101 Switching Protocols\r\n\r\n"u8.ToArray();


    /// <summary>The same as the framework's own bound (MaxResponseHeadersLength).</summary>
    private const int MaxHead = 64 * 1024;

    private const int FirstSize = 1024;
    private const int SwitchingProtocols = 101;

    private ReadOnlyMemory<byte>? _answer;
    private ReadOnlyMemory<byte> _surplus;
    private bool _switches;
    private bool _detached;

    /// <exception cref="DialException">The answer is not HTTP, or the judge refuses it.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var answer = _answer ?? await ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        if (answer.IsEmpty)
            return _switches ? 0 : await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        var count = Math.Min(buffer.Length, answer.Length);
        answer[..count].CopyTo(buffer);
        _answer = answer[count..];
        return count;
    }

    /// <summary>The stream under this one, at the first byte after the handshake. From now on the caller must dispose it.</summary>
    public Stream Detach()
    {
        if (!_switches)
            throw new InvalidOperationException("The answer to the handshake has not passed yet.");
        _detached = true;
        return _surplus.IsEmpty ? Inner : new PrefixedStream(_surplus, Inner);
    }

    protected override void Dispose(bool disposing)
    {
        if (!_detached)
            base.Dispose(disposing);
    }

    /// <summary>Interim answers (RFC 9110 section 15.2) are discarded. A truncated answer is passed on as far as it arrived.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> ReadHeadAsync(CancellationToken cancellation)
    {
        var bytes = new byte[FirstSize];
        var length = 0;
        while (true)
        {
            while (AnswerHead.FindEnd(bytes.AsSpan(0, length)) is > 0 and var end)
            {
                var status = AnswerHead.StatusOf(bytes.AsSpan(0, end));
                if (status is < 100 or >= 200 or SwitchingProtocols)
                    return Take(bytes.AsMemory(0, length), end, status);
                bytes.AsSpan(end..length).CopyTo(bytes);
                length -= end;
            }

            if (length == MaxHead)
                throw new DialException(FailureLayer.Protocol, $"the head of the answer to the handshake is longer than {MaxHead} bytes");
            if (length == bytes.Length)
                Array.Resize(ref bytes, Math.Min(MaxHead, length * 2));
            var count = await Inner.ReadAsync(bytes.AsMemory(length), cancellation).ConfigureAwait(false);
            if (count == 0)
                return bytes.AsMemory(0, length);
            length += count;
            if (!AnswerHead.MayBegin(bytes.AsSpan(0, length)))
                throw AnswerHead.NotHttp(bytes.AsSpan(0, length));
        }
    }

    private ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> bytes, int end, int status)
    {
        if (status != SwitchingProtocols)
            return bytes;
        judge(bytes[..end]);
        (_switches, _surplus) = (true, bytes[end..].ToArray());
        return Accepted;
    }

    /// <summary>Reads the bytes that arrived together with the answer, then the rest.</summary>
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream inner) : DuplexStream(inner)
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_prefix.IsEmpty)
                return Inner.ReadAsync(buffer, cancellationToken);
            var count = Math.Min(buffer.Length, _prefix.Length);
            _prefix[..count].CopyTo(buffer);
            _prefix = count < _prefix.Length ? _prefix[count..] : default;
            return new ValueTask<int>(count);
        }
    }
}
