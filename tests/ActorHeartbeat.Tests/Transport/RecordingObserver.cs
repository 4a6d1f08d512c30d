using System.Text;
using System.Threading.Channels;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>Records the reports of a connection, in order.</summary>
internal sealed class RecordingObserver : IConnectionObserver
{
    private readonly Channel<(MessageKind Kind, byte[] Payload)> _messages = Channel.CreateUnbounded<(MessageKind, byte[])>();
    private readonly Channel<long> _pongs = Channel.CreateUnbounded<long>();
    private readonly TaskCompletionSource<ConnectionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _part = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _activity;
    private int _ends;

    /// <summary>The pump waits for this task after every message; null for no wait.</summary>
    public Func<Task>? Backpressure { get; init; }

    public LimitSettings Limits { get; set; } = new();

    public int Activity => Volatile.Read(ref _activity);

    public int Ends => Volatile.Read(ref _ends);

    /// <summary>Completes with the first report of a part of a message.</summary>
    public Task PartAsync() => _part.Task.WaitAsync(WebSocketPeer.Patience);

    public string? RedirectedTo { get; private set; }

    /// <summary>How often the transport had handed over all that it had read.</summary>
    public int CaughtUp { get; private set; }

    public int UnreadMessages => _messages.Reader.Count;

    public Task<ConnectionEnd> EndAsync() => _ended.Task.WaitAsync(WebSocketPeer.Patience);

    public async Task<byte[]> MessageAsync() => (await _messages.Reader.ReadAsync().AsTask().WaitAsync(WebSocketPeer.Patience)).Payload;

    public async Task<string> TextAsync()
    {
        var (kind, payload) = await _messages.Reader.ReadAsync().AsTask().WaitAsync(WebSocketPeer.Patience);
        Assert.Equal(MessageKind.Text, kind);
        return Encoding.UTF8.GetString(payload);
    }

    public Task<long> PongAsync() => _pongs.Reader.ReadAsync().AsTask().WaitAsync(WebSocketPeer.Patience);

    public void OnActivity() => Interlocked.Increment(ref _activity);

    public void OnCaughtUp() => CaughtUp++;

    public void OnRedirected(string url) => RedirectedTo = url;

    public void OnPartOfMessage() => _part.TrySetResult();

    public async ValueTask OnMessageAsync(MessageKind kind, ReadOnlyMemory<byte> payload)
    {
        _messages.Writer.TryWrite((kind, payload.ToArray()));
        if (Backpressure is { } wait)
            await wait();
    }

    public void OnPong(ReadOnlySpan<byte> payload) => _pongs.Writer.TryWrite(PingPayload.Id(payload) ?? -payload.Length);

    public void OnEnded(ConnectionEnd end)
    {
        Interlocked.Increment(ref _ends);
        _ended.TrySetResult(end);
    }
}
