using System.Net.WebSockets;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport.Frames;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Performs the opening handshake (RFC 6455 section 4.1) over shared handlers, one attempt at a time per call.</summary>
internal sealed class WebSocketOpener(DialContext context) : IDisposable
{
    private readonly SharedHandlers _handlers = new();

    public WebSocketOpener(TimeProvider time)
        : this(new DialContext(time))
    {
    }

    public int SharedHandlers => _handlers.Count;

    /// <exception cref="DialException">There is no connection, and nothing is left of the attempt.</exception>
    public async Task<OpenedWebSocket> OpenAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation)
    {
        var first = request;
        for (var followed = 0; ; followed++)
        {
            try
            {
                return await OpenOnceAsync(request, observer, cancellation).ConfigureAwait(false);
            }
            catch (DialException refused) when (Redirects.IsOne(refused.Failure))
            {
                var (next, whyNot) = Redirects.Follow(request, refused.Failure, followed);
                var failure = refused.Failure with { Message = $"{refused.Failure.Message}; {whyNot}" };
                request = next ?? throw new DialException(failure, refused);
                observer.OnRedirected(PeerText.Of(Redirects.Show(request, request.Url.OriginalString)));
            }
            catch (DialException failed) when (followed > 0)
            {
                var failure = failed.Failure with
                {
                    Message = $"{failed.Failure.Message} (redirected from {first.Where})",
                    RedirectedTo = request.Url.Authority,
                };
                throw new DialException(failure, failed);
            }
        }
    }

    private async Task<OpenedWebSocket> OpenOnceAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation)
    {
        var lease = await TakeAsync(request, cancellation).ConfigureAwait(false);
        using var attempt = new DialAttempt(request, observer, lease.Tls, context, cancellation);
        try
        {
            return await attempt.UpgradeAsync(lease, cancellation).ConfigureAwait(false);
        }
        // Whatever it is, there is no connection: the framework names no exceptions that an HTTP request may end with.
        catch (Exception exception)
        {
            var failure = attempt.Judge(exception, cancellation.IsCancellationRequested);
            attempt.Dialed?.Failed();
            await attempt.AbandonAsync().ConfigureAwait(false);
            lease.Dispose();
            throw new DialException(failure, exception);
        }
    }

    /// <exception cref="DialException">There is no answer.</exception>
    public async Task<HttpResult> AskAsync(HttpQuestion question, CancellationToken cancellation)
    {
        using var lease = await TakeAsync(new DialRequest(question.Settings, question.Url, []), cancellation).ConfigureAwait(false);
        return await HttpAsker.AskAsync(question, lease, context, cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _handlers.Dispose();

    private async ValueTask<SharedHandlers.Lease> TakeAsync(DialRequest request, CancellationToken cancellation)
    {
        try
        {
            return await _handlers.TakeAsync(request.Settings.Tls, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is DialException or OperationCanceledException)
        {
            var failure = DialFailures.Of(exception, request, DialStage.Starting, cancellation.IsCancellationRequested);
            throw new DialException(failure, exception);
        }
    }
}

/// <summary>An accepted handshake: the socket, the streams under it, and its share of the handler. To be disposed once.</summary>
/// <param name="Socket">Over the streams.</param>
/// <param name="Tap">Sends and sees pings.</param>
/// <param name="ReadBuffer">Between the socket and the tap.</param>
/// <param name="Dialed">The address at the other end, the proxy's if there is one.</param>
/// <param name="MayPack"><inheritdoc cref="DeflateAnswer.MayPack" path="/summary"/></param>
/// <param name="Handler">The share of the handler.</param>
internal readonly record struct OpenedWebSocket(
    WebSocket Socket, FrameTap Tap, ReadBuffer ReadBuffer, DialedAddress Dialed, bool MayPack, SharedHandlers.Lease Handler) : IDisposable
{
    public void Dispose()
    {
        Tap.Release();
        Socket.Dispose();
        Handler.Dispose();
    }
}
