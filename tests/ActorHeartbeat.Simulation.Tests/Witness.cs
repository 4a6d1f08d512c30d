using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>Stands between the library and one simulated socket, and checks both sides.</summary>
internal sealed class Witness(Invariants invariants, Watched endpoint, DialRequest request, ConnectionLink link)
    : IConnection,
        IConnectionObserver
{
    private static readonly TimeSpan LeastAutomaticTimeout = TimeSpan.FromSeconds(1);

    private IConnection _connection = null!; // Accepted sets this before any other call
    private TimeSpan? _pingDeadline;
    private EndpointSettings? _pingedWith;
    private TimeSpan _settled;
    private long _pingId;

    public ConnectionLink Link => link;

    public DialRequest Request => request;

    /// <summary>The group of the connection; null for none, and when its group is not certain.</summary>
    public string? Group { get; init; }

    public ScriptedConnection? Scripted { get; private set; }

    public bool IsStarted { get; private set; }

    public bool IsGone { get; private set; }

    public string? Subprotocol => _connection.Subprotocol;

    public LimitSettings Limits => ((IConnectionObserver)link).Limits;

    /// <summary>When it was dialed.</summary>
    public TimeSpan Began { get; } = invariants.Now;

    /// <summary>Whether another socket was there when it was dialed, or came beside it.</summary>
    public bool IsBesideAnother { get; set; }

    /// <summary>What is said over it about keys; null for a socket of an endpoint without.</summary>
    public AskedKeys? Keys { get; } =
        request.Settings.Subscriptions.Count > 0 ? new AskedKeys(invariants, endpoint, request.Settings) : null;

    /// <summary>The server's end, where it knows keys.</summary>
    public VenueLine? Line { get; set; }

    public void Accepted(ScriptedConnection connection) => _connection = Scripted = connection;

    /// <summary>Records that the dial failed.</summary>
    public void Refused() => endpoint.LastRefusedAt = request.Url.Authority;

    public void Gone()
    {
        if (IsGone)
            invariants.Broken(endpoint, "1: an end was reported twice");
        IsGone = true;
        invariants.SocketGone(endpoint, this);
    }

    public void Start()
    {
        IsStarted = true;
        _settled = invariants.Now;
        _connection.Start();
    }

    public ValueTask<SendStatus> SendAsync(OutboundMessage message)
    {
        if (message.Payload.Span.SequenceEqual("ping"u8))
            Pinged();
        return Line is not null && Asking.Read(message.Payload) is { } asking
            ? AskAsync(asking, message)
            : _connection.SendAsync(message);
    }

    private async ValueTask<SendStatus> AskAsync(Asking asking, OutboundMessage message)
    {
        Keys!.Saying(asking); // a server that knows keys is there for an endpoint that asks for them
        var sending = _connection.SendAsync(message);
        if (!sending.IsCompletedSuccessfully || sending.Result != SendStatus.Refused)
            Line!.Hear(asking);
        var status = await sending.ConfigureAwait(false);
        Keys.Taken();
        return status;
    }

    public bool TryPing(long id)
    {
        _pingId = id;
        Pinged();
        return _connection.TryPing(id);
    }

    public void Close(int code, string reason) => _connection.Close(code, reason);

    public void Abort() => _connection.Abort();

    public void OnActivity()
    {
        var heartbeat = endpoint.Settings.Heartbeat;
        if (!heartbeat.Strict && (_pingDeadline is not null || heartbeat.When == HeartbeatWhen.Idle))
            Settled();
        ((IConnectionObserver)link).OnActivity();
    }

    public void OnPartOfMessage()
    {
        endpoint.DataAt = invariants.Now;
        ((IConnectionObserver)link).OnPartOfMessage();
    }

    public ValueTask OnMessageAsync(MessageKind kind, ReadOnlyMemory<byte> payload)
    {
        if (payload.Span.SequenceEqual("pong"u8))
            Settled();
        else if (Watched.IsData(payload.Span))
            (endpoint.Received, endpoint.DataAt) = (endpoint.Received + 1, invariants.Now);
        if (Keys is null || KeyNews.Read(payload.Span) is not { } news)
            return ((IConnectionObserver)link).OnMessageAsync(kind, payload);
        endpoint.DataAt = invariants.Now; // also an answer that nobody waits for any more
        Keys.Hear(news);
        var delivering = ((IConnectionObserver)link).OnMessageAsync(kind, payload);
        if (news.Event == KeyNewsKind.Data
            && endpoint.Wanted.Wants(news.Key)
            && endpoint.Wanted.ChangedAt(news.Key) < Keys.AskedAt(news.Key)
            && endpoint.IsHearing
            && !endpoint.Reader.Has(news)
            // Of two connections nobody can tell a server that began anew from one that says again what the other has said.
            && !(IsBesideAnother && endpoint.Reader.IsNewRun(news)))
            invariants.Broken(endpoint, $"11: {news.Text} has come, and no consumer had it");
        return delivering;
    }

    public void OnPong(ReadOnlySpan<byte> payload)
    {
        if (_pingDeadline is not null && PingPayload.Is(payload, _pingId))
            Settled();
        ((IConnectionObserver)link).OnPong(payload);
    }

    public void OnEnded(ConnectionEnd end)
    {
        ((IConnectionObserver)link).OnEnded(end);
        Gone();
    }

    private void Settled() => (_pingDeadline, _settled) = (null, invariants.Now);

    private void Pinged()
    {
        var heartbeat = endpoint.Settings.Heartbeat;
        var isSameRule = ReferenceEquals(_pingedWith ?? request.Settings, endpoint.Settings);
        if (isSameRule && _pingDeadline is { } deadline && invariants.Now < deadline)
            invariants.Broken(endpoint, $"2: a heartbeat was sent while one was outstanding until {deadline}");
        if (isSameRule && _pingDeadline is null && invariants.Now < _settled + heartbeat.Interval)
            invariants.Broken(
                endpoint,
                $"2: a heartbeat was sent {invariants.Now - _settled} after the last answer, the interval is {heartbeat.Interval}");
        if (IsGone)
            invariants.Broken(endpoint, "4: a heartbeat was sent over a connection that is gone");
        _pingDeadline = invariants.Now + (heartbeat.Timeout ?? LeastAutomaticTimeout);
        _pingedWith = endpoint.Settings;
    }
}
