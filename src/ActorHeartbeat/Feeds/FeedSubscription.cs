using System.Threading.Channels;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// One subscriber's bounded stream, read either as an <see cref="IAsyncEnumerable{T}"/> (leaving the loop ends the subscription) or
/// as a <see cref="ChannelReader{T}"/>, by one reader at a time. Numbers are contiguous per endpoint, unless it has asked for some
/// subscriptions alone; dropped events are announced by
/// a gap event before the endpoint's next event, or when the reader has caught up. Payloads are shared and must not be written to.
/// </summary>
public sealed class FeedSubscription : ChannelReader<FeedEvent>, IAsyncEnumerable<FeedEvent>, IDisposable
{
    private const int BatchSize = 64;

    private readonly Lock _gate = new();
    private readonly SubscriptionQueue _queue;
    private readonly ReaderWait _reader = new();
    private readonly Action<FeedSubscription> _detach;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile SubscriptionStatus _status; // written under the gate, read by any thread
    private volatile bool _hasPausing; // as above
    private TaskCompletionSource? _room;
    private FeedEvent? _final;

    // Used only by the reader.
    private readonly FeedEntry[] _spare;
    private FeedEntry[] _batch = [];
    private int _batchAt;
    private int _batchCount;
    private FeedEvent? _held;

    internal FeedSubscription(SubscriptionOptions options, bool endsWithItsFeed, Action<FeedSubscription> detach)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CapacityBytes, 1);
        Options = options;
        EndsWithItsFeed = endsWithItsFeed;
        _detach = detach;
        _queue = new SubscriptionQueue(options.Capacity, options.CapacityBytes);
        _spare = new FeedEntry[Math.Min(BatchSize, options.Capacity)];
    }

    public SubscriptionOptions Options { get; }

    /// <summary>Running until the feed's side, the reader or the overflow policy ends the stream.</summary>
    public SubscriptionStatus Status => _status;

    /// <summary>Completes as soon as the stream is ended, even when the reader is stuck; events that wait can still be read.</summary>
    public Task WhenEnded => _ended.Task;

    /// <summary>Completes when the stream is ended and fully read, or on <see cref="Dispose"/>.</summary>
    public override Task Completion => _completion.Task;

    /// <inheritdoc/>
    public override bool TryRead(out FeedEvent feedEvent)
    {
        if (_held is { } held)
        {
            _held = null;
            feedEvent = held;
            return true;
        }
        if (_batchAt == _batchCount && !Refill())
        {
            feedEvent = default;
            return false;
        }
        ref var entry = ref _batch[_batchAt++];
        feedEvent = entry.Event;
        if (entry.Link is { } link)
        {
            if (entry.Follows >= link.Expected)
            {
                _held = feedEvent;
                feedEvent = feedEvent.LostBefore(link.Expected);
            }
            link.Expected = entry.Event.Seq + 1;
        }
        entry = default;
        return true;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Another reader waits already.</exception>
    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        if (_held is not null || _batchAt < _batchCount)
            return new ValueTask<bool>(true);
        lock (_gate)
        {
            if (!_queue.IsEmpty || _final is not null)
                return new ValueTask<bool>(true);
            if (Status == SubscriptionStatus.Running)
                return _reader.Begin(cancellationToken);
            _completion.TrySetResult();
            return new ValueTask<bool>(false);
        }
    }

    /// <summary>Ends the wait of the reader, who finds no event then.</summary>
    internal void Wake() => _reader.Wake();

    public IAsyncEnumerator<FeedEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(this, cancellationToken);

    /// <summary>Ends the subscription; events that wait are no longer delivered.</summary>
    public void Dispose()
    {
        End(SubscriptionStatus.Disposed, null);
        _completion.TrySetResult(); // completes without a further read
        _detach(this);
    }

    /// <summary>True for the subscription of one endpoint, false for one by selector, which endpoints join and leave.</summary>
    internal bool EndsWithItsFeed { get; }

    /// <summary>
    /// Whether nothing is expected of it any more. A stream that an endpoint has disconnected still holds back its endpoints that pause
    /// until it is disposed: of theirs nothing is lost, and who resumes can subscribe before that.
    /// </summary>
    internal bool IsOver =>
        _status != SubscriptionStatus.Running && !(_status == SubscriptionStatus.Overflowed && _hasPausing);

    /// <summary>
    /// Calls back once, on the publisher's thread, when something can be read
    /// or the stream has ended. False, without a call, when that is already so.
    /// </summary>
    internal bool NotifyWhenReady(Action whenReady)
    {
        if (_held is not null || _batchAt < _batchCount)
            return false;
        lock (_gate)
        {
            if (!_queue.IsEmpty || _final is not null || Status != SubscriptionStatus.Running)
                return false;
            _reader.Begin(whenReady);
            return true;
        }
    }

    /// <summary>
    /// Takes a live event under the overflow policy, and wakes the reader when it shall, or when the queue is half full. True when the pump
    /// has to wait for room.
    /// </summary>
    internal bool Offer(in FeedEntry entry, bool wakes)
    {
        bool mustWait;
        bool overflowed;
        lock (_gate)
        {
            var policy = entry.Link!.Overflow; // a live event comes over a link
            if (!Takes(policy))
                return false;
            overflowed = !_queue.Offer(entry, policy);
            if (overflowed)
                _status = SubscriptionStatus.Overflowed;
            wakes |= _queue.IsHalfFull;
            mustWait = policy == OverflowPolicy.PauseReading && MustPause;
        }
        if (overflowed)
            AnnounceEnd();
        else if (wakes && _reader.IsWaiting)
            _reader.Wake();
        return mustWait;
    }

    /// <summary>Adds the events that a resumed subscriber gets before live ones.</summary>
    internal void AddReplay(FeedEntry[] entries)
    {
        if (entries.Length == 0)
            return;
        lock (_gate)
            _queue.AddReplay(entries);
        _reader.Wake();
    }

    /// <summary>Takes the last event of one endpoint, regardless of the bound; the stream continues.</summary>
    internal void AddLast(in FeedEntry entry)
    {
        lock (_gate)
        {
            if (Status == SubscriptionStatus.Running)
                _queue.Add(entry, entry.Link!.Overflow); // it comes over a link
        }
        _reader.Wake();
    }

    /// <summary>Ends the stream with <paramref name="final"/> as its last event.</summary>
    internal void Drain(in FeedEvent final) => End(SubscriptionStatus.Drained, final);

    /// <summary>
    /// True when the pump of a feed has to wait for <paramref name="room"/>, which completes when the queue is half empty or the stream
    /// has ended.
    /// </summary>
    internal bool MustWait(FeedLink link, out Task room)
    {
        lock (_gate)
        {
            room = Task.CompletedTask;
            if (link.Overflow != OverflowPolicy.PauseReading || !MustPause)
                return false;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            room = _room.Task;
            return true;
        }
    }

    /// <summary>Follows the endpoint's own policy where the subscriber has asked for none.</summary>
    internal void FollowPolicy(FeedLink link, OverflowPolicy overflow)
    {
        lock (_gate)
        {
            link.Overflow = Options.Overflow ?? overflow;
            _hasPausing |= link.Overflow == OverflowPolicy.PauseReading;
        }
        ReleasePumps();
    }

    /// <summary>Whether it takes events of feeds with a policy: after its overflow only of those that pause.</summary>
    internal bool Takes(OverflowPolicy policy) =>
        _status == SubscriptionStatus.Running || (policy == OverflowPolicy.PauseReading && !IsOver);

    /// <summary>Under the gate.</summary>
    private bool MustPause => _status == SubscriptionStatus.Running ? _queue.MustPause : !IsOver;

    private bool Refill()
    {
        bool hasRoom;
        lock (_gate)
        {
            _batchAt = 0;
            if (Status == SubscriptionStatus.Disposed)
                _batchCount = 0;
            else if (!_queue.TryTake(_spare, out _batch, out _batchCount))
                TakeLosses();
            if (_batchCount == 0 && Status != SubscriptionStatus.Running)
                _completion.TrySetResult();
            hasRoom = _room is not null && _queue.HasRoom && Status == SubscriptionStatus.Running;
        }
        if (hasRoom)
            ReleasePumps();
        return _batchCount > 0;
    }

    // The queue is empty: losses that no event follows are announced now, then the end of the stream.
    private void TakeLosses()
    {
        _batch = _spare;
        while (_batchCount < _spare.Length && _queue.TryTakeLossy(out var link))
        {
            if (link.LastDropped >= link.Expected)
                _spare[_batchCount++] = new FeedEntry(link, link.Feed.Lost(link.Expected, link.LastDropped));
        }
        if (_batchCount > 0 || _final is not { } final)
            return;
        _spare[_batchCount++] = new FeedEntry(null, final);
        _final = null;
    }

    private void End(SubscriptionStatus status, FeedEvent? final)
    {
        lock (_gate)
        {
            if (Status is SubscriptionStatus.Disposed || (Status != SubscriptionStatus.Running && status != SubscriptionStatus.Disposed))
                return;
            _status = status;
            _final = final;
        }
        AnnounceEnd();
    }

    private void AnnounceEnd()
    {
        _ended.TrySetResult();
        ReleasePumps();
        _reader.Wake();
    }

    private void ReleasePumps()
    {
        TaskCompletionSource? room;
        lock (_gate)
            (room, _room) = (_room, null);
        room?.TrySetResult();
    }

    private sealed class Enumerator(FeedSubscription subscription, CancellationToken cancellation) : IAsyncEnumerator<FeedEvent>
    {
        private FeedEvent _current;

        public FeedEvent Current => _current;

        public ValueTask<bool> MoveNextAsync() => subscription.TryRead(out _current) ? new ValueTask<bool>(true) : WaitAndReadAsync();

        public ValueTask DisposeAsync()
        {
            subscription.Dispose();
            return ValueTask.CompletedTask;
        }

        private async ValueTask<bool> WaitAndReadAsync()
        {
            while (await subscription.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                if (subscription.TryRead(out _current))
                    return true;
            }
            return false;
        }
    }
}

/// <summary>The state of a subscription.</summary>
public enum SubscriptionStatus
{
    Running,

    /// <summary>The process or the endpoint ended the stream; its last event is a drain event.</summary>
    Drained,

    /// <summary>
    /// The subscriber did not keep up and a policy is disconnect; its last event is a gap. Endpoints of the
    /// stream with the policy pause-reading are held back until the subscription is disposed.
    /// </summary>
    Overflowed,

    /// <summary>The subscriber ended it.</summary>
    Disposed,
}
