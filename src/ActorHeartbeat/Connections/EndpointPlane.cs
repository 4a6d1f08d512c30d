using System.Collections.Immutable;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <summary>
/// The data plane of one endpoint: the things with several writers among its connections, their pumps and its readers.
/// It stays inside this process and outlives every connection; the supervisor makes it with the endpoint. Thread-safe.
/// </summary>
internal sealed class EndpointPlane(Feed feed)
{
    private volatile ConnectionSubscriptions? _subscriptions;
    private DataShapes? _shapes; // null before the first data
    private ImmutableArray<long> _live = [];
    private volatile GoneConnection? _lastGone;
    private SendInbox _sendInbox;
    private ConversationTaps? _taps; // null before the first
    private SendQueue<IActorRef>? _pendingSends;
    private long _incarnation;
    private int _sockets, _peakSockets;

    public Feed Feed { get; } = feed;

    public EndpointCounters Counters { get; } = new();

    /// <summary>What its data look like, to compare both connections of a rotation.</summary>
    public DataShapes Shapes => LazyInitializer.EnsureInitialized(ref _shapes, () => new DataShapes());

    /// <summary>Messages that the actor of the primary has not looked at yet.</summary>
    public ref SendInbox SendInbox => ref _sendInbox;

    /// <summary>
    /// Messages that wait for a connection or for their turn under the send rate, with their senders. The primary sends them. Null before
    /// the first: most endpoints only listen.
    /// </summary>
    public SendQueue<IActorRef>? PendingSends => Volatile.Read(ref _pendingSends);

    /// <summary>The same, for a message that may have to wait.</summary>
    /// <param name="settings">The endpoint's, now.</param>
    public SendQueue<IActorRef> KeepSends(EndpointSettings settings) => LazyInitializer.EnsureInitialized(
        ref _pendingSends, () => new SendQueue<IActorRef>(settings.Send, settings.Limits.SendQueue));

    /// <summary>The subscriptions of the primary's latest connection; null before the first.</summary>
    public ConnectionSubscriptions? Subscriptions
    {
        get => _subscriptions;
        set => _subscriptions = value;
    }

    /// <summary>Who listens to what is said.</summary>
    public ConversationTaps Taps => LazyInitializer.EnsureInitialized(ref _taps);

    /// <summary>Whether somebody does.</summary>
    public bool IsHeard => Volatile.Read(ref _taps) is { IsHeard: true };

    /// <summary>Sockets and dials that exist now: at most one, two during a planned rotation.</summary>
    public int Sockets => Volatile.Read(ref _sockets);

    /// <summary>The most sockets that ever existed at once.</summary>
    public int PeakSockets => Volatile.Read(ref _peakSockets);

    /// <summary>The number of the next dial, counted from 1 over all connections of the endpoint.</summary>
    public long NextIncarnation() => Interlocked.Increment(ref _incarnation);

    /// <summary>The connections that have a socket or a dial now: one, two during a planned rotation.</summary>
    public ImmutableArray<long> Live => _live;

    /// <summary>The connection whose socket was gone last; null before the first.</summary>
    public GoneConnection? LastGone => _lastGone;

    public void SocketBegins(long connection)
    {
        ImmutableInterlocked.Update(ref _live, (live, added) => live.Add(added), connection);
        var sockets = Interlocked.Increment(ref _sockets);
        for (var peak = PeakSockets; sockets > peak; peak = PeakSockets)
            Interlocked.CompareExchange(ref _peakSockets, sockets, peak);
    }

    public void SocketIsGone(long connection, TimeSpan now)
    {
        _lastGone = new GoneConnection(connection, now);
        ImmutableInterlocked.Update(ref _live, (live, gone) => live.Remove(gone), connection);
        Interlocked.Decrement(ref _sockets);
    }
}

/// <summary>A connection whose socket is gone.</summary>
/// <param name="Connection">Its number.</param>
/// <param name="At">When, on the scheduler's clock.</param>
internal sealed record GoneConnection(long Connection, TimeSpan At);
