namespace ActorHeartbeat.Endpoints;

/// <summary>Deadlines of one connection.</summary>
public sealed record TimeoutSettings
{
    /// <summary>From the start of a dial (resolving names and secrets included) to the accepted handshake. Default 10 s.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a closing handshake waits for the peer's Close frame before the socket is aborted. Default 5 s.</summary>
    public TimeSpan Close { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the socket may take to accept a send before the connection counts as dead. Default 10 s.</summary>
    public TimeSpan Send { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the connection may go without a data message before it reconnects; null (default) for no limit.</summary>
    public DataIdleSettings? DataIdle { get; init; }
}

/// <summary>The data clock: only data messages reset it, pongs do not.</summary>
/// <param name="After">The time without data after which the connection reconnects.</param>
public sealed record DataIdleSettings(TimeSpan After)
{
    /// <summary>Times of day in UTC during which silence is expected and does not count. None by default.</summary>
    public ValueList<QuietHours> QuietHours { get; init; } = [];
}

/// <summary>A daily span in UTC, from inclusive to exclusive; it may pass midnight.</summary>
public readonly record struct QuietHours(TimeOnly From, TimeOnly To)
{
    public bool Contains(TimeOnly time) => time.IsBetween(From, To);
}

/// <summary>Exponential backoff between attempts; the defaults are those of reconnecting-websocket.</summary>
public sealed record BackoffSettings
{
    /// <summary>The delay after the first failure. Default 1 s.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The bound of the delay, jitter included. Default 30 s.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Growth per failure. Default 1.5.</summary>
    public double Multiplier { get; init; } = 1.5;

    /// <summary>How the delay is spread so that a fleet does not return in the same second. Default full.</summary>
    public Jitter Jitter { get; init; } = Jitter.Full;

    /// <summary>How long a connection must stay open before the failure count returns to zero. Default 10 s.</summary>
    public TimeSpan ResetAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Failures in a row after which the endpoint is Failed; null (default) for unlimited.</summary>
    public int? MaxAttempts { get; init; }
}

/// <summary>
/// The random part of a delay: full (from a tenth of the initial delay up to
/// the delay), equal (from half the delay up to the delay), none, or a factor.
/// </summary>
/// <param name="Kind">The shape.</param>
/// <param name="Factor">For <see cref="JitterKind.Factor"/>: the delay is spread by plus or minus this share, 0 to 1.</param>
public readonly record struct Jitter(JitterKind Kind, double Factor = 0)
{
    public static readonly Jitter Full = new(JitterKind.Full);
    public static readonly Jitter Equal = new(JitterKind.Equal);
    public static readonly Jitter None = new(JitterKind.None);

    public static Jitter By(double factor) => new(JitterKind.Factor, factor);
}

public enum JitterKind
{
    Full,
    Equal,
    None,
    Factor,
}

/// <summary>A connection that ended <paramref name="Ends"/> times within <paramref name="Within"/> is quarantined.</summary>
/// <param name="Ends">Ends that trip the detector.</param>
/// <param name="Within">The sliding window.</param>
/// <param name="Retry">The delay before each attempt while quarantined.</param>
public sealed record FlapSettings(int Ends, TimeSpan Within, TimeSpan Retry);

/// <summary>
/// Planned rotation of a connection: the successor opens first and proves that it works, then the old connection closes.
/// </summary>
/// <param name="Age">The age at which a connection is replaced.</param>
/// <param name="Jitter">Spread of the age as a share of it, 0 to 1, so that a fleet does not rotate at the same time.</param>
/// <param name="ReadyAfter">
/// How long the successor must be open before it takes over, unless a message proves it earlier: that of <see cref="ReadyWhen"/>, or the
/// first data after an opening message was answered as expected. Without such a message it must also have received data of a kind that the
/// old connection receives. A minute later the rotation fails, and the old connection stays.
/// </param>
public sealed record RotationSettings(TimeSpan Age, double Jitter, TimeSpan ReadyAfter)
{
    /// <summary>The spread of <c>max-age = 23h</c>, which names none: 0.05.</summary>
    public const double DefaultJitter = 0.05;

    /// <summary>The ready-after of <c>max-age = 23h</c>, which names none: 5 s.</summary>
    public static readonly TimeSpan DefaultReadyAfter = TimeSpan.FromSeconds(5);

    /// <summary>A rotation at this age, with the defaults for the rest.</summary>
    public static RotationSettings At(TimeSpan age) => new(age, DefaultJitter, DefaultReadyAfter);

    /// <summary>The message that proves that the successor works; null (default) for none.</summary>
    public MessagePattern? ReadyWhen { get; init; }

    /// <summary>
    /// A JSON pointer (RFC 6901) to the value that identifies a message, such as <c>/id</c>. While two connections carry the feed, and for
    /// ten seconds after, a message that one has delivered is not delivered again from the other. Null (default) delivers every message.
    /// </summary>
    public string? DuplicateKey { get; init; }
}

/// <summary>How a connection is replaced: because of its age, on the way back to the first URL, on request, or by a reload.</summary>
public sealed record RotateSettings
{
    /// <summary>Which connection goes first. Default open-first.</summary>
    public RotationOrder Order { get; init; }
}

/// <summary>Which connection goes first in a rotation.</summary>
public enum RotationOrder
{
    /// <summary>The new connection opens and proves that it works before the old one closes: nothing is missed.</summary>
    OpenFirst,

    /// <summary>The old connection closes before the new one is dialed, for servers that allow one session: a gap is announced.</summary>
    CloseFirst,
}

/// <summary>Bounds. Every queue has one, with a defined behaviour when it is full.</summary>
public sealed record LimitSettings
{
    /// <summary>The largest accepted message in bytes; a larger one closes the connection with 1009. Default 1 MiB.</summary>
    public int Message { get; init; } = 1024 * 1024;

    /// <summary>Messages waiting to be sent; at the bound a send is refused. Default 1024.</summary>
    public int SendQueue { get; init; } = 1024;

    /// <summary>Messages kept for replay. Default 256.</summary>
    public int Replay { get; init; } = 256;

    /// <summary>Bytes kept for replay. Default 1 MiB.</summary>
    public int ReplayBytes { get; init; } = 1024 * 1024;

    /// <summary>What a full subscriber queue does. Default drop-oldest.</summary>
    public OverflowPolicy Overflow { get; init; } = OverflowPolicy.DropOldest;
}

/// <summary>What happens when a subscriber does not keep up.</summary>
public enum OverflowPolicy
{
    DropOldest,
    DropNewest,
    Disconnect,
    PauseReading,
}

/// <summary>What a send does while the connection is not open.</summary>
public sealed record SendSettings
{
    /// <summary>
    /// fail (default) refuses at once; queue keeps up to limits.send-queue messages and sends them in order after the opening messages.
    /// </summary>
    public SendWhileDown WhileDown { get; init; } = SendWhileDown.Fail;

    /// <summary>How long a queued message may wait before it expires. Default 30 s.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromSeconds(30);
}

public enum SendWhileDown
{
    Fail,
    Queue,
}
