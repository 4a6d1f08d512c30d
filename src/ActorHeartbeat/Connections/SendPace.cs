using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>
/// Decides when the next message may go out over one connection, under the send rate of its group. Messages go out one at a time, evenly
/// spaced: no span of time sees more than the rate allows, whatever window the server counts in, but for turns that were late. Opening
/// messages go out at once and count; heartbeats, replies to the server and on-close messages neither wait nor count. Under a pace of their
/// own, opening messages and askings for keys are spaced besides.
/// </summary>
/// <param name="rate">The send rate of the group; null for no limit.</param>
/// <param name="opening">The pace of opening messages and askings; null for none.</param>
/// <param name="now">On the scheduler's clock.</param>
internal sealed class SendPace(Rate? rate, Rate? opening, TimeSpan now)
{
    private const double Burst = 1;

    /// <summary>
    /// A turn may be late by this without moving those behind it: timers fire a tick or two after their time, some on a busy machine more.
    /// </summary>
    private static readonly TimeSpan MostLate = TimeSpan.FromMilliseconds(50);

    private TokenBucket? _bucket = rate is { } given ? TokenBucket.Full(given, Burst, now) : null;
    private TokenBucket? _opening = opening is { } pace ? TokenBucket.Full(pace, Burst, now) : null;

    /// <summary>A pace under these limits; null where there is none, and everything goes out at once.</summary>
    /// <inheritdoc cref="SendPace(Rate?, Rate?, TimeSpan)"/>
    public static SendPace? Of(Rate? rate, Rate? opening, TimeSpan now) =>
        rate is null && opening is null ? null : new SendPace(rate, opening, now);

    /// <summary>Whether a message waits for its turn: only then a turn can be late.</summary>
    public bool IsAwaited { private get; set; }

    /// <summary>Sets another rate, or none.</summary>
    public void Configure(Rate? rate, TimeSpan now) => _bucket = (rate, _bucket) switch
    {
        (null, _) => null,
        ({ } given, null) => TokenBucket.Full(given, Burst, now),
        ({ } given, { } bucket) => bucket.With(given, Burst, now),
    };

    /// <summary>How long until the next message may go out; zero for now.</summary>
    /// <param name="now">On the scheduler's clock.</param>
    /// <param name="asks">Whether the next message asks for keys of a subscription.</param>
    public TimeSpan Wait(TimeSpan now, bool asks)
    {
        var wait = _bucket?.Wait(now) ?? TimeSpan.Zero;
        return asks && OpeningWait(now) is var opening && opening > wait ? opening : wait;
    }

    /// <summary>How long until the next opening message may go out; zero for now.</summary>
    public TimeSpan OpeningWait(TimeSpan now) => _opening?.Wait(now) ?? TimeSpan.Zero;

    /// <summary>Counts a message that goes out, in its turn or out of turn.</summary>
    public void Spend(TimeSpan now) => (_bucket, _opening) = (Spent(_bucket, now), Spent(_opening, now));

    /// <summary>The next turn follows the time when this one was due, so that the ticks of a clock do not add up.</summary>
    private TokenBucket? Spent(TokenBucket? before, TimeSpan now)
    {
        if (before is not { } bucket)
            return null;
        var due = bucket.At + bucket.Wait(bucket.At);
        var isLate = IsAwaited && due <= now && now - due <= MostLate;
        return bucket.Take(isLate ? due : now) ?? bucket.RefilledAt(now) with { Tokens = 0 };
    }
}
