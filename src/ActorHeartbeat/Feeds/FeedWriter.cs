using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>Publishes the messages of one connection. <see cref="Feed.Begin"/> creates it, <see cref="End"/> finishes it.</summary>
public sealed class FeedWriter
{
    private readonly Feed _feed;
    private volatile bool _isPaused;
    private volatile bool _hasEnded;
    private volatile TaskCompletionSource? _ended;

    internal FeedWriter(Feed feed, FeedSource source, bool mayResume)
    {
        _feed = feed;
        (Source, MayResume) = (source, mayResume);
    }

    /// <summary>Which connection of the endpoint this is, counted from 1.</summary>
    public int Epoch => Source.Epoch;

    /// <summary>True while a subscriber with the policy pause-reading keeps the pump from publishing more.</summary>
    public bool IsPaused => _isPaused;

    /// <summary>
    /// Takes one whole message. The payload is the pump's own buffer, free again when the task
    /// completes; it is copied at most once, and only when a subscriber or the replay needs it.
    /// Completes at once except under pause-reading. After <see cref="End"/> it does nothing.
    /// </summary>
    public ValueTask PublishAsync(MessageKind kind, ReadOnlyMemory<byte> payload) => _feed.Publish(this, kind, payload, Source);

    /// <summary>As <see cref="PublishAsync(MessageKind, ReadOnlyMemory{byte})"/>, for a message of a key.</summary>
    internal ValueTask PublishAsync(MessageKind kind, ReadOnlyMemory<byte> payload, FeedSource key) =>
        _feed.Publish(this, kind, payload, key);

    /// <inheritdoc cref="FeedSource.About"/>
    internal FeedSource Of(string subscription) => Source.About(subscription);

    /// <summary>Tells subscribers what has become of a key.</summary>
    internal void TellKey(string subscription, FeedKeyState state) => _feed.TellKey(Of(subscription), state);

    /// <summary>
    /// Marks that bytes arrived: messages published from here on have this time. Called once per read, it
    /// saves reading the clock for each message; without it each message has the time of its publication.
    /// </summary>
    public void Received() => ReceivedUtcTicks = _feed.UtcTicks();

    /// <summary>
    /// Tells that all of a read is published. Who calls it does so after each read: from the first call on, readers are woken here, once
    /// for all messages of a read, and before it only when their queue is half full.
    /// </summary>
    internal void CaughtUp()
    {
        WakesLater = true;
        if (!OwesWake)
            return;
        OwesWake = false;
        _feed.Wake();
    }

    /// <summary>
    /// Marks that the opening messages are accepted: from here on this connection carries the feed, and a pending
    /// gap is announced. Its first message and the state <see cref="FeedState.Open"/> have the same effect.
    /// </summary>
    /// <param name="resumed">Whether the peer goes on where the connection before it ended: then there is no gap.</param>
    public void Opened(bool resumed = false)
    {
        MayResume = false;
        _feed.Cover(this, isGap: !resumed);
    }

    /// <summary>Tells subscribers, at this point between the messages, that some of the peer's are lost.</summary>
    /// <param name="cause">One line for operators, without secrets.</param>
    public void TellLost(string cause) => TellLost(cause, Source);

    /// <summary>The same of a key, or of what the peer numbers.</summary>
    internal void TellLost(string cause, FeedSource source, MissingNumbers? numbers = null) =>
        _feed.TellLost(this, cause, source, numbers);

    /// <summary>Ends the connection; a second call does nothing. When no other writer carries the feed, a gap begins.</summary>
    /// <param name="cause">One line for operators, without secrets.</param>
    public void End(string cause) => _feed.End(this, cause);

    internal FeedSource Source { get; }

    /// <summary>Zero until <see cref="Received"/> is called. Used only by the pump.</summary>
    internal long ReceivedUtcTicks { get; private set; }

    /// <summary>Whether readers are woken by <see cref="CaughtUp"/>. Used only by the pump.</summary>
    internal bool WakesLater { get; private set; }

    /// <summary>Whether something is published that readers may not know of. Used only by the pump.</summary>
    internal bool OwesWake { get; set; }

    /// <summary>Whether it may turn out that the peer goes on: until then its messages announce no gap.</summary>
    internal bool MayResume { get; private set; }

    /// <summary>Whether this connection has carried the feed. Guarded by the feed.</summary>
    internal bool Covers { get; set; }

    /// <summary>Written under the feed's gate.</summary>
    internal bool HasEnded { get => _hasEnded; set => _hasEnded = value; }

    /// <summary>Begins a wait of the pump. The result completes when the connection ends, even if the subscriber is still full.</summary>
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
