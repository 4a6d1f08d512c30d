using ActorHeartbeat.Configuration.Loading;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>
/// The readings that have not come back. A system call that hangs cannot be cancelled: its thread stays until the file answers, so a reading
/// past its deadline is given up, its late result is dropped, and only a few of them may be stuck at once.
/// </summary>
internal sealed class ReadingsInFlight
{
    /// <summary>Stuck readings beside which no further one is begun: each holds a thread.</summary>
    public const int MostStuck = 4;

    private readonly Dictionary<long, FileInHand> _all = [];
    private long _begun;

    /// <summary>The reading that is waited for; null when there is none.</summary>
    public long? Current { get; private set; }

    /// <summary>Where one of the stuck ones hangs, when there are too many to begin another; null otherwise.</summary>
    public string? Blocked => _all.Count - (Current is null ? 0 : 1) >= MostStuck ? _all.Values.First().Path ?? "a file" : null;

    public (long Number, FileInHand InHand) Begin()
    {
        var inHand = new FileInHand();
        Current = ++_begun;
        _all.Add(_begun, inHand);
        return (_begun, inHand);
    }

    /// <summary>False when the reading had been given up: its result is of the past.</summary>
    public bool End(long number)
    {
        _all.Remove(number);
        if (Current != number)
            return false;
        Current = null;
        return true;
    }

    /// <summary>Waits no longer for the current one; the file at which it hangs.</summary>
    public string GiveUp()
    {
        var hangsAt = Current is { } current ? _all[current].Path : null;
        Current = null;
        return hangsAt ?? "a file";
    }
}
