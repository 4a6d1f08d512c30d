using System.Net;
using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport.Frames;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Performs the opening handshake (RFC 6455 section 4.1) of one attempt at a time per call, over shared handlers.</summary>
internal sealed class WebSocketOpener(TimeProvider time) : IDisposable
{
    private readonly SharedHandlers _handlers = new();

    public int SharedHandlers => _handlers.Count;

    /// <exception cref="DialException">There is no connection, and nothing is left of the attempt.</exception>
    public async Task<OpenedWebSocket> OpenAsync(DialRequest request, IConnectionSink sink, CancellationToken cancellation)
    {
        var lease = Take(request);
        using var attempt = new DialAttempt(request, sink, time, cancellation);
        var socket = new ClientWebSocket();
        try
        {
            Configure(socket.Options, request);
            using var invoker = new UpgradeInvoker(lease.Handler, attempt);
            await socket.ConnectAsync(request.Url, invoker, cancellation).ConfigureAwait(false);
            socket.HttpResponseHeaders = null;
            return new OpenedWebSocket(socket, attempt.Tap!, attempt.ReadBuffer!, lease); // the handshake was accepted, so the stream was attached
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or DialException)
        {
            var failure = Judge(exception, socket, request.Url, attempt.Stage, cancellation);
            socket.Dispose();
            await attempt.AbandonAsync().ConfigureAwait(false);
            lease.Dispose();
            throw new DialException(failure, exception);
        }
    }

    public void Dispose() => _handlers.Dispose();

    private SharedHandlers.Lease Take(DialRequest request)
    {
        try
        {
            return _handlers.Take(request.Settings.Tls);
        }
        catch (DialException exception)
        {
            throw new DialException(DialFailures.Of(exception, request.Url, DialStage.Starting, cancelled: false), exception);
        }
    }

    private static void Configure(ClientWebSocketOptions options, DialRequest request)
    {
        options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        options.CollectHttpResponseDetails = true;
        foreach (var subprotocol in request.Settings.Subprotocols)
            options.AddSubProtocol(subprotocol);
        if (request.Settings.Compression)
            options.DangerousDeflateOptions = new WebSocketDeflateOptions { ClientContextTakeover = false, ServerContextTakeover = false };
        foreach (var (name, value) in request.Headers)
            SetHeader(options, name, value);
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

    private static DialFailure Judge(Exception exception, ClientWebSocket socket, Uri url, DialStage stage, CancellationToken cancellation) =>
        socket.HttpStatusCode is not (0 or HttpStatusCode.SwitchingProtocols) and var status
            ? DialFailures.OfStatus(url, status, socket.HttpResponseHeaders)
            : DialFailures.Of(exception, url, stage, cancellation.IsCancellationRequested);
}

/// <summary>An accepted handshake: the socket, what lies under it, and its share of the handler.</summary>
internal sealed class OpenedWebSocket(ClientWebSocket socket, FrameTap tap, ReadBuffer readBuffer, IDisposable handler) : IDisposable
{
    public ClientWebSocket Socket => socket;

    public FrameTap Tap => tap;

    public ReadBuffer ReadBuffer => readBuffer;

    public void Dispose()
    {
        socket.Dispose();
        handler.Dispose();
    }
}
