using System.Collections.Concurrent;
using ActorHeartbeat.Delivery;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <summary>
/// What of an endpoint outlives its actors: settings, feed, figures, the numbers of its incarnations, and the sockets that are not
/// gone yet. Owned by the supervisor's registry; an actor that was restarted finds here what its predecessor left.
/// </summary>
public sealed class EndpointMemory(EndpointSettings settings, Feed feed)
{
    private readonly ConcurrentDictionary<long, ConnectionLink> _sockets = new(concurrencyLevel: 1, capacity: 2);
    private volatile EndpointSettings _settings = settings;
    private volatile ConnectionStatus? _lastSaid;
    private long _incarnation;
    private int _peakSockets;

    public EndpointId Id => _settings.Id;

    /// <summary>The settings as of the last change.</summary>
    public EndpointSettings Settings
    {
        get => _settings;
        internal set => _settings = value;
    }

    public Feed Feed { get; } = feed;

    public EndpointVitals Vitals { get; } = new();

    public TransitionJournal Journal { get; } = new();

    /// <summary>How the connection stands: what its actor last said of itself, as long as that actor lives; null before the first started.</summary>
    public ConnectionStatus? Status => _lastSaid?.AsLongAsItHolds();

    /// <summary>What the connection actor last said of itself, dead or alive.</summary>
    internal ConnectionStatus? LastSaid => _lastSaid;

    /// <summary>Sockets and dials that exist now: at most one, two during a planned rotation.</summary>
    public int Sockets => _sockets.Count;

    /// <summary>The most sockets that ever existed at once.</summary>
    public int PeakSockets => Volatile.Read(ref _peakSockets);

    /// <summary>Which of the endpoint's URLs the next dial takes: 0 is the first.</summary>
    internal int UrlIndex { get; set; }

    /// <summary>What the endpoint's group allows to be sent over one connection; null for no limit.</summary>
    internal Rate? SendRate { get; set; }

    /// <summary>Planned rotations in a row that failed.</summary>
    internal int RotationFailures { get; set; }

    internal FlapDetector Flaps { get; } = new();

    internal RememberedSubscriptions Subscriptions { get; } = new();

    /// <summary>Messages that wait for a connection or for their turn under the send rate, and who gave them. The primary's.</summary>
    internal SendQueue<IActorRef> Held { get; } = new(settings.Send, settings.Limits.SendQueue);

    /// <summary>
    /// Replaces what was said. When a rotation ends, the old connection and the new one may both be about to speak: whoever was not the primary when it
    /// looked, or looked before somebody else spoke, is not heard.
    /// </summary>
    /// <param name="before">What <paramref name="said"/> was made from.</param>
    /// <param name="said">The words of the primary.</param>
    /// <returns>Whether they count.</returns>
    internal bool TrySay(ConnectionStatus? before, ConnectionStatus said) =>
        said.Role is { IsPrimary: true } role && (before?.Role == role || before?.Role is not { IsPrimary: true })
        && Interlocked.CompareExchange(ref _lastSaid, said, before) == before;

    /// <summary>What the old connection last said stands for the one that takes over until that speaks: the endpoint is open all the time.</summary>
    internal void Inherit(ConnectionRole heir)
    {
        while (_lastSaid is { } said && said.Role != heir && Interlocked.CompareExchange(ref _lastSaid, said with { Role = heir }, said) != said)
        {
        }
    }

    internal ConnectionLink NewIncarnation(ConnectionRole role, EndpointSettings settings, SchedulerClock clock, IActorRef owner)
    {
        var link = new ConnectionLink(Interlocked.Increment(ref _incarnation), role, settings, this, clock, owner);
        _sockets[link.Incarnation] = link;
        _peakSockets = Math.Max(_peakSockets, _sockets.Count);
        return link;
    }

    internal void Left(ConnectionLink link) => _sockets.TryRemove(link.Incarnation, out _);

    /// <summary>The socket a crashed predecessor left, now heard by <paramref name="owner"/>; null when there is none.</summary>
    internal ConnectionLink? AdoptOrphan(ConnectionRole role, IActorRef owner)
    {
        foreach (var link in _sockets.Values)
        {
            if (link.Role != role)
                continue;
            link.Adopt(owner);
            link.Abort();
            if (!link.IsGone)
                return link;
        }
        return null;
    }
}
