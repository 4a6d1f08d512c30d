using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// The connection that a <see cref="ScriptedNetwork"/> hands out; the test controls its far end. Input from the far end is
/// reported in order, after <see cref="IConnection.Start"/>, and never while the observer still handles the previous message.
/// </summary>
public sealed class ScriptedConnection : IConnection
{
    private static readonly ConnectionEnd Lost = new(1006, "", WasClean: false);

    private readonly Lock _lock = new();
    private readonly ScriptedNetwork _network;
    private readonly DialRequest _request;
    private readonly ScriptedPump _pump;
    private readonly Record<OutboundMessage> _sent = new();
    private readonly Record<long> _pings = new();
    private readonly Record<(int Code, string Reason)> _closes = new();
    private readonly List<TaskCompletionSource<SendStatus>> _heldSends = [];
    private ConnectionEnd? _end;
    private bool _reported;
    private bool _closing;
    private int _aborts;
    private int _callsAfterEnd;

    internal ScriptedConnection(ScriptedNetwork network, DialRequest request, IConnectionObserver observer, string? subprotocol)
    {
        (_network, _request, Subprotocol) = (network, request, subprotocol);
        _pump = new ScriptedPump(observer, how => _network.Violated(_request.Settings.Id, how));
    }

    public string? Subprotocol { get; }

    public EndpointId Endpoint => _request.Settings.Id;

    /// <summary>Messages that were sent while it was open, oldest first, held sends included.</summary>
    public IReadOnlyList<OutboundMessage> Sent => _sent.Snapshot();

    /// <summary>The same as text.</summary>
    public IReadOnlyList<string> SentText => [.. Sent.Select(message => Encoding.UTF8.GetString(message.Payload.Span))];

    /// <summary>The ids of the pings sent, oldest first.</summary>
    public IReadOnlyList<long> Pings => _pings.Snapshot();

    /// <summary>The closing handshakes begun.</summary>
    public IReadOnlyList<(int Code, string Reason)> Closes => _closes.Snapshot();

    /// <summary>How often it was aborted.</summary>
    public int Aborts => Volatile.Read(ref _aborts);

    /// <summary>
    /// Sends, pings and closes after the end was reported. Each is refused and harmless, but many mean that the caller ignores the end.
    /// </summary>
    public int CallsAfterEnd => Volatile.Read(ref _callsAfterEnd);

    public bool IsStarted => _pump.IsStarted;

    /// <summary>Whether the socket is gone, reported or not.</summary>
    public bool IsEnded => _end is not null;

    /// <summary>How long the far end takes to answer a ping: at once by default, null for never.</summary>
    public TimeSpan? PongAfter { get; set; } = TimeSpan.Zero;

    /// <summary>Whether the far end answers a closing handshake. Default true; if not, the connection ends at the close deadline.</summary>
    public bool AnswersClose { get; set; } = true;

    /// <summary>Returns the far end's answer to a text message; null for none. Default none.</summary>
    public Func<string, string?>? Answers { get; set; }

    /// <summary>Refuses what is sent, like a connection whose <c>limits.send-queue</c> is full.</summary>
    public bool RefusesSends { get; set; }

    /// <summary>Whether sends stay pending until <see cref="ReleaseSends"/>: a peer that does not read. Default false.</summary>
    public bool HoldsSends { get; set; }

    /// <summary>Is told what the client does; null for nobody.</summary>
    internal IFarEnd? FarEnd { get; set; }

    /// <summary>Whether the far end has vanished silently.</summary>
    public bool IsHalfOpen { get; private set; }

    /// <summary>The far end sends a text message.</summary>
    public void DeliverText(string text) => Deliver(MessageKind.Text, Encoding.UTF8.GetBytes(text));

    /// <summary>The far end sends a binary message.</summary>
    public void DeliverBinary(ReadOnlySpan<byte> payload) => Deliver(MessageKind.Binary, payload.ToArray());

    /// <summary>The far end answers the ping of this id.</summary>
    public void DeliverPong(long id)
    {
        Span<byte> payload = stackalloc byte[PingPayload.MaxLength];
        DeliverPong(payload[..PingPayload.Write(id, payload)]);
    }

    /// <summary>The far end sends a pong with any payload.</summary>
    public void DeliverPong(ReadOnlySpan<byte> payload)
    {
        var copy = payload.ToArray();
        FromPeer(() => _pump.Pong(copy));
    }

    /// <summary>Bytes of an unfinished message arrive.</summary>
    public void DeliverActivity() => FromPeer(_pump.PartOfMessage);

    /// <summary>The far end closes; the handshake completes.</summary>
    public void PeerClose(int code = 1000, string reason = "") =>
        FromPeer(() => _pump.Then(() => End(new ConnectionEnd(code, reason, WasClean: true))));

    /// <summary>The connection breaks without a Close frame.</summary>
    /// <param name="failure">The cause when the transport ended it; null for a peer that is gone.</param>
    public void Lose(DialFailure? failure = null) => FromPeer(() => _pump.Then(() => End(Lost with { Failure = failure })));

    /// <summary>From now on nothing arrives from the far end, although every send to it seems to succeed.</summary>
    public void GoHalfOpen() => IsHalfOpen = true;

    /// <summary>Completes the sends that are held.</summary>
    public void ReleaseSends(SendStatus status = SendStatus.Sent)
    {
        TaskCompletionSource<SendStatus>[] held;
        lock (_lock)
        {
            held = [.. _heldSends];
            _heldSends.Clear();
        }
        foreach (var send in held)
            CallersThread.Complete(send, status);
    }

    /// <summary>Reports an end that the network held back.</summary>
    /// <exception cref="InvalidOperationException">It has not ended, or the end is reported.</exception>
    public void ReportEnd()
    {
        lock (_lock)
        {
            if (_end is null || _reported)
                throw new InvalidOperationException(_end is null ? "the connection has not ended" : "the end has been reported");
            _reported = true;
        }
        _network.SocketGone(Endpoint);
        _pump.Ended(_end);
    }

    void IConnection.Start()
    {
        if (!_pump.TryStart())
            Violated("Start was called twice");
    }

    ValueTask<SendStatus> IConnection.SendAsync(OutboundMessage message)
    {
        Called("SendAsync");
        TaskCompletionSource<SendStatus>? held = null;
        lock (_lock)
        {
            if (_closing || IsEnded || RefusesSends)
                return new ValueTask<SendStatus>(SendStatus.Refused);
            if (HoldsSends)
                _heldSends.Add(held = new TaskCompletionSource<SendStatus>());
        }
        _sent.Add(message);
        FarEnd?.Heard(message);
        if (Answers is { } answers
            && message.Kind == MessageKind.Text
            && answers(Encoding.UTF8.GetString(message.Payload.Span)) is { } answer)
            DeliverText(answer);
        return held is null ? new ValueTask<SendStatus>(SendStatus.Sent) : new ValueTask<SendStatus>(held.Task);
    }

    bool IConnection.TryPing(long id)
    {
        Called("TryPing");
        if (_closing || IsEnded)
            return false;
        _pings.Add(id);
        FarEnd?.Pinged();
        if (PongAfter is { } delay && !IsHalfOpen)
            _network.After(delay, () => DeliverPong(id));
        return true;
    }

    void IConnection.Close(int code, string reason)
    {
        Called("Close");
        _closes.Add((code, reason));
        lock (_lock)
        {
            if (_closing || IsEnded)
                return;
            _closing = true;
        }
        FarEnd?.Closing(code);
        if (AnswersClose && !IsHalfOpen)
            _pump.Then(() => End(new ConnectionEnd(code, reason, WasClean: true)));
        else if (_network.CanDelay)
            _network.After(_request.Settings.Timeouts.Close, () => End(Lost));
    }

    void IConnection.Abort()
    {
        Interlocked.Increment(ref _aborts);
        End(Lost);
    }

    private void Deliver(MessageKind kind, byte[] payload) => FromPeer(() => _pump.Message(kind, payload));

    private void FromPeer(Action deliver)
    {
        if (!IsHalfOpen && !IsEnded)
            deliver();
    }

    private void End(ConnectionEnd end)
    {
        lock (_lock)
        {
            if (IsEnded)
                return;
            _end = end;
        }
        _pump.Stop();
        FarEnd?.Ended();
        ReleaseSends(SendStatus.Expired);
        if (!_network.HoldsEnds)
            ReportEnd();
    }

    private void Called(string call)
    {
        if (_reported)
            Interlocked.Increment(ref _callsAfterEnd);
        else if (!IsStarted)
            Violated($"{call} was called before Start");
    }

    private void Violated(string how) => _network.Violated(Endpoint, how);
}
