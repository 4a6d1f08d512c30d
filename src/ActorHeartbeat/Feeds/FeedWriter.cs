using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>What one connection publishes through; made by <see cref="Feed.Begin"/>, finished by <see cref="End"/>.</summary>
public sealed class FeedWriter
{
    private readonly Feed _feed;
    private volatile bool _isPaused;
    private volatile bool _hasEnded;
    private volatile TaskCompletionSource? _ended;

    internal FeedWriter(Feed feed, FeedSource source)
    {
        _feed = feed;
        Source = source;
    }

    /// <summary>Which connection of the endpoint this is, counted from 1.</summary>
    public int Epoch => Source.Epoch;

    /// <summary>
    /// True while the pump is deliberately kept from reading by a subscriber whose policy is pause-reading. Pongs cannot be seen
    /// meanwhile, so heartbeat deadlines must be suspended.
    /// </summary>
    public bool IsPaused => _isPaused;

    /// <summary>
    /// Takes one whole message. The payload is the pump's own buffer, free again when the task completes; it is copied at most once,
    /// and not at all when nobody needs it. Completes at once except under pause-reading. After <see cref="End"/> it does nothing.
    /// </summary>
    public ValueTask PublishAsync(MessageKind kind, ReadOnlyMemory<byte> payload) => _feed.Publish(this, kind, payload);

    /// <summary>
    /// Bytes came in: what is published from here on bears this time. Called for every read it saves a look at the clock per message;
    /// without it each message bears the time of its publication.
    /// </summary>
    public void Received() => ReceivedUtcTicks = _feed.UtcTicks();

    /// <summary>
    /// The opening messages are accepted: from here on this connection carries the feed, and a pending gap is announced. Its first
    /// message and the state <see cref="FeedState.Open"/> say the same.
    /// </summary>
    public void Opened() => _feed.Cover(this);

    /// <summary>The connection is over; a second call does nothing. When no other writer carries the feed, a gap begins.</summary>
    /// <param name="cause">One line for operators, without secrets.</param>
    public void End(string cause) => _feed.End(this, cause);

    internal FeedSource Source { get; }

    /// <summary>Zero until <see cref="Received"/> is called. The pump's own.</summary>
    internal long ReceivedUtcTicks { get; private set; }

    /// <summary>Whether this connection has carried the feed. Guarded by the feed.</summary>
    internal bool Covers { get; set; }

    /// <summary>Written under the feed's gate.</summary>
    internal bool HasEnded { get => _hasEnded; set => _hasEnded = value; }

    /// <summary>The pump begins to wait; the result completes when the connection ends, however full the subscriber still is.</summary>
    internal Task BeginPause()
    {
        _isPaused = true;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ended = ended;
        Interlocked.MemoryBarrier();
        if (HasEnded)
            ended.TrySetResult();
        return ended.Task;
    }

    internal void EndPause()
    {
        _isPaused = false;
        _ended = null;
    }

    internal void Release() => _ended?.TrySetResult();
}
