using System.Net;
using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// A connection over an open WebSocket: deadlines for its sends and for closing, and what ended it. A derived class reads the socket to the
/// end, whatever ends it, and reports that.
/// </summary>
internal abstract class WebSocketConnection : IConnection, ISentThrough, IDisposable
{
    private readonly OpenedWebSocket _opened;
    private readonly EndpointSettings _settings;
    private readonly TimeProvider _time;
    private readonly long _openedAt;
    private readonly MessageSender _sender;
    private LazyCancellation _dropped;
    private ClosingHandshake? _closing;
    private DialFailure? _failure;
    private volatile bool _isAskedToClose, _isGivenUp;
    private int _disposed;

    /// <param name="opened">The socket.</param>
    /// <param name="settings">The endpoint: its deadlines, and how long a connection must last to prove its address.</param>
    /// <param name="observer">Supplies the bounds and receives the events.</param>
    /// <param name="time">The clock of the deadlines.</param>
    protected WebSocketConnection(OpenedWebSocket opened, EndpointSettings settings, IConnectionObserver observer, TimeProvider time)
    {
        _opened = opened;
        _settings = settings;
        _time = time;
        _openedAt = time.GetTimestamp();
        Observer = observer;
        _sender = new MessageSender(this);
    }

    public string? Subprotocol => Socket.SubProtocol;

    public IPEndPoint? RemoteAddress => _opened.Dialed.Address;

    public bool HasUnread => _opened.ReadBuffer.HasBytes || _opened.Tap.HasUnread;

    public WebSocket Socket => _opened.Socket;

    /// <summary>What the messages that are sent have in common: that they are not packed, or nothing.</summary>
    public WebSocketMessageFlags SendFlags => _opened.MayPack ? WebSocketMessageFlags.None : WebSocketMessageFlags.DisableCompression;

    /// <summary>Cancelled when the socket is dropped without a closing handshake.</summary>
    public CancellationToken Dropped => _dropped.Token;

    /// <summary>Whether it is cancelled.</summary>
    public bool IsDropped => _dropped.IsCancelled;

    int ISentThrough.MostWaiting => Observer.Limits.SendQueue;

    TimeProvider ISentThrough.Time => _time;

    TimeSpan ISentThrough.SendDeadline => _settings.Timeouts.Send;

    protected IConnectionObserver Observer { get; }

    /// <summary>Whether the next read completes at once.</summary>
    protected bool HasBytesAtHand => _opened.ReadBuffer.HasBytes;

    private ClosingHandshake Closing => LazyInitializer.EnsureInitialized(
        ref _closing, () => new ClosingHandshake(Socket, _sender, _settings.Timeouts.Close, _time, OnCloseDeadline));

    public abstract void Start();

    public ValueTask<SendStatus> SendAsync(OutboundMessage message) => _sender.SendAsync(message);

    ValueTask ISentThrough.WriteAsync(OutboundMessage message) => WriteAsync(message);

    void ISentThrough.OnSendDeadline()
    {
        var seconds = _settings.Timeouts.Send.TotalSeconds;
        Blame(new DialFailure(FailureLayer.Timeout, $"the socket did not take a message within {seconds:0.###} s"));
        Drop();
    }

    public bool TryPing(long id) => Volatile.Read(ref _closing) is null && _opened.Tap.Outbound.TryPing(id);

    public void Close(int code, string reason)
    {
        if (!CloseCodes.MaySend(code))
            throw new ArgumentOutOfRangeException(nameof(code), code, "RFC 6455 section 7.4 forbids to send this close code");
        _isAskedToClose = true;
        _ = Closing.SendAsync(code, reason);
    }

    public void Abort()
    {
        _isGivenUp = true;
        Drop();
        Start();
    }

    /// <summary>Waits for a delivery, and reads ahead meanwhile, so that the peer's pings are answered.</summary>
    public Task ReadAheadAsync(Task delivery) => _opened.ReadBuffer.ReadAheadAsync(delivery, Observer.Limits.Message);

    /// <summary>Begins to close because of a message over the limit.</summary>
    public void RefuseTooBig()
    {
        var limit = Observer.Limits.Message;
        Blame(
            new DialFailure(
                FailureLayer.Protocol, $"a message is larger than limits.message ({limit} B); closed with {CloseCodes.MessageTooBig}"));
        _ = Closing.SendAsync(CloseCodes.MessageTooBig, $"at most {limit} B");
    }

    /// <summary>Answers the peer's Close frame unless ours is out already.</summary>
    public async Task<ConnectionEnd> AnswerCloseAsync()
    {
        var code = _opened.Tap.PeerCloseCode;
        // A Close frame is answered with its code (RFC 6455 section 5.5.1); 1005 stands for none and is never on the wire.
        var answered = await Closing
            .SendAsync(code == CloseCodes.NoStatusReceived ? CloseCodes.NormalClosure : code, "")
            .ConfigureAwait(false);
        // With both Close frames through, a deadline can only have cut short
        // the wait for the peer's FIN. That is its purpose and no failure.
        var failure = answered && _failure is { Layer: FailureLayer.Timeout } ? null : _failure;
        return new ConnectionEnd(code, PeerText.Of(Socket.CloseStatusDescription), answered) { Failure = failure };
    }

    /// <summary>
    /// The end of a connection whose read failed. The failed read counts as a failure only if the socket was not dropped. A Close frame
    /// with a code that holds says why the peer closes, also when its reason cannot be read.
    /// </summary>
    public ConnectionEnd Broken(Exception exception)
    {
        var failure = _failure;
        if (failure is null && !_dropped.IsCancelled)
        {
            if (_opened.Tap.PeerFlawedReason is { } reason)
                return new ConnectionEnd(_opened.Tap.PeerCloseCode, PeerText.Of(reason), WasClean: false);
            failure = WebSocketEnds.Judge(exception, _opened.Tap.Outbound.Failure, _opened.Tap.PeerCloseFlaw);
        }
        return new ConnectionEnd(CloseCodes.AbnormalClosure, "", WasClean: false) { Failure = failure };
    }

    /// <summary>Drains a connection whose peer has not answered our Close frame, for at most the time of a closing handshake.</summary>
    public async Task DrainAsync()
    {
        if (!_opened.Tap.MustDrain)
            return;
        using var deadline = new CancellationTokenSource(_settings.Timeouts.Close, _time);
        await _opened.Tap.DrainAsync(deadline.Token).ConfigureAwait(false);
    }

    /// <summary>Drops the socket; who reads it sees the end.</summary>
    public void Drop()
    {
        _dropped.Cancel();
        _opened.Tap.Release();
        Socket.Abort();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        JudgeAddress();
        _opened.Dispose();
        _sender.End();
        _closing?.Dispose();
    }

    /// <summary>Writes one message to the socket.</summary>
    protected abstract ValueTask WriteAsync(OutboundMessage message);

    /// <summary>
    /// Tells how the address has done, unless this side asked to close. It has failed when the connection was given up, as for a heartbeat
    /// without an answer, or did not last as long as it takes to count as healthy.
    /// </summary>
    private void JudgeAddress()
    {
        if (_isAskedToClose)
            return;
        if (_isGivenUp || _time.GetElapsedTime(_openedAt) < _settings.Backoff.ResetAfter)
            _opened.Dialed.Failed();
        else
            _opened.Dialed.Worked();
    }

    private void OnCloseDeadline()
    {
        var seconds = _settings.Timeouts.Close.TotalSeconds;
        Blame(new DialFailure(FailureLayer.Timeout, $"the closing handshake was not done within {seconds:0.###} s"));
        Drop();
    }

    private void Blame(DialFailure failure) => Interlocked.CompareExchange(ref _failure, failure, null);
}
