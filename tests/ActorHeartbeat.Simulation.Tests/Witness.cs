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
        return _connection.SendAsync(message);
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
        return ((IConnectionObserver)link).OnMessageAsync(kind, payload);
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
