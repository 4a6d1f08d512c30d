namespace ActorHeartbeat.Policies;

/// <summary>
/// A random source with eight bytes of state (SplitMix64, Steele, Lea and Flood, OOPSLA 2014). Each endpoint
/// has its own, so that a seed decides every delay of a run, whatever the order in which endpoints act.
/// </summary>
public struct SplitMix(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A source for one endpoint of a run.</summary>
    public static SplitMix For(ulong seed, string name)
    {
        foreach (var character in name)
            seed = (seed ^ character) * 0x100000001B3; // FNV-1a prime
        return new SplitMix(seed);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble()
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
