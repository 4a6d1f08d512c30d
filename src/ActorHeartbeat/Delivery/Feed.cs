using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Delivery;

/// <summary>
/// The ordered, numbered stream of everything one endpoint sent. Outlives connections, actor crashes and rotations; belongs to
/// the <see cref="FeedRegistry"/>. Every member may be called from any thread.
/// </summary>
public sealed class Feed
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly FeedSource _source;
    private readonly ReplayRing _ring;
    private readonly List<FeedWriter> _writers = [];
    private Break? _break;
    private int _epoch;
    private long _lastSeq;
    private long _messagesIn;
    private long _bytesIn;
    private long _gaps;
    private long _lastInboundUtcTicks;

    internal Feed(string instance, EndpointId endpoint, LimitSettings limits, ValueMap<string>? labels, TimeProvider time)
    {
        _source = new FeedSource(instance, endpoint);
        _time = time;
        _ring = new ReplayRing(limits.Replay, limits.ReplayBytes);
        Labels = labels ?? ValueMap<string>.Empty;
    }

    public EndpointId Endpoint => _source.Endpoint;

    /// <summary>What label selectors look at.</summary>
    public ValueMap<string> Labels { get; private set; }

    /// <summary>The number of the newest message or gap; 0 when there was none.</summary>
    public long LastSeq => Volatile.Read(ref _lastSeq);

    /// <summary>Messages received since the feed exists.</summary>
    public long MessagesIn => Volatile.Read(ref _messagesIn);

    /// <summary>Payload bytes received since the feed exists.</summary>
    public long BytesIn => Volatile.Read(ref _bytesIn);

    /// <summary>Times that no connection carried the feed and it went on afterwards.</summary>
    public long Gaps => Volatile.Read(ref _gaps);

    /// <summary>Wall time of the newest message; null when there was none.</summary>
    public DateTimeOffset? LastInbound => Volatile.Read(ref _lastInboundUtcTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>A new connection of this endpoint, to be called when its handshake is accepted and before anything is read from it.</summary>
    public FeedWriter Begin()
    {
        lock (_gate)
        {
            var writer = new FeedWriter(this, ++_epoch);
            _writers.Add(writer);
            return writer;
        }
    }

    /// <summary>The endpoint's connection actor changed its state. Open also announces a pending gap.</summary>
    public void StateChanged(ConnectionState state, string cause = "")
    {
        lock (_gate)
        {
            if (state == ConnectionState.Open)
                _writers.ForEach(Cover);
        }
    }

    /// <summary>A state that is not the FSM's: <see cref="FeedState.Paused"/> or <see cref="FeedState.Failed"/>.</summary>
    public void StateChanged(FeedState state)
    {
    }

    /// <summary>Changes limits and labels from the next event on.</summary>
    public void Configure(LimitSettings limits, ValueMap<string>? labels = null)
    {
        lock (_gate)
        {
            _ring.Configure(limits.Replay, limits.ReplayBytes);
            Labels = labels ?? Labels;
        }
    }

    /// <summary>Ends every stream of this feed with a drain event.</summary>
    public void Drain(string reason)
    {
    }

    internal ValueTask Publish(FeedWriter writer, MessageKind kind, ReadOnlyMemory<byte> payload)
    {
        lock (_gate)
        {
            if (writer.HasEnded)
                return ValueTask.CompletedTask;
            Cover(writer);
            _messagesIn++;
            _bytesIn += payload.Length;
            _lastSeq++;
            _lastInboundUtcTicks = _time.GetUtcNow().UtcTicks;
        }
        return ValueTask.CompletedTask;
    }

    internal void Cover(FeedWriter writer)
    {
        lock (_gate)
        {
            if (writer.HasEnded || writer.Covers)
                return;
            writer.Covers = true;
            if (_break is null)
                return;
            _break = null;
            _lastSeq++;
            _gaps++;
        }
    }

    internal void End(FeedWriter writer, string cause)
    {
        lock (_gate)
        {
            if (writer.HasEnded)
                return;
            writer.HasEnded = true;
            _writers.Remove(writer);
            if (writer.Covers && !_writers.Exists(other => other.Covers))
                _break = new Break(cause, _time.GetTimestamp());
        }
    }

    /// <summary>Nothing carries the feed since then.</summary>
    private sealed record Break(string Cause, long Since);
}
