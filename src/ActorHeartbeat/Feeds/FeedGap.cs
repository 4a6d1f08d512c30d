namespace ActorHeartbeat.Feeds;

/// <summary>What a subscriber has missed, and why.</summary>
/// <param name="Reason">The kind of loss; few values, fit for a metric label.</param>
/// <param name="From">The first number this gap stands for.</param>
/// <param name="To">
/// The last number. Null for a broken connection: messages that the peer sent
/// meanwhile were never seen and have no numbers; the gap itself takes one.
/// </param>
/// <param name="LastSeq">The last number before the gap; for <see cref="GapReason.Renumbered"/> as the subscriber named it.</param>
/// <param name="Cause">One line for an operator.</param>
/// <param name="Duration">How long nothing was received; zero when something was received but not delivered.</param>
public sealed record FeedGap(GapReason Reason, long From, long? To, long LastSeq, string Cause, TimeSpan Duration)
{
    /// <summary>The numbers of the peer that are missing; null (default) where the gap is not one of the peer's numbers.</summary>
    public MissingNumbers? Numbers { get; init; }

    internal static FeedGap Overflow(long from, long to) =>
        new(GapReason.Overflow, from, to, from - 1, "the subscriber did not keep up", TimeSpan.Zero);
}

/// <summary>The numbers that a peer has left out, by the <c>sequence</c> of the endpoint or of a subscription.</summary>
/// <param name="From">The first that is missing.</param>
/// <param name="To">The last that is missing.</param>
public sealed record MissingNumbers(long From, long To)
{
    /// <summary>Those that have not come, where one number has come after another and the peer counts by a step.</summary>
    internal static MissingNumbers Between(long after, long before, long step) =>
        new(after + step, after + ((before - after - 1) / step * step));
}

public enum GapReason
{
    /// <summary>No connection carried the feed for a while.</summary>
    Disconnected,

    /// <summary>The subscriber did not keep up and its queue dropped events.</summary>
    Overflow,

    /// <summary>The subscriber asked to resume at an event that is no longer, or was never, kept for replay.</summary>
    NotRetained,

    /// <summary>
    /// The subscriber asked to resume at a number of another run of the process, or at one that this run has not reached.
    /// </summary>
    Renumbered,

    /// <summary>The connection stood, and messages of the peer are missing all the same: by its numbers, or by its own word.</summary>
    Missing,
}

/// <summary>A state of an endpoint as its subscribers see it.</summary>
/// <param name="Name">connecting, open, backing-off, paused or failed.</param>
/// <param name="Cause">Why, one line, or empty.</param>
public sealed record FeedState(string Name, string Cause)
{
    public const string Connecting = "connecting";
    public const string Open = "open";
    public const string BackingOff = "backing-off";
    public const string Paused = "paused";
    public const string Failed = "failed";
}
