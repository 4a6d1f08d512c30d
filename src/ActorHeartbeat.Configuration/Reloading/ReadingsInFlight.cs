using ActorHeartbeat.Configuration.Loading;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>
/// The readings that have not come back. A system call that hangs cannot be cancelled: its thread stays until the file answers. So a
/// reading
/// that passes its deadline is given up, its late result is dropped, and only a few may be stuck at once.
/// </summary>
internal sealed class ReadingsInFlight
{
    /// <summary>Stuck readings beside which no further one is begun: each holds a thread.</summary>
    public const int MostStuck = 4;

    private const string Unknown = "a file"; // that the reading has not named

    private readonly Dictionary<long, FileInHand> _all = [];
    private readonly HashSet<long> _stuck = [];
    private long _begun;

    /// <summary>The reading that is waited for; null when there is none.</summary>
    public long? Current { get; private set; }

    /// <summary>Where one of the stuck ones hangs, when there are too many to begin another; null otherwise.</summary>
    public string? Blocked => _stuck.Count >= MostStuck ? _all[_stuck.First()].Path ?? Unknown : null;

    public (long Number, FileInHand InHand) Begin()
    {
        var inHand = new FileInHand();
        Current = ++_begun;
        _all.Add(_begun, inHand);
        return (_begun, inHand);
    }

    /// <summary>Waits no longer for the current one, although its time is not over: another one tells more.</summary>
    public void Supersede() => Current = null;

    /// <summary>False when the reading was given up or superseded: its result is of the past.</summary>
    public bool End(long number)
    {
        _all.Remove(number);
        _stuck.Remove(number);
        if (Current != number)
            return false;
        Current = null;
        return true;
    }

    /// <summary>The deadline of a reading has passed: the file at which it hangs, if it is still waited for.</summary>
    public string? GiveUp(long number)
    {
        if (!_all.TryGetValue(number, out var inHand))
            return null;
        _stuck.Add(number);
        if (Current != number)
            return null;
        Current = null;
        return inHand.Path ?? Unknown;
    }
}
