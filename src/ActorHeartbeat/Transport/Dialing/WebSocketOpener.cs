using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
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
        var socket = new ClientWebSocket();
        try
        {
            Configure(socket.Options, request);
            using var invoker = new UpgradeInvoker(lease.Handler, attempt);
            await socket.ConnectAsync(WireUrl.Of(request.Url), invoker, cancellation).ConfigureAwait(false);
            // The handshake was accepted, so the stream was attached.
            return new OpenedWebSocket(socket, attempt.Tap!, attempt.ReadBuffer!, attempt.Dialed, lease)
            {
                MayPack = attempt.MayPack,
            };
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or DialException)
        {
            var failure = attempt.Judge(exception, cancellation.IsCancellationRequested);
            attempt.Dialed?.Failed();
            socket.Dispose();
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

    private void Configure(ClientWebSocketOptions options, DialRequest request)
    {
        options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        foreach (var subprotocol in request.Subprotocols)
            options.AddSubProtocol(subprotocol);
        if (request.Settings.Compression)
            options.DangerousDeflateOptions = new WebSocketDeflateOptions { ClientContextTakeover = false, ServerContextTakeover = false };
        var cookies = request.Settings.Cookies ? context.Cookies.For(request.Settings.Id, request.Url) : "";
        foreach (var (name, value) in request.Headers)
        {
            var isCookie = cookies.Length > 0 && name.Equals("Cookie", StringComparison.OrdinalIgnoreCase);
            SetHeader(options, name, isCookie ? $"{value}; {cookies}" : value);
            cookies = isCookie ? "" : cookies; // one Cookie header at most (RFC 6265 section 5.4)
        }

        if (cookies.Length > 0)
            SetHeader(options, "Cookie", cookies);
    }

    private static void SetHeader(ClientWebSocketOptions options, string name, string value)
    {
        try
        {
            options.SetRequestHeader(name, value);
        }
        catch (ArgumentException exception)
        {
            // The framework's message repeats the value, which may be a secret.
            throw new DialException(FailureLayer.Resolve, $"the header {name} has a name or value that cannot be sent", exception);
        }
    }
}

/// <summary>An accepted handshake: the socket, the streams under it, and its share of the handler.</summary>
internal sealed class OpenedWebSocket(
    ClientWebSocket socket, FrameTap tap, ReadBuffer readBuffer, DialedAddress? dialed, IDisposable handler) : IDisposable
{
    public ClientWebSocket Socket => socket;

    public FrameTap Tap => tap;

    public ReadBuffer ReadBuffer => readBuffer;

    /// <summary>The address at the other end; null when it is not known.</summary>
    public DialedAddress? Dialed => dialed;

    /// <inheritdoc cref="DeflateAnswer.MayPack"/>
    public bool MayPack { get; init; }

    public void Dispose()
    {
        tap.Release();
        socket.Dispose();
        handler.Dispose();
    }
}
