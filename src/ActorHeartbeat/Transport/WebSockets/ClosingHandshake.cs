using System.Net.WebSockets;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// Our half of the closing handshake (RFC 6455 section 7.1.2): one Close frame, after the messages accepted before it, and a bound on
/// everything until the peer's half is done.
/// </summary>
internal sealed class ClosingHandshake(WebSocket socket, MessageSender sender, TimeSpan timeout, TimeProvider time, Action onTimeout)
    : IDisposable
{
    /// <summary>RFC 6455 section 5.5: 125 bytes of payload, two of them the code.</summary>
    private const int MaxReason = 123;

    private readonly TaskCompletionSource<bool> _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _deadline;
    private int _begun;

    /// <summary>Sends the Close frame, unless an earlier call has begun to. True when a Close frame went out.</summary>
    public Task<bool> SendAsync(int code, string reason)
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
            _ = SendOnceAsync(code, Cut(reason));
        return _sent.Task;
    }

    public void Dispose() => _deadline?.Dispose();

    /// <summary>The longest prefix that fits, cut between characters.</summary>
    public static string Cut(string reason)
    {
        var length = 0;
        var bytes = 0;
        foreach (var rune in reason.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxReason)
                return reason[..length];
            length += rune.Utf16SequenceLength;
        }

        return reason;
    }

    private async Task SendOnceAsync(int code, string reason)
    {
        _deadline = new CancellationTokenSource(timeout, time);
        _deadline.Token.UnsafeRegister(static state => ((Action)state!)(), onTimeout);
        try
        {
            await sender.CloseAsync().ConfigureAwait(false);
            await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None).ConfigureAwait(false);
            _sent.SetResult(true);
        }
        catch (Exception exception) when (WebSocketEnds.IsEnd(exception))
        {
            _sent.SetResult(false);
        }
    }
}
