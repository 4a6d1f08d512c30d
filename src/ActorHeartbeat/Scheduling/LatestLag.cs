namespace ActorHeartbeat.Scheduling;

/// <summary>
/// The most that something was late lately: within the running half minute and the one before. One thread notes, any thread reads.
/// </summary>
internal sealed class LatestLag
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private volatile Most _most = new(TimeSpan.Zero, 0, 0);

    public void Note(TimeSpan now, TimeSpan late)
    {
        var most = At(now);
        if (late.Ticks > most.Running || most != _most)
            _most = most with { Running = Math.Max(most.Running, late.Ticks) };
    }

    public TimeSpan Read(TimeSpan now) => At(now) is var most ? TimeSpan.FromTicks(Math.Max(most.Running, most.Before)) : default;

    private Most At(TimeSpan now)
    {
        var most = _most;
        var age = now - most.Since;
        return age < Window ? most : new Most(now, 0, age < Window + Window ? most.Running : 0);
    }

    /// <param name="Since">When the running half minute began.</param>
    /// <param name="Running">The most in it, in ticks.</param>
    /// <param name="Before">The most in the half minute before.</param>
    private sealed record Most(TimeSpan Since, long Running, long Before);
}
