namespace ActorHeartbeat.Policies;

/// <summary>Detects a connection that keeps ending: K ends within a window.</summary>
public sealed class FlapDetector
{
    private Queue<TimeSpan>? _ends; // null before the first

    /// <summary>Whether an end now would be the K-th within the window. Changes nothing.</summary>
    public bool TripsAt(TimeSpan now, int ends, TimeSpan within) => 1 + (_ends?.Count(end => now - end <= within) ?? 0) >= ends;

    /// <summary>Records an end.</summary>
    /// <returns>True when it is the K-th within the window; the count then starts again.</returns>
    public bool Ended(TimeSpan now, int ends, TimeSpan within)
    {
        _ends ??= new();
        _ends.Enqueue(now);
        while (_ends.Count > ends || (_ends.TryPeek(out var oldest) && now - oldest > within))
            _ends.Dequeue();
        if (_ends.Count < ends)
            return false;
        _ends.Clear();
        return true;
    }
}
