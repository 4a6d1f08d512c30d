using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>Opens at once, hands out who hears what comes in, and tells what is sent.</summary>
/// <param name="sent">Receives what is sent; null for nobody.</param>
internal sealed class OpenDialer(Action<OutboundMessage>? sent = null) : IDialer, IConnection
{
    private readonly TaskCompletionSource<IConnectionObserver> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IConnectionObserver? _observer;

    public Task<IConnectionObserver> Observer => _started.Task;

    public string? Subprotocol => null;

    public Task<DialResult> DialAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation)
    {
        _observer = observer;
        return Task.FromResult<DialResult>(new DialResult.Connected(this));
    }

    public void Start() => _started.TrySetResult(_observer!); // dialed before

    public ValueTask<SendStatus> SendAsync(OutboundMessage message)
    {
        sent?.Invoke(message);
        return new ValueTask<SendStatus>(SendStatus.Sent);
    }

    public bool TryPing(long id) => true;

    public void Close(int code, string reason) => Abort();

    public void Abort() => _observer!.OnEnded(new ConnectionEnd(1006, "", false));
}
