using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport.Frames;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// One dial on its way through the shared handler, which calls back for the TCP connection and for the upgraded stream. It owns the
/// socket until the handshake is accepted, so that a dial given up leaves nothing behind: the handler alone would go on connecting.
/// </summary>
internal sealed class DialAttempt : IDisposable
{
    public static readonly HttpRequestOptionsKey<DialAttempt> Key = new(nameof(DialAttempt));

    private readonly DialRequest _request;
    private readonly IConnectionSink _sink;
    private readonly TcpConnector _connector;
    private readonly CancellationTokenSource _givenUp;
    private readonly Lock _gate = new();
    private Task<Stream>? _connecting;
    private HandshakeStream? _handshake;

    public DialAttempt(DialRequest request, IConnectionSink sink, TimeProvider time, CancellationToken cancellation)
    {
        _request = request;
        _sink = sink;
        _connector = new TcpConnector(request.Settings.Tcp, time);
        _givenUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Proxy = ProxyTunnel.Find(request.Settings.Proxy, request.Url);
    }

    public Uri? Proxy { get; }

    /// <summary>How far it got.</summary>
    public DialStage Stage { get; set; }

    /// <summary>The tap of the upgraded stream; set when the handler has seen status 101.</summary>
    public FrameTap? Tap { get; private set; }

    public ReadBuffer? ReadBuffer { get; private set; }

    /// <summary>Connects, once: a handler whose server hangs up without a byte of an answer would dial again behind our back.</summary>
    /// <exception cref="DialException">No TCP connection, or no tunnel through the proxy, or the first connection was lost.</exception>
    public Task<Stream> ConnectAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_givenUp.IsCancellationRequested, this);
            return _connecting is null
                ? _connecting = ConnectAsync(_givenUp.Token)
                : throw new DialException(FailureLayer.Tcp, "the server closed the connection without an answer to the handshake");
        }
    }

    /// <summary>TLS, if any, is done: what the upgrade request goes through.</summary>
    public Stream Upgrade(Stream plaintext)
    {
        Stage = DialStage.Upgrading;
        return _handshake = new HandshakeStream(plaintext);
    }

    /// <summary>The handshake is answered with 101: the stream of frames, without the HTTP connection.</summary>
    public Stream Attach()
    {
        Tap = new FrameTap(_handshake!.Detach(), _sink); // an answer came through it
        return ReadBuffer = new ReadBuffer(Tap);
    }

    /// <summary>Completes when nothing of the attempt is left.</summary>
    public async Task AbandonAsync()
    {
        await _givenUp.CancelAsync().ConfigureAwait(false);
        Task<Stream>? connecting;
        lock (_gate)
            connecting = _connecting;
        if (connecting is null)
            return;
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connecting.IsCompletedSuccessfully)
            await (await connecting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose() => _givenUp.Dispose();

    private async Task<Stream> ConnectAsync(CancellationToken cancellation)
    {
        Stage = DialStage.Connecting;
        var url = _request.Url;
        var stream = Proxy is { } proxy
            ? await ConnectThroughAsync(proxy, url, cancellation).ConfigureAwait(false)
            : await _connector.ConnectAsync(url.IdnHost, url.Port, cancellation).ConfigureAwait(false);
        // The HTTP connection looks at the socket before it writes to it: a reset found there belongs to TLS only where there is TLS.
        Stage = url.Scheme == Uri.UriSchemeWss ? DialStage.Securing : DialStage.Upgrading;
        return stream;
    }

    private async Task<Stream> ConnectThroughAsync(Uri proxy, Uri url, CancellationToken cancellation)
    {
        if (proxy.Scheme != Uri.UriSchemeHttp)
            throw ProxyTunnel.Refused(proxy, $"has the scheme {proxy.Scheme}; only http is supported");
        Stream stream;
        try
        {
            stream = await _connector.ConnectAsync(proxy.IdnHost, proxy.Port, cancellation).ConfigureAwait(false);
        }
        catch (DialException exception)
        {
            throw ProxyTunnel.Refused(proxy, $"is out of reach: {exception.Failure.Message}", exception);
        }

        try
        {
            Stage = DialStage.Tunnelling;
            await ProxyTunnel.OpenAsync(stream, proxy, url.IdnHost, url.Port, cancellation).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}

/// <summary>What a dial is waiting for; names the culprit when the deadline comes first.</summary>
internal enum DialStage
{
    Starting,

    /// <summary>Names and TCP.</summary>
    Connecting,
    Tunnelling,

    /// <summary>The TLS handshake.</summary>
    Securing,

    /// <summary>The answer to the upgrade request.</summary>
    Upgrading,
}
