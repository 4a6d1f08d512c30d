using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport.Frames;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// One dial on its way through the shared handler, which calls back for the TCP connection and for the upgraded stream. It owns the
/// socket until the handshake is accepted, so that an abandoned dial leaves nothing behind: the handler alone would go on connecting.
/// </summary>
internal sealed class DialAttempt : IDisposable
{
    public static readonly HttpRequestOptionsKey<DialAttempt> Key = new(nameof(DialAttempt));

    private readonly DialRequest _request;
    private readonly IConnectionObserver _observer;
    private readonly TlsClientOptions _tls;
    private readonly DialContext _context;
    private readonly TcpConnector _connector;
    private readonly CancellationTokenSource _givenUp;
    private readonly Activity? _trace = Activity.Current; // the handler calls back without it
    private readonly Lock _gate = new();
    private Task<Stream>? _connecting;
    private AttemptStep? _upgrading;
    private HandshakeOffer? _offer;
    private HandshakeStream? _handshake;
    private HandshakeAnswer? _answer;
    private NetworkStream? _network;

    public DialAttempt(
        DialRequest request, IConnectionObserver observer, TlsClientOptions tls, DialContext context, CancellationToken cancellation)
    {
        _request = request;
        _observer = observer;
        _tls = tls;
        _context = context;
        _connector = new TcpConnector(request.Settings.Tcp, context, _trace);
        _givenUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Proxy = ProxyTunnel.Find(request.Settings.Proxy, request.Url);
    }

    public Uri? Proxy { get; }

    public Uri Url => _request.Url;

    /// <summary>The Host header of the request, if it has one. TLS asks for its host too, unless the settings name another.</summary>
    public string? ServerName { get; set; }

    /// <summary>The judge of the TLS handshake; null before TLS begins.</summary>
    public TlsVerdict? Verdict { get; private set; }

    /// <summary>The address that it has reached; null before there is a TCP connection.</summary>
    public DialedAddress? Dialed { get; private set; }

    /// <summary>What the server is asked for, in a word.</summary>
    public string Asked { get; init; } = "handshake";

    /// <summary>How far it got.</summary>
    public DialStage Stage { get; set; }

    /// <summary>Sends the upgrade request, and takes the stream out of the HTTP connection when the peer accepts it.</summary>
    /// <exception cref="DialException">The answer is a refusal, or breaks an RFC.</exception>
    public async Task<OpenedWebSocket> UpgradeAsync(SharedHandlers.Lease lease, CancellationToken cancellation)
    {
        _offer = HandshakeOffer.Of(_request);
        using var request = UpgradeRequest.Of(
            _request, _offer, _request.Settings.Cookies ? _context.Cookies.For(_request.Settings.Id, Url) : "");
        request.Options.Set(Key, this);
        ServerName = request.Headers.Host;
        using var invoker = new HttpMessageInvoker(lease.Handler, disposeHandler: false);
        using var response = await invoker.SendAsync(request, cancellation).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
            throw new DialException(await RefusedAsync(response, cancellation).ConfigureAwait(false));
        _upgrading?.Done();
        if (Verdict is { } verdict)
            _tls.Accepted(verdict);
        var tap = new FrameTap(_handshake!.Detach(), _observer, _network?.Socket); // not null: an answer came through it
        var readBuffer = new ReadBuffer(tap);
        var socket = WebSocket.CreateFromStream(
            readBuffer,
            new WebSocketCreationOptions
            {
                SubProtocol = _answer!.Subprotocol, // not null: it was judged
                KeepAliveInterval = Timeout.InfiniteTimeSpan, // the heartbeat is ours
                DangerousDeflateOptions = _answer.Deflate,
            });
        return new OpenedWebSocket(socket, tap, readBuffer, Dialed!.Value, _answer.MayPack, lease); // not null: it is connected
    }

    /// <summary>Connects, once only: if the server hangs up without a byte of an answer, the handler would dial again unasked.</summary>
    /// <exception cref="DialException">No TCP connection, or no tunnel through the proxy, or the first connection was lost.</exception>
    public Task<Stream> ConnectAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_givenUp.IsCancellationRequested, this);
            return _connecting is null
                ? _connecting = ConnectAsync(_givenUp.Token)
                : throw new DialException(FailureLayer.Tcp, $"the server closed the connection without an answer to the {Asked}");
        }
    }

    /// <summary>Called after TLS, if any; returns the stream for the upgrade request.</summary>
    public Stream Upgrade(Stream plaintext)
    {
        Stage = DialStage.Upgrading;
        _upgrading = AttemptSteps.Begin(_trace, "upgrade");
        return _handshake = new HandshakeStream(plaintext, Accept);
    }

    public DialFailure Judge(Exception exception, bool cancelled)
    {
        var failure = DialFailures.Of(exception, _request, Stage, cancelled, Dialed?.Address, Asked);
        if (Verdict is not null)
            _tls.Refused(Verdict);
        // Since TLS 1.3 a server verifies the client's certificate when the client already considers the handshake done.
        return Stage == DialStage.Upgrading && Verdict is { } verdict && (failure.Layer == FailureLayer.Tls || IsCutOff(failure, verdict))
            ? failure with { Message = $"{failure.Message} ({verdict.DescribeClient()})" }
            : failure;
    }

    /// <summary>A server that refuses the certificate may drop the connection without an alert that can still be read.</summary>
    private static bool IsCutOff(DialFailure failure, TlsVerdict verdict) =>
        failure.Layer == FailureLayer.Tcp && verdict.ConcernsClient;

    /// <summary>Cancels the attempt; completes when nothing of it is left.</summary>
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

    public void Dispose()
    {
        _upgrading?.Dispose();
        _givenUp.Dispose();
    }

    private void Accept(ReadOnlyMemory<byte> head)
    {
        _answer = HandshakeAnswer.Judge(head.Span, _offer!); // not null: the answer is to it
        KeepCookies(_answer.Cookies);
    }

    /// <summary>Reads a refusal and keeps its cookies.</summary>
    private Task<DialFailure> RefusedAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Headers.NonValidated.TryGetValues("Set-Cookie", out var cookies))
            KeepCookies([.. cookies]);
        return Refusal.ReadAsync(response, _request, _context.Time, cancellation);
    }

    private void KeepCookies(IReadOnlyList<string> cookies)
    {
        if (_request.Settings.Cookies)
            _context.Cookies.Keep(_request.Settings.Id, Url, cookies);
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellation)
    {
        Stage = DialStage.Connecting;
        var stream = Proxy is { } proxy
            ? await ConnectThroughAsync(proxy, Url, cancellation).ConfigureAwait(false)
            : await OpenAsync(Url, cancellation).ConfigureAwait(false);
        if (Url.Scheme == Uri.UriSchemeWss || Url.Scheme == Uri.UriSchemeHttps)
        {
            Stage = DialStage.Securing;
            Verdict = _tls.VerdictFor(ServerName, Url.IdnHost);
            using var securing = AttemptSteps.Begin(_trace, "tls");
            stream = await _tls.SecureAsync(stream, Verdict, cancellation).ConfigureAwait(false);
            securing?.Done();
        }

        Stage = DialStage.Upgrading;
        return stream;
    }

    private async Task<Stream> OpenAsync(Uri hop, CancellationToken cancellation)
    {
        (_network, var address) = await _connector.ConnectAsync(hop.IdnHost, hop.Port, cancellation).ConfigureAwait(false);
        Dialed = new DialedAddress(_context.Addresses, hop.IdnHost, address);
        _observer.OnTcpConnected(address);
        return _network;
    }

    private async Task<Stream> ConnectThroughAsync(Uri proxy, Uri url, CancellationToken cancellation)
    {
        if (proxy.Scheme != Uri.UriSchemeHttp)
            throw ProxyTunnel.Refused(proxy, $"has the scheme {proxy.Scheme}; only http is supported");
        Stream stream;
        try
        {
            stream = await OpenAsync(proxy, cancellation).ConfigureAwait(false);
        }
        catch (DialException exception)
        {
            throw ProxyTunnel.Refused(proxy, $"is out of reach: {exception.Failure.Message}", exception);
        }

        try
        {
            Stage = DialStage.Tunnelling;
            using var tunnelling = AttemptSteps.Begin(_trace, "proxy");
            await ProxyTunnel.OpenAsync(stream, proxy, url.IdnHost, url.Port, cancellation).ConfigureAwait(false);
            tunnelling?.Done();
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}

/// <summary>The stage that a dial is in; it names the cause when the deadline passes first.</summary>
internal enum DialStage
{
    Starting,

    /// <summary>Name resolution and TCP.</summary>
    Connecting,
    Tunnelling,

    /// <summary>The TLS handshake.</summary>
    Securing,

    /// <summary>The answer to the upgrade request.</summary>
    Upgrading,
}
