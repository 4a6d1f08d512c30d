namespace ActorHeartbeat.Simulation;

/// <summary>Hashes that are the same in every process.</summary>
internal static class StableHash
{
    /// <summary>FNV-1a over the characters; string.GetHashCode differs between processes.</summary>
    public static ulong Of(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in text)
            hash = (hash ^ character) * 1099511628211UL;
        return hash;
    }

    /// <summary>The finaliser of splitmix64 over both: every bit of the input reaches every bit of the result.</summary>
    public static ulong Mix(ulong state, ulong value)
    {
        var mixed = state ^ (value + 0x9E3779B97F4A7C15UL);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }
}
