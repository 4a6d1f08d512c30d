using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>
/// A budget that refills with time: over any span t it gives at most rate x t + burst. Immutable; every operation takes the time.
/// </summary>
/// <param name="Rate">How it refills.</param>
/// <param name="Burst">How much it holds.</param>
/// <param name="Tokens">How much it held at <paramref name="At"/>.</param>
/// <param name="At">The monotonic time of the last change.</param>
public readonly record struct TokenBucket(Rate Rate, double Burst, double Tokens, TimeSpan At)
{
    public static TokenBucket Full(Rate rate, double burst, TimeSpan now) => new(rate, burst, burst, now);

    /// <summary>The bucket as it stands at <paramref name="now"/>.</summary>
    public TokenBucket RefilledAt(TimeSpan now) =>
        now <= At ? this : this with { Tokens = Math.Min(Burst, Tokens + ((now - At).TotalSeconds * Rate.PerSecond)), At = now };

    /// <summary>Returns the bucket with one token less, or null when it has none.</summary>
    public TokenBucket? Take(TimeSpan now)
    {
        var refilled = RefilledAt(now);
        return refilled.Tokens >= 1 ? refilled with { Tokens = refilled.Tokens - 1 } : null;
    }

    /// <summary>How long until there is a token; zero when there is one.</summary>
    public TimeSpan Wait(TimeSpan now)
    {
        var missing = 1 - RefilledAt(now).Tokens;
        // Rounded up to a tick: a wait that ends a moment early would find the bucket just short.
        return missing <= 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)Math.Ceiling(missing / Rate.PerSecond * TimeSpan.TicksPerSecond));
    }

    /// <summary>Returns the bucket with another rate or burst from now on; spent tokens stay spent.</summary>
    public TokenBucket With(Rate rate, double burst, TimeSpan now) =>
        RefilledAt(now) is var refilled ? new TokenBucket(rate, burst, Math.Min(refilled.Tokens, burst), refilled.At) : this;
}
