using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// A key of a subscription, as it stands on one connection. There may be ten thousand of them, so it is small: what few of them need, and
/// what they need for a moment, lies in <see cref="More"/>.
/// </summary>
/// <param name="book">The subscription that it is a key of.</param>
/// <param name="name">The key.</param>
internal sealed class SubscribedKey(SubscriptionBook book, string name)
{
    /// <summary>In place of the last number where there is none: the pump writes it without the lock, and a mark would need that.</summary>
    private const long NoNumber = long.MinValue;

    /// <summary>The remedy stands beside the marks.</summary>
    private const int RemedyAt = 12;

    private const long Tenth = TimeSpan.TicksPerSecond / 10;

    private uint _since, _acceptedAt; // in tenths of a second
    private byte _states; // its state in the lower half, the one that consumers know in the upper
    private Marks _marks;
    private long _lastNumber = NoNumber;

    [Flags]
    private enum Marks : ushort
    {
        None = 0,
        WasAccepted = 1,
        IsQueued = 2,
        IsKept = 4,
        IsTimed = 8,
        MayBeThere = 16,
        IsAskedAnew = 32,
        EndsFirst = 64,
        IsReplayed = 128,
        WasEnded = 256,
        Stands = 512, // since it was accepted
        Remedies = 7 << RemedyAt,
    }

    public SubscriptionBook Book { get; } = book;

    public string Name { get; } = name;

    public SubscriptionState State
    {
        get => (SubscriptionState)(_states & 0x0F);
        set => _states = (byte)((_states & 0xF0) | (int)value);
    }

    /// <summary>The state that consumers know.</summary>
    public SubscriptionState Told
    {
        get => (SubscriptionState)(_states >> 4);
        set => _states = (byte)((_states & 0x0F) | ((int)value << 4));
    }

    /// <summary>Whether any connection has had it accepted.</summary>
    public bool WasAccepted
    {
        get => Has(Marks.WasAccepted);
        set => Mark(Marks.WasAccepted, value);
    }

    /// <summary>Whether it is in the queue of keys to ask for.</summary>
    public bool IsQueued
    {
        get => Has(Marks.IsQueued);
        set => Mark(Marks.IsQueued, value);
    }

    /// <summary>Whether the peer may have it still when its turn comes: it is ended first. Until then it goes on.</summary>
    public bool EndsFirst
    {
        get => Has(Marks.EndsFirst);
        set => Mark(Marks.EndsFirst, value);
    }

    /// <summary>Whether it was ended before it was asked for: a refusal may be the answer to that.</summary>
    public bool WasEnded
    {
        get => Has(Marks.WasEnded);
        set => Mark(Marks.WasEnded, value);
    }

    /// <summary>Whether it is asked for because the connection has opened, as all others are.</summary>
    public bool IsReplayed
    {
        get => Has(Marks.IsReplayed);
        set => Mark(Marks.IsReplayed, value);
    }

    /// <summary>Whether it has a place among the clocks of stale keys.</summary>
    public bool IsTimed
    {
        get => Has(Marks.IsTimed);
        set => Mark(Marks.IsTimed, value);
    }

    /// <summary>Where it stands among the keys of its book: the order in which things are done that are due together.</summary>
    public int Place { get; set; }

    /// <summary>
    /// How often in a row it was refused, ended or asked for again without having been accepted for <c>backoff.reset-after</c> between.
    /// </summary>
    public byte Failures { get; private set; }

    /// <summary>What was done in vain about its missing data.</summary>
    public StaleRemedy Remedy
    {
        get => (StaleRemedy)((int)_marks >> RemedyAt);
        set => _marks = (_marks & ~Marks.Remedies) | (Marks)((int)value << RemedyAt);
    }

    /// <summary>
    /// When it was asked for, accepted, refused, or last had data or a remedy, on the clock, and up to a tenth of a second later; zero
    /// where none of that was on this connection.
    /// </summary>
    public TimeSpan Since
    {
        get => Tenths(_since);
        set => _since = (uint)((value.Ticks + Tenth - 1) / Tenth);
    }

    /// <summary>When it came to its state.</summary>
    public TimeSpan StateSince => State switch
    {
        SubscriptionState.Accepted => Tenths(_acceptedAt),
        SubscriptionState.Stale when More is { StaleSince: { Ticks: > 0 } since } => since,
        _ => Since,
    };

    /// <summary>
    /// When a refused key, or one of which numbers are missing, is asked for again; <see cref="TimeSpan.MaxValue"/> for never, zero while
    /// it is not to be.
    /// </summary>
    public TimeSpan RetryAt => More?.RetryAt ?? TimeSpan.Zero;

    /// <summary>Whether it is asked for again at a time of its own.</summary>
    public bool IsRetried => RetryAt > TimeSpan.Zero && RetryAt < TimeSpan.MaxValue;

    /// <summary>The asking that it was asked for by, while some of its keys wait for the answer; null for none.</summary>
    public Asking? Asking => More?.Asking;

    /// <summary>Whether it waits for the answer.</summary>
    public bool IsAwaited => More is { IsAwaited: true };

    /// <summary>The number that came last on this connection; null for none. Only the pump uses it.</summary>
    public long? LastNumber
    {
        get => _lastNumber == NoNumber ? null : _lastNumber;
        set => _lastNumber = value ?? NoNumber;
    }

    /// <summary>The highest number that consumers have; null where the peer numbers nothing.</summary>
    public KeyNumber? Number { get; set; }

    /// <summary>What its messages are published as; only the pump uses it.</summary>
    public object? Source { get; set; }

    public KeyDetails? More { get; private set; }

    public KeyDetails Details => More ??= new KeyDetails();

    /// <summary>Why it was refused; null when it was not, or nobody knows.</summary>
    public string? Reason => More?.Reason;

    /// <summary>Whether the peer may have it.</summary>
    public bool IsThere => State is SubscriptionState.Asked or SubscriptionState.Accepted or SubscriptionState.Stale;

    /// <summary>
    /// Whether the peer may have it although it counts as refused: it has not answered in time, or has answered something else.
    /// </summary>
    public bool MayBeThere
    {
        get => Has(Marks.MayBeThere);
        set => Mark(Marks.MayBeThere, value);
    }

    /// <summary>Whether it was asked for or accepted since its last number: the peer may count from elsewhere.</summary>
    public bool IsAskedAnew
    {
        get => Has(Marks.IsAskedAnew);
        set => Mark(Marks.IsAskedAnew, value);
    }

    /// <summary>Whether the peer has refused or ended it, and nobody has asked since.</summary>
    public bool IsRefused => State is SubscriptionState.Refused or SubscriptionState.Gone;

    /// <summary>Whether it stays accepted where the peer goes on.</summary>
    public bool IsKept => Has(Marks.IsKept);

    /// <summary>The peer has accepted it.</summary>
    public void Accept(TimeSpan now)
    {
        (Since, WasAccepted, IsAskedAnew) = (now, true, true);
        _acceptedAt = (uint)(now.Ticks / Tenth);
        Mark(Marks.Stands, true);
        Forgive();
    }

    /// <summary>Whether it had data, the last of them so long after it was accepted.</summary>
    public bool StoodFor(TimeSpan time) => WasAcceptedBefore(Since, time);

    /// <summary>It has stood: what was in vain before says nothing of now.</summary>
    public void Recover() => (Remedy, Failures) = (StaleRemedy.Nothing, 0);

    /// <summary>Its data are overdue.</summary>
    public void GoStale(TimeSpan now)
    {
        Since = now;
        Mark(Marks.Stands, false);
        if (Details.StaleSince == TimeSpan.Zero)
            Details.StaleSince = now;
    }

    /// <summary>It has data.</summary>
    public void Freshen()
    {
        if (More is not { } details)
            return;
        details.StaleSince = TimeSpan.Zero;
        Tidy();
    }

    /// <summary>It does not stand as it should: counts one failure more, from the beginning if it was accepted for long.</summary>
    public void Fail(TimeSpan now, TimeSpan resetAfter)
    {
        if (WasAcceptedBefore(now, resetAfter))
            Failures = 0;
        Mark(Marks.Stands, false);
        Failures += Failures < byte.MaxValue ? (byte)1 : (byte)0;
    }

    /// <summary>It is asked for again at a time.</summary>
    /// <param name="at">When.</param>
    /// <param name="reason">Why it was refused; null when it was not.</param>
    public void Retry(TimeSpan at, string? reason) => (Details.Reason, Details.RetryAt) = (reason, at);

    /// <summary>Why it was to be asked for again is past.</summary>
    private void Forgive()
    {
        if (More is not { } details)
            return;
        (details.Reason, details.RetryAt) = (null, TimeSpan.Zero);
        Tidy();
    }

    /// <summary>It was asked for.</summary>
    /// <param name="asking">By what, where an answer is awaited; null for no answer.</param>
    public void Await(Asking? asking)
    {
        if (asking is not null)
            (Details.Asking, Details.IsAwaited) = (asking, true);
        else if (More is { } details)
        {
            (details.Asking, details.IsAwaited) = (null, false);
            Tidy();
        }
    }

    /// <summary>Its answer is awaited no more; that of other keys may be.</summary>
    public void Answered() => More?.IsAwaited = false;

    /// <summary>Nothing of its asking is awaited any more.</summary>
    public void Leave(Asking asking)
    {
        if (!ReferenceEquals(More?.Asking, asking))
            return;
        More!.Asking = null;
        Tidy();
    }

    /// <summary>Forgets what was captured of the connection before, but for its session.</summary>
    public void BeginAnew()
    {
        if (More is not { Captured.Length: > 0 } details)
            return;
        details.Captured = details.OfSession;
        Tidy();
    }

    /// <summary>Forgets its session and its number.</summary>
    public void ForgetSession()
    {
        (Number, LastNumber) = (Number is null ? null : new KeyNumber(), null);
        if (More is not { Captured.Length: > 0 } details)
            return;
        details.Captured = [.. details.Captured.Where(each => !TemplateName.IsOfSession(each.Name))];
        Tidy();
    }

    /// <summary>Takes what is known of it from the connection before.</summary>
    public void Remember(SubscribedKey before)
    {
        (WasAccepted, Told, Failures, Remedy) = (before.WasAccepted, before.Told, before.Failures, before.Remedy);
        _acceptedAt = before._acceptedAt;
        Mark(Marks.Stands, before.Has(Marks.Stands));
        Mark(
            Marks.IsKept,
            before.State == SubscriptionState.Accepted || (before.IsKept && before.State == SubscriptionState.Wanted));
        if (before.IsRefused && !before.IsQueued)
        {
            State = before.State;
            Retry(before.RetryAt, before.Reason ?? "");
        }
        if (before.More is { Captured.Length: > 0 } details)
            Details.Captured = details.Captured;
    }

    /// <summary>Its subscription and it, as consumers name it.</summary>
    public override string ToString() => $"{Book.Name}/{Name}";

    /// <summary>Whether it was accepted so long before a moment, and has stood since.</summary>
    private bool WasAcceptedBefore(TimeSpan moment, TimeSpan time) =>
        Has(Marks.Stands) && moment - Tenths(_acceptedAt) >= time;

    private static TimeSpan Tenths(uint tenths) => new(tenths * Tenth);

    private bool Has(Marks mark) => (_marks & mark) != 0;

    private void Mark(Marks mark, bool isSet) => _marks = isSet ? _marks | mark : _marks & ~mark;

    private void Tidy()
    {
        if (More is { IsEmpty: true })
            More = null;
    }
}

/// <summary>What few keys have, or what they have for a moment.</summary>
internal sealed class KeyDetails
{
    /// <summary>Why it was refused, as it may be shown.</summary>
    public string? Reason { get; set; }

    /// <inheritdoc cref="SubscribedKey.RetryAt"/>
    public TimeSpan RetryAt { get; set; }

    /// <summary>From when on data of a refused key say that the peer gives it all the same: those before may have been under way.</summary>
    public TimeSpan BelievedFrom { get; set; }

    /// <summary>Since when its data are overdue; zero while they are not.</summary>
    public TimeSpan StaleSince { get; set; }

    /// <inheritdoc cref="SubscribedKey.Asking"/>
    public Asking? Asking { get; set; }

    /// <inheritdoc cref="SubscribedKey.IsAwaited"/>
    public bool IsAwaited { get; set; }

    /// <summary>What it has taken from the messages that accepted it.</summary>
    public CapturedValue[] Captured { get; set; } = [];

    /// <summary>What of it outlives the connection.</summary>
    public CapturedValue[] OfSession => [.. Captured.Where(each => TemplateName.IsOfSession(each.Name))];

    /// <summary>What the patterns have of it that ask for more than the key: each with what removes it.</summary>
    public (PatternIndex<SubscribedKey> Index, object Added)[] Completed { get; set; } = [];

    public bool IsEmpty => this is
    {
        Reason: null, RetryAt.Ticks: 0, StaleSince.Ticks: 0, Asking: null, IsAwaited: false, Captured: [], Completed: [],
    };
}

/// <summary>What is done about a key whose data are overdue, one after the other.</summary>
internal enum StaleRemedy : byte
{
    Nothing,

    /// <summary>It is asked for again.</summary>
    Ask,

    /// <summary>The connection is replaced; the new one opens first.</summary>
    Rotate,

    /// <summary>The connection ends and is dialed again.</summary>
    Reconnect,

    /// <summary>It is asked for again under backoff.</summary>
    Wait,
}
