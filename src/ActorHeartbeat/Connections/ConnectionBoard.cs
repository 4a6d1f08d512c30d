using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>
/// What one connection shows of itself. Only its actor writes here. The supervisor reads it,
/// and hands it to the actor that replaces a crashed one.
/// </summary>
/// <param name="before">How the endpoint stood before this connection; null when it is the endpoint's first, or a successor.</param>
internal sealed class ConnectionBoard(ConnectionStatus? before = null)
{
    private volatile ConnectionStatus? _status = before;
    private volatile ConnectionLink? _link;

    /// <summary>How the connection stands; null before its actor has reported.</summary>
    public ConnectionStatus? Status
    {
        get => _status;
        set => _status = value;
    }

    /// <summary>Round trips of its heartbeats.</summary>
    public RoundTrips RoundTrips
    {
        get
        {
            lock (Estimator)
                return new RoundTrips(Estimator.Last, Estimator.P95);
        }
    }

    /// <summary>The latest dial or socket. The next actor reads here when the socket of a crashed one is gone.</summary>
    public ConnectionLink? Link
    {
        get => _link;
        set => _link = value;
    }

    /// <summary>Whether a dial or a socket of this connection may still exist.</summary>
    public bool HasSocket => _link is { IsGone: false };

    /// <summary>The actor's record of connection ends, kept over its restarts.</summary>
    public FlapDetector Flaps => field ??= new(); // before the first end there are none

    /// <summary>The actor's estimate of the round trip, kept over its restarts; another thread must lock it.</summary>
    public RttEstimator Estimator { get; } = new();

    public void Measured(TimeSpan roundTrip)
    {
        lock (Estimator)
            Estimator.Add(roundTrip);
    }
}
