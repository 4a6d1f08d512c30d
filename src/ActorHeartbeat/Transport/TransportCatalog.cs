using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport;

/// <summary>Dials every endpoint with the transport that its settings name.</summary>
/// <remarks>Meant to live as long as the process, as its transports are; see <see cref="ClientWebSocketDialer"/>.</remarks>
public sealed class TransportCatalog : IDialer, IDisposable
{
    private readonly ClientWebSocketDialer _clientWebSocket;
    private readonly Lazy<IDialer> _websocketClient;

    /// <param name="time">The clock of the transports' deadlines.</param>
    public TransportCatalog(TimeProvider time)
    {
        _clientWebSocket = new ClientWebSocketDialer(time);
        _websocketClient = new Lazy<IDialer>(() => WebsocketClientTransport.Create(time));
    }

    /// <summary>Why this build cannot dial with <paramref name="transport"/>, or null when it can.</summary>
    public static string? Reject(TransportKind transport) =>
        transport == TransportKind.WebsocketClient ? WebsocketClientTransport.Unavailable : null;

    /// <inheritdoc/>
    /// <remarks>A transport that this build lacks fails every attempt; validate with <see cref="Reject"/> to learn it earlier.</remarks>
    public async Task<DialResult> DialAsync(DialRequest request, IConnectionSink sink, CancellationToken cancellation)
    {
        var transport = request.Settings.Transport;
        if (Reject(transport) is { } reason)
            return new DialResult.Failed(new DialFailure(FailureLayer.Unknown, reason));
        IDialer dialer = transport == TransportKind.ClientWebSocket ? _clientWebSocket : _websocketClient.Value;
        return await dialer.DialAsync(request, sink, cancellation).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _clientWebSocket.Dispose();
        if (_websocketClient.IsValueCreated)
            (_websocketClient.Value as IDisposable)?.Dispose();
    }
}
