using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>
/// How long to wait before the next attempt: exponential, bounded, spread by jitter. Pure: the caller supplies the random number.
/// </summary>
public static class ReconnectBackoff
{
    /// <summary>The least delay as a share of the initial one. It keeps a run of small random numbers from becoming a busy loop.</summary>
    private const double LeastShareOfInitial = 0.1;

    /// <summary>The delay before jitter: initial x multiplier^(failures - 1), at most max.</summary>
    /// <param name="settings">The curve.</param>
    /// <param name="failures">Failures in a row, 1 after the first.</param>
    public static TimeSpan Ceiling(BackoffSettings settings, int failures)
    {
        var ticks = settings.Initial.Ticks * Math.Pow(settings.Multiplier, Math.Max(0, failures - 1));
        return ticks < settings.Max.Ticks ? TimeSpan.FromTicks((long)ticks) : settings.Max;
    }

    /// <summary>The delay with jitter.</summary>
    /// <param name="settings">The curve and its jitter.</param>
    /// <param name="failures">Failures in a row, 1 after the first.</param>
    /// <param name="random">Uniform in [0, 1).</param>
    public static TimeSpan Delay(BackoffSettings settings, int failures, double random)
    {
        double ceiling = Ceiling(settings, failures).Ticks;
        var least = Math.Min(settings.Initial.Ticks * LeastShareOfInitial, ceiling);
        var ticks = settings.Jitter.Kind switch
        {
            JitterKind.None => ceiling,
            JitterKind.Full => least + ((ceiling - least) * random), // with a mere cut-off a tenth of a fleet would return at once
            JitterKind.Equal => ceiling * (0.5 + (random / 2)),
            _ => ceiling * (1 + (settings.Jitter.Factor * ((2 * random) - 1))),
        };
        return TimeSpan.FromTicks((long)Math.Clamp(ticks, least, settings.Max.Ticks));
    }
}
