using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// One entry of an endpoint's feed. Messages and gaps have numbers. The numbers that a subscriber sees are
/// contiguous; a gap stands for all numbers from <see cref="FirstSeq"/> to <see cref="Seq"/>. State and drain
/// events repeat the number of the entry before them, so that a subscriber without state events misses nothing.
/// </summary>
public readonly struct FeedEvent
{
    // Kept small, because rings and queues hold thousands: ticks need 62
    // bits, and the two bits above distinguish text, binary and the rest.
    private const int KindShift = 62;
    private const long TicksMask = (1L << KindShift) - 1;
    private const ulong DetailKind = 2;

    private readonly FeedSource _source;
    private readonly long _kindAndTicks;

    private FeedEvent(FeedSource source, long seq, long kindAndTicks, ReadOnlyMemory<byte> payload)
    {
        _source = source;
        _kindAndTicks = kindAndTicks;
        Seq = seq;
        Payload = payload;
    }

    /// <summary>The run of the process that numbered this event; numbers of different instances do not compare.</summary>
    public string Instance => _source.Instance;

    public EndpointId Endpoint => _source.Endpoint;

    /// <summary>Which connection of the endpoint, counted from 1; 0 before the first.</summary>
    public int Epoch => _source.Epoch;

    /// <summary>The last number this event stands for.</summary>
    public long Seq { get; }

    /// <summary>
    /// The first number this event stands for: <see cref="Seq"/> for a message, the start of the
    /// range for a gap, and one more than <see cref="Seq"/> for an event without a number of its own.
    /// </summary>
    public long FirstSeq => IsMessage ? Seq : Gap?.From ?? Seq + 1;

    /// <summary>Wall time at which it arrived; for display only.</summary>
    public DateTimeOffset Time => new(_kindAndTicks & TicksMask, TimeSpan.Zero);

    public FeedEventType Type => ((ulong)_kindAndTicks >> KindShift) switch
    {
        (ulong)MessageKind.Text => FeedEventType.Text,
        (ulong)MessageKind.Binary => FeedEventType.Binary,
        _ => _source.Detail switch
        {
            FeedGap => FeedEventType.Gap,
            FeedState => FeedEventType.State,
            FeedKeyState => FeedEventType.Subscription,
            _ => FeedEventType.Drain,
        },
    };

    /// <summary>
    /// The message as received, never reparsed. Shared by all subscribers and the replay ring: read only.
    /// An <see cref="IFeedHandler"/> receives the socket's buffer, which is valid only during the call.
    /// </summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>What is missing; null unless <see cref="Type"/> is gap.</summary>
    public FeedGap? Gap => _source.Detail as FeedGap;

    /// <summary>The endpoint's state; null unless <see cref="Type"/> is state.</summary>
    public FeedState? State => _source.Detail as FeedState;

    /// <summary>
    /// The key of a subscription that it is about, such as <c>trades/BTC-USDT</c>; null for what is about none, or not known to be.
    /// </summary>
    public string? Subscription => _source.Subscription;

    /// <summary>What has become of that key; null unless <see cref="Type"/> is subscription.</summary>
    public FeedKeyState? KeyState => _source.Detail as FeedKeyState;

    /// <summary>Why the stream ends; null unless <see cref="Type"/> is drain.</summary>
    public string? DrainReason => _source.Detail as string;

    /// <summary>Whether this is a text or binary message.</summary>
    public bool IsMessage => (ulong)_kindAndTicks >> KindShift < DetailKind;

    /// <summary>Whether this event has numbers of its own: a message or a gap.</summary>
    public bool IsNumbered => IsMessage || _source.Detail is FeedGap;

    /// <summary>The position for resuming after this event: <c>instance;endpoint=seq</c>, as <see cref="ResumePoint"/> reads it.</summary>
    public string Id => $"{Instance};{Endpoint}={Seq}";

    /// <summary>Type, endpoint and number, never the payload.</summary>
    public override string ToString() => $"{Type} {Endpoint} {Epoch}/{Seq}";

    internal static FeedEvent Message(FeedSource source, long seq, long utcTicks, MessageKind kind, ReadOnlyMemory<byte> payload) =>
        new(source, seq, (long)kind << KindShift | utcTicks, payload);

    /// <summary>An event other than a message; the detail of its source tells which.</summary>
    internal static FeedEvent Detailed(FeedSource source, long seq, long utcTicks) =>
        new(source, seq, unchecked((long)(DetailKind << KindShift)) | utcTicks, default);

    /// <summary>The same event with a payload of its own, which outlives the socket's buffer.</summary>
    internal FeedEvent Keep()
    {
        if (Payload.IsEmpty)
            return With(default);
        var own = GC.AllocateUninitializedArray<byte>(Payload.Length);
        Payload.Span.CopyTo(own);
        return With(own);
    }

    /// <summary>The same event with another payload.</summary>
    internal FeedEvent With(ReadOnlyMemory<byte> payload) => new(_source, Seq, _kindAndTicks, payload);

    /// <summary>The gap that stands for the numbers from <paramref name="from"/> to just before this event.</summary>
    internal FeedEvent LostBefore(long from) =>
        Detailed(_source.With(FeedGap.Overflow(from, FirstSeq - 1)), FirstSeq - 1, _kindAndTicks & TicksMask);
}

public enum FeedEventType : byte
{
    /// <summary>A text message (UTF-8).</summary>
    Text,

    /// <summary>A binary message.</summary>
    Binary,

    /// <summary>Something is missing between the event before and the event after.</summary>
    Gap,

    /// <summary>The endpoint's present state.</summary>
    State,

    /// <summary>The last event of a stream that the process ends.</summary>
    Drain,

    /// <summary>A key of a subscription has come to another state.</summary>
    Subscription,
}

/// <summary>What has become of a key of a subscription.</summary>
/// <param name="State">
/// asked, accepted, refused, stale or gone. When a connection opens, keys are asked for without a word: the endpoint's state tells that. A
/// key that was taken away is gone.
/// </param>
/// <param name="Cause">Why, as it may be shown; empty where there is nothing to say.</param>
/// <param name="RetryIn">When a refused key is asked for again; null for never, and in other states.</param>
public sealed record FeedKeyState(string State, string Cause, TimeSpan? RetryIn);
