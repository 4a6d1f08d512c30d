using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Delivery;

/// <summary>
/// One entry of an endpoint's feed. Messages and gaps carry numbers: the numbers a subscriber sees are contiguous, where a gap
/// stands for all of <see cref="FirstSeq"/> to <see cref="Seq"/>. State and drain events carry the number of the entry before them
/// and use none up, so that a subscriber without state events misses nothing.
/// </summary>
public readonly struct FeedEvent
{
    private readonly FeedSource _source;
    private readonly object? _detail;
    private readonly long _utcTicks;

    private FeedEvent(FeedSource source, int epoch, long seq, long utcTicks, FeedEventType type, ReadOnlyMemory<byte> payload, object? detail)
    {
        _source = source;
        _detail = detail;
        _utcTicks = utcTicks;
        Epoch = epoch;
        Seq = seq;
        Type = type;
        Payload = payload;
    }

    /// <summary>The run of the process that numbered this event; numbers of different instances do not compare.</summary>
    public string Instance => _source.Instance;

    public EndpointId Endpoint => _source.Endpoint;

    /// <summary>Which connection of the endpoint, counted from 1; 0 before the first.</summary>
    public int Epoch { get; }

    /// <summary>The last number this event stands for.</summary>
    public long Seq { get; }

    /// <summary>The first number this event stands for: <see cref="Seq"/> unless it is a gap; one more than it when it uses none up.</summary>
    public long FirstSeq => Type switch
    {
        FeedEventType.Text or FeedEventType.Binary => Seq,
        FeedEventType.Gap => ((FeedGap)_detail!).From, // Gap events are made with their gap only.
        _ => Seq + 1,
    };

    /// <summary>Whether this event uses numbers up: a message or a gap.</summary>
    public bool IsNumbered => Type <= FeedEventType.Gap;

    /// <summary>Wall time at which it came in; for display only.</summary>
    public DateTimeOffset Time => new(_utcTicks, TimeSpan.Zero);

    public FeedEventType Type { get; }

    /// <summary>
    /// The message as received, never reparsed. Shared by all subscribers and the replay ring: read only. To an
    /// <see cref="IFeedHandler"/> it is the socket's buffer, valid during the call.
    /// </summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>What is missing; null unless <see cref="Type"/> is gap.</summary>
    public FeedGap? Gap => _detail as FeedGap;

    /// <summary>The endpoint's state; null unless <see cref="Type"/> is state.</summary>
    public FeedState? State => _detail as FeedState;

    /// <summary>Why the stream ends; null unless <see cref="Type"/> is drain.</summary>
    public string? DrainReason => _detail as string;

    /// <summary>What resumes after this event: <c>instance;endpoint=seq</c>, as <see cref="ResumePoint"/> reads it.</summary>
    public string Id => $"{Instance};{Endpoint}={Seq}";

    /// <summary>Type, endpoint and number, never the payload.</summary>
    public override string ToString() => $"{Type} {Endpoint} {Epoch}/{Seq}";

    /// <summary>The same event with a payload of its own, which outlives the socket's buffer.</summary>
    internal FeedEvent Keep()
    {
        if (Payload.IsEmpty)
            return new FeedEvent(_source, Epoch, Seq, _utcTicks, Type, default, _detail);
        var own = GC.AllocateUninitializedArray<byte>(Payload.Length);
        Payload.Span.CopyTo(own);
        return new FeedEvent(_source, Epoch, Seq, _utcTicks, Type, own, _detail);
    }

    /// <summary>The same event beside another number.</summary>
    internal FeedEvent At(long seq) => new(_source, Epoch, seq, _utcTicks, Type, Payload, _detail);

    /// <summary>The gap that stands for the numbers from <paramref name="from"/> to just before this event.</summary>
    internal FeedEvent LostBefore(long from) => Of(_source, Epoch, FirstSeq - 1, _utcTicks, FeedGap.Overflow(from, FirstSeq - 1));

    internal static FeedEvent Message(FeedSource source, int epoch, long seq, long utcTicks, MessageKind kind, ReadOnlyMemory<byte> payload) =>
        new(source, epoch, seq, utcTicks, kind == MessageKind.Text ? FeedEventType.Text : FeedEventType.Binary, payload, null);

    internal static FeedEvent Of(FeedSource source, int epoch, long seq, long utcTicks, FeedGap gap) =>
        new(source, epoch, seq, utcTicks, FeedEventType.Gap, default, gap);

    internal static FeedEvent Of(FeedSource source, int epoch, long seq, long utcTicks, FeedState state) =>
        new(source, epoch, seq, utcTicks, FeedEventType.State, default, state);

    internal static FeedEvent Drain(FeedSource source, int epoch, long seq, long utcTicks, string reason) =>
        new(source, epoch, seq, utcTicks, FeedEventType.Drain, default, reason);
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
}

/// <summary>What every event of a feed has in common.</summary>
internal sealed record FeedSource(string Instance, EndpointId Endpoint);
