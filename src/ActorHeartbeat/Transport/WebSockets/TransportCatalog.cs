using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// Dials every endpoint with the transport that its settings name.
/// <see cref="TransportKind.ClientWebSocket"/> is always there; other transports must be added.
/// </summary>
/// <remarks>
/// Lives as long as the process, as its transports do; see <see cref="ClientWebSocketDialer"/>. Add transports before the first dial.
/// </remarks>
public sealed class TransportCatalog : IDialer, IDisposable
{
    private readonly Dictionary<TransportKind, IDialer> _dialers;

    /// <param name="time">The clock of the transports' deadlines.</param>
    public TransportCatalog(TimeProvider time)
    {
        Time = time;
        _dialers = new() { [TransportKind.ClientWebSocket] = new ClientWebSocketDialer(time) };
    }

    /// <summary>The clock of the transports' deadlines.</summary>
    public TimeProvider Time { get; }

    /// <summary>Adds a transport, which from then on is disposed with the catalog.</summary>
    /// <exception cref="ArgumentException">There is one for <paramref name="transport"/> already.</exception>
    public TransportCatalog Add(TransportKind transport, IDialer dialer)
    {
        _dialers.Add(transport, dialer);
        return this;
    }

    /// <inheritdoc/>
    /// <remarks>Every attempt with a transport that was not added fails; the failure says what to add.</remarks>
    public async Task<DialResult> DialAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation)
    {
        if (_dialers.TryGetValue(request.Settings.Transport, out var dialer))
            return await dialer.DialAsync(request, observer, cancellation).ConfigureAwait(false);
        return new DialResult.Failed(
            new DialFailure(
                FailureLayer.Unknown,
                $"the transport {request.Settings.Transport} was not added: reference its package and add it to the supervisor's "
                    + $"options, as in options.Transports.Add{request.Settings.Transport}()"));
    }

    /// <inheritdoc/>
    /// <remarks>Whatever the transport of the endpoint, the built-in one makes its HTTP requests.</remarks>
    public Task<HttpResult> AskAsync(HttpQuestion question, CancellationToken cancellation) =>
        _dialers[TransportKind.ClientWebSocket].AskAsync(question, cancellation);

    public void Dispose()
    {
        foreach (var dialer in _dialers.Values)
            (dialer as IDisposable)?.Dispose();
    }
}
