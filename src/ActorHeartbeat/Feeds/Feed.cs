using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// The ordered, numbered stream of everything one endpoint sent. Outlives connections, actor crashes and rotations;
/// belongs to the <see cref="FeedRegistry"/>. Every member may be called from any thread. No message is copied or kept before
/// the first subscriber; from then on the feed keeps what <c>limits.replay</c> and <c>limits.replay-bytes</c> allow.
/// The latest states are always kept.
/// </summary>
public sealed class Feed
{
    private readonly TimeProvider _time;
    private readonly FeedAudience _audience = new(); // guards all of it
    private FeedWriter[] _writers = []; // replaced, never changed
    private LimitSettings _limits;
    private ReplayRing? _ring; // null before the first subscriber
    private RecentStates _states;
    private Break? _break;
    private DuplicateWindow? _duplicates;
    private string? _drained;
    private FeedSource _source;
    private long _speaker;
    private long _lastSeq;
    private long _messagesIn;
    private long _bytesIn;
    private long _gaps;
    private long _missing;
    private long _dropped;
    private long _duplicatesIn;
    private long _lastInboundUtcTicks;

    internal Feed(FeedSource source, LimitSettings limits, TimeProvider time, long lastSeq)
    {
        _source = source;
        _time = time;
        _limits = limits;
        _lastSeq = lastSeq;
    }

    public EndpointId Endpoint => _source.Endpoint;

    /// <summary>The number of the newest message or gap; 0 when there was none.</summary>
    public long LastSeq => Volatile.Read(ref _lastSeq);

    /// <summary>The newest connection, counted from 1; 0 before the first.</summary>
    public int Epoch => Volatile.Read(ref _source).Epoch;

    /// <summary>Messages received since the feed was created, duplicates included.</summary>
    public long MessagesIn => Volatile.Read(ref _messagesIn);

    /// <summary>Payload bytes received since the feed was created.</summary>
    public long BytesIn => Volatile.Read(ref _bytesIn);

    /// <summary>How often the feed continued after a time without a connection, or with messages of the peer missing.</summary>
    public long Gaps => Volatile.Read(ref _gaps);

    /// <summary>How often messages of the peer were missing although the connection stood.</summary>
    internal long Missing => Volatile.Read(ref _missing);

    /// <summary>Events dropped because a subscriber did not keep up, summed over subscribers.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Messages left out because the other connection of a rotation had delivered them already.</summary>
    public long Duplicates => Volatile.Read(ref _duplicatesIn);

    /// <summary>What selectors see of the endpoint. Guarded by the registry.</summary>
    internal ValueMap<string> Labels { get; set; } = ValueMap<string>.Empty;

    /// <summary>The names of the endpoint's subscriptions; null where they are not known. Guarded by the registry.</summary>
    internal ValueList<string>? Subscriptions { get; set; }

    /// <summary>Subscriptions and handlers that receive its events now.</summary>
    public int Readers
    {
        get
        {
            lock (_audience)
                return _audience.Count;
        }
    }

    /// <summary>Whether a subscriber with the policy pause-reading does not keep up, so that no message is delivered now.</summary>
    public bool IsHeldBack
    {
        get
        {
            lock (_audience)
                return Array.Exists(_writers, writer => writer.IsPaused);
        }
    }

    /// <summary>Wall time of the newest message; null when there was none.</summary>
    public DateTimeOffset? LastInbound =>
        Volatile.Read(ref _lastInboundUtcTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>
    /// Begins a new connection of this endpoint. Call it when the handshake is accepted, before anything is read from the connection.
    /// </summary>
    /// <param name="duplicateKey">
    /// A JSON pointer (RFC 6901) to the value that identifies a message. While two connections carry the feed, and for ten
    /// seconds after, a message whose key the other connection has delivered is left out. Null (default) delivers everything.
    /// </param>
    /// <param name="mayResume">
    /// Whether the peer may go on where the connection before it ended: then <see cref="FeedWriter.Opened"/> tells whether there is a gap.
    /// </param>
    public FeedWriter Begin(string? duplicateKey = null, bool mayResume = false)
    {
        lock (_audience)
        {
            _source = _source.At(_source.Epoch + 1);
            var writer = new FeedWriter(this, _source, mayResume);
            if (duplicateKey is not null && _writers.Length > 0 && _duplicates is not { IsOpen: true })
                _duplicates = new DuplicateWindow(new MessageKey(duplicateKey), _time);
            _writers = [.. _writers, writer];
            return writer;
        }
    }

    /// <summary>
    /// Announces that a second connection is being dialed. Messages from now on may arrive again over
    /// it, because a server may send to both before this side has read the handshake of the new one.
    /// </summary>
    /// <param name="duplicateKey">As for <see cref="Begin"/>.</param>
    public void ExpectAnother(string duplicateKey)
    {
        lock (_audience)
            _duplicates = new DuplicateWindow(new MessageKey(duplicateKey), _time);
    }

    /// <summary>Withdraws the announcement: the expected connection does not come.</summary>
    public void ExpectNoOther()
    {
        lock (_audience)
        {
            if (_writers.Length < 2)
                _duplicates?.Close();
        }
    }

    /// <summary>Sets the connection whose states are the endpoint's from now on; 0 for none. The supervisor decides it.</summary>
    /// <returns>Whether the connection changed.</returns>
    internal bool LetSpeak(long connection)
    {
        lock (_audience)
        {
            var isAnother = connection != _speaker;
            _speaker = connection;
            return isAnother;
        }
    }

    /// <summary>
    /// Reports a new state of a connection. Subscribers receive it only if the endpoint's states are those of this connection.
    /// </summary>
    internal void StateChanged(long connection, FeedState state)
    {
        lock (_audience)
        {
            if (connection == _speaker)
                StateChanged(state);
        }
    }

    /// <summary>Reports a new state of the endpoint. <see cref="FeedState.Open"/> also announces a pending gap.</summary>
    public void StateChanged(FeedState state)
    {
        lock (_audience)
        {
            // While a connection carries the feed, the state says nothing about its successor.
            if (state.Name == FeedState.Open && !Array.Exists(_writers, writer => writer.Covers))
                Array.ForEach(_writers, writer => Cover(writer));
            Announce(state);
        }
    }

    /// <summary>Reports something about the state in which the endpoint is already.</summary>
    internal void StateContinues(FeedState state)
    {
        lock (_audience)
            Announce(state);
    }

    /// <summary>Changes limits from the next event on.</summary>
    public void Configure(LimitSettings limits)
    {
        lock (_audience)
        {
            _limits = limits;
            _ring?.Configure(limits.Replay, limits.ReplayBytes);
            _audience.FollowPolicy(limits.Overflow);
        }
    }

    /// <summary>
    /// Ends every stream that reads only this feed, with a drain event. A stream
    /// by selector receives the event too and continues without this endpoint.
    /// </summary>
    public void Drain(string reason)
    {
        lock (_audience)
        {
            _drained = reason;
            _audience.Drain(Detailed(reason));
            _ring?.Clear();
        }
    }

    /// <summary>
    /// Calls a handler for every event, on the connection's pump, without queue and copy. Disposing the result removes the handler.
    /// </summary>
    public HandlerSubscription Subscribe(IFeedHandler handler)
    {
        var subscription = new HandlerSubscription(handler, this);
        lock (_audience)
            _audience.Add(subscription);
        return subscription;
    }

    internal ValueTask Publish(FeedWriter writer, MessageKind kind, ReadOnlyMemory<byte> payload, FeedSource source)
    {
        bool mustWait;
        lock (_audience)
        {
            if (writer.HasEnded)
                return ValueTask.CompletedTask;
            var now = writer.ReceivedUtcTicks is > 0 and var stamp ? stamp : UtcTicks();
            _lastInboundUtcTicks = now;
            _messagesIn++;
            _bytesIn += payload.Length;
            if (!writer.Covers && !writer.MayResume)
                Cover(writer);
            if (_duplicates is not null && IsDuplicate(writer, kind, payload.Span))
                return ValueTask.CompletedTask;
            writer.OwesWake = writer.WakesLater;
            mustWait = Append(FeedEvent.Message(source, ++_lastSeq, now, kind, payload), wakes: !writer.WakesLater);
        }
        return mustWait ? WaitForRoomAsync(writer) : ValueTask.CompletedTask;
    }

    internal void Cover(FeedWriter writer, bool isGap = true)
    {
        lock (_audience)
        {
            if (writer.HasEnded || writer.Covers)
                return;
            writer.Covers = true;
            if (_break is not { } since)
                return;
            _break = null;
            if (isGap)
                AppendGap(writer.Source, GapReason.Disconnected, since.Cause, _time.GetElapsedTime(since.Timestamp));
        }
    }

    internal void TellLost(FeedWriter writer, string cause, FeedSource source, MissingNumbers? numbers)
    {
        lock (_audience)
        {
            if (!writer.HasEnded && (writer.Covers || writer.MayResume))
                AppendGap(source, GapReason.Missing, cause, TimeSpan.Zero, numbers);
        }
    }

    internal void TellKey(FeedSource key, FeedKeyState state)
    {
        lock (_audience)
        {
            var change = FeedEvent.Detailed(key.With(state), _lastSeq, UtcTicks());
            _audience.Publish(change, change);
        }
    }

    internal void End(FeedWriter writer, string cause)
    {
        lock (_audience)
        {
            if (writer.HasEnded)
                return;
            writer.HasEnded = true;
            _writers = Array.FindAll(_writers, other => other != writer);
            if (_writers.Length < 2)
                _duplicates?.Close();
            if (writer.Covers && !Array.Exists(_writers, other => other.Covers))
                _break = new Break(cause, _time.GetTimestamp());
        }
        writer.Release();
        Wake(); // the pump, which owes it, is over
    }

    internal void Attach(FeedSubscription subscription)
    {
        lock (_audience)
        {
            _ring ??= new ReplayRing(_limits.Replay, _limits.ReplayBytes);
            var (expected, lead) = FeedResume.Plan(subscription.Options, _source, _ring, in _states, _lastSeq, UtcTicks());
            var link = new FeedLink(this, subscription, expected);
            subscription.FollowPolicy(link, _limits.Overflow);
            subscription.AddReplay(link.Enter(lead));
            _audience.Add(link);
            if (_drained is { } reason)
                _audience.Drain(Detailed(reason));
        }
    }

    internal void Detach(FeedSubscription subscription)
    {
        lock (_audience)
            _audience.Remove(subscription);
    }

    internal void Detach(HandlerSubscription handler)
    {
        lock (_audience)
            _audience.Remove(handler);
    }

    /// <summary>The gap of a subscriber for lost numbers that no event follows yet.</summary>
    internal FeedEvent Lost(long from, long to) =>
        FeedEvent.Detailed(Volatile.Read(ref _source).With(FeedGap.Overflow(from, to)), to, UtcTicks());

    /// <summary>Wakes the readers who wait although there is something to read.</summary>
    internal void Wake()
    {
        foreach (var link in _audience.Links)
            link.Subscription.Wake();
    }

    internal void CountDropped() => Interlocked.Increment(ref _dropped);

    // The one place where a numbered event enters; true when a subscriber wants the pump to wait.
    private bool Append(in FeedEvent feedEvent, bool wakes = true)
    {
        var lasts = _audience.HasQueues || _ring?.KeepsPayload(feedEvent) == true;
        var kept = lasts ? feedEvent.Keep() : feedEvent;
        _ring?.Add(kept);
        return _audience.Publish(feedEvent, kept, wakes);
    }

    private void AppendGap(FeedSource source, GapReason reason, string cause, TimeSpan duration, MissingNumbers? numbers = null)
    {
        _gaps++;
        if (reason == GapReason.Missing)
            _missing++;
        _lastSeq++;
        var gap = new FeedGap(reason, _lastSeq, null, _lastSeq - 1, cause, duration) { Numbers = numbers };
        Append(FeedEvent.Detailed(source.With(gap), _lastSeq, UtcTicks()));
    }

    private void Announce(FeedState state)
    {
        var reported = new ReportedState(state, _source.Epoch, _lastSeq, UtcTicks());
        _states.Add(reported);
        var change = reported.EventAfter(_lastSeq, _source);
        _audience.Publish(change, change);
    }

    private bool IsDuplicate(FeedWriter writer, MessageKind kind, ReadOnlySpan<byte> payload)
    {
        if (_duplicates!.IsOver) // Callers have checked that there is one.
        {
            _duplicates = null;
            return false;
        }
        if (kind != MessageKind.Text || !_duplicates.WasBroughtByAnother(writer.Epoch, payload))
            return false;
        _duplicatesIn++;
        return true;
    }

    private async ValueTask WaitForRoomAsync(FeedWriter writer)
    {
        Wake();
        var ended = writer.BeginPause();
        foreach (var link in _audience.Links)
        {
            while (!ended.IsCompleted && link.Subscription.MustWait(link, out var room))
                await Task.WhenAny(room, ended).ConfigureAwait(false);
        }
        writer.EndPause();
    }

    private FeedEvent Detailed(object detail) => FeedEvent.Detailed(_source.With(detail), _lastSeq, UtcTicks());

    internal long UtcTicks() => _time.GetUtcNow().UtcTicks;

    /// <summary>Since when no connection carries the feed, and why.</summary>
    private sealed record Break(string Cause, long Timestamp);
}
