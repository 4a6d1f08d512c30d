using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ActorHeartbeat.TestKit;

/// <summary>One connection of a <see cref="RawFaultServer"/>: runs the fault, and records what the client did.</summary>
public sealed class FaultedConnection
{
    private const int LargestHead = 64 * 1024;
    private const int LargestFrame = 16 * 1024 * 1024;

    private readonly Socket _socket;
    private readonly CancellationToken _stopping;
    private readonly ConcurrentQueue<Frame> _received = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream _stream;
    private FrameReader? _frames;

    internal FaultedConnection(Socket socket, int number, RawFaultOptions options, CancellationToken stopping)
    {
        (_socket, Number, Options, _stopping) = (socket, number, options, stopping);
        _socket.NoDelay = true;
        _stream = new NetworkStream(socket);
    }

    /// <summary>1 for the server's first connection.</summary>
    public int Number { get; }

    /// <summary>The request line and headers of the handshake; empty until they have arrived.</summary>
    public string Request { get; private set; } = "";

    /// <summary>The client's frames so far, unmasked.</summary>
    public IReadOnlyList<Frame> Received => [.. _received];

    /// <summary>The code of the client's Close frame; null when it sent none.</summary>
    public int? ClosedWith => _received.FirstOrDefault(frame => frame.Opcode == Opcode.Close)?.CloseCode;

    /// <summary>Completes when the server is done with the connection.</summary>
    public Task Ended => _ended.Task;

    internal RawFaultOptions Options { get; }

    /// <summary>Writes every byte separately. Default false.</summary>
    internal bool ByteByByte { get; set; }

    /// <summary>Whether the client offered compression (RFC 7692).</summary>
    internal bool OffersCompression => Request.Contains("permessage-deflate", StringComparison.OrdinalIgnoreCase);

    internal async Task RunAsync(Func<FaultedConnection, Task> script)
    {
        try
        {
            // Leave the accept loop: the work of a fault must not delay the next connection.
            await Task.Yield();
            await script(this).ConfigureAwait(false);
        }
        catch (Exception over) when (LostSocket.IsMeantBy(over) || over is FrameTooLargeException or AuthenticationException)
        {
            // The client left first, possibly during the TLS handshake, or the server stops.
        }
        finally
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
            _socket.Dispose();
            _ended.TrySetResult();
        }
    }

    internal async Task SecureAsync(X509Certificate2 certificate)
    {
        var secured = new SslStream(_stream);
        _stream = secured;
        await secured
            .AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stopping)
            .ConfigureAwait(false);
    }

    /// <summary>Waits for the client's first bytes: a fault before them concerns TCP alone, whatever the protocol above it.</summary>
    internal async Task ReadSomethingAsync()
    {
        if (await _stream.ReadAsync(new byte[LargestHead], _stopping).ConfigureAwait(false) == 0)
            throw new IOException("the client left without a word");
    }

    /// <summary>Reads the handshake up to its empty line.</summary>
    internal async Task ReadRequestAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < LargestHead && !(head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n"))
        {
            if (await _stream.ReadAsync(one, _stopping).ConfigureAwait(false) == 0)
                throw new IOException("the client left during its handshake");
            head.Append((char)one[0]);
        }
        Request = head.ToString();
    }

    /// <summary>The value of a header of the handshake, or empty.</summary>
    internal string Header(string name) => Request.Split("\r\n")
        .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim() ?? "";

    /// <summary>Reads the handshake and accepts it (RFC 6455 section 4.2.2), with more headers when given.</summary>
    internal async Task AcceptAsync(params IEnumerable<string> moreHeaders)
    {
        await ReadRequestAsync().ConfigureAwait(false);
        await AnswerHandshakeAsync(moreHeaders).ConfigureAwait(false);
    }

    internal Task AnswerHandshakeAsync(params IEnumerable<string> moreHeaders) =>
        RespondAsync(
            "101 Switching Protocols",
            [
                "Upgrade: websocket",
                "Connection: Upgrade",
                $"Sec-WebSocket-Accept: {Handshake.AcceptKey(Header("Sec-WebSocket-Key"))}",
                .. moreHeaders,
            ]);

    internal Task RespondAsync(string status, params IEnumerable<string> headers) =>
        WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {status}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n"));

    internal async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var step = ByteByByte ? 1 : Math.Max(1, bytes.Length);
        for (var start = 0; start < bytes.Length; start += step)
            await _stream.WriteAsync(bytes.Slice(start, step), _stopping).ConfigureAwait(false);
    }

    internal Task SendAsync(Frame frame) => WriteAsync(frame.ToBytes());

    internal Task DelayAsync(TimeSpan delay) => Task.Delay(delay, Options.Time, _stopping); // the server has no actors

    /// <summary>Accepts and then behaves, until the client closes.</summary>
    internal async Task AcceptAndServeAsync()
    {
        await AcceptAsync().ConfigureAwait(false);
        await ServeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the client's frames until its Close or its end. Answers pings and the Close unless the arguments state otherwise.
    /// </summary>
    internal async Task ServeAsync(Func<Frame, Task>? onPing = null, bool answerClose = true)
    {
        _frames ??= new FrameReader(PipeReader.Create(_stream), LargestFrame);
        onPing ??= ping => SendAsync(Frame.Pong(ping.Payload));
        while (await _frames.ReadAsync(_stopping).ConfigureAwait(false) is { } frame)
        {
            _received.Enqueue(frame);
            if (frame.Opcode == Opcode.Ping)
                await onPing(frame).ConfigureAwait(false);
            if (frame.Opcode != Opcode.Close || !answerClose)
                continue;
            await SendAsync(frame with { Mask = null }).ConfigureAwait(false);
            return;
        }
    }

    /// <summary>Reads silently until the client's Close or its end, after the server has sent all its frames.</summary>
    internal async Task ListenAsync()
    {
        _frames ??= new FrameReader(PipeReader.Create(_stream), LargestFrame);
        while (await _frames.ReadAsync(_stopping).ConfigureAwait(false) is { } frame)
        {
            _received.Enqueue(frame);
            if (frame.Opcode == Opcode.Close)
                return;
        }
    }

    /// <summary>
    /// Sends one frame, then a second one again and again when given, and listens meanwhile:
    /// a client may close while the server still sends, and may be gone before the last write.
    /// </summary>
    internal async Task SendUntilClosedAsync(Frame first, Frame? forEver = null)
    {
        var listening = ListenAsync();
        try
        {
            await SendAsync(first).ConfigureAwait(false);
            while (forEver is not null && !listening.IsCompleted)
                await SendAsync(forEver).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Frames that the client sent before it left are still to be read.
        }
        await listening.ConfigureAwait(false);
    }

    /// <summary>Neither reads nor writes until the server stops.</summary>
    internal Task HangAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stopping); // no time is measured

    /// <summary>Drops the connection with RST.</summary>
    internal void Reset() => _socket.Close(0);

    /// <summary>Sends FIN and keeps reading until the client has left, too: unread bytes would turn the end into an RST.</summary>
    internal async Task FinishAsync()
    {
        _socket.Shutdown(SocketShutdown.Send);
        if (Request.Length > 0)
            await ListenAsync().ConfigureAwait(false);
        var sink = new byte[LargestHead];
        while (await _stream.ReadAsync(sink, _stopping).ConfigureAwait(false) > 0)
        {
            // Discard the bytes.
        }
    }
}
