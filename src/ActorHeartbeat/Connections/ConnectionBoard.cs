using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>
/// What one connection shows of itself. Its actor alone writes here; the supervisor reads, and hands it to the actor that takes the place
/// of one that
/// crashed. What can be read is immutable.
/// </summary>
/// <param name="before">How the endpoint stood before this connection; null when it is the endpoint's first, or a successor.</param>
internal sealed class ConnectionBoard(ConnectionStatus? before = null)
{
    private volatile ConnectionStatus? _status = before;
    private volatile RoundTrips _roundTrips = RoundTrips.None;
    private volatile ConnectionLink? _link;

    /// <summary>How the connection stands; null before its actor has said so.</summary>
    public ConnectionStatus? Status
    {
        get => _status;
        set => _status = value;
    }

    /// <summary>Round trips of its heartbeats.</summary>
    public RoundTrips RoundTrips => _roundTrips;

    /// <summary>The latest dial or socket; what a crashed actor left is not gone before this is.</summary>
    public ConnectionLink? Link
    {
        get => _link;
        set => _link = value;
    }

    /// <summary>Whether a dial or a socket of this connection may still exist.</summary>
    public bool HasSocket => _link is { IsGone: false };

    /// <summary>The actor's own memory of ends, kept over its restarts.</summary>
    public FlapDetector Flaps { get; } = new();

    /// <summary>The actor's own estimate, kept over its restarts.</summary>
    public RttEstimator Estimator { get; } = new();

    public void Measured(TimeSpan roundTrip)
    {
        Estimator.Add(roundTrip);
        _roundTrips = new RoundTrips(Estimator.Last, Estimator.P95);
    }
}
