using ActorHeartbeat.Configuration.Loading;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>
/// The readings that have not finished. A system call that hangs cannot be cancelled: its thread stays until the file answers.
/// So a reading that exceeds its deadline is given up, its late result is dropped, and only a few readings may be stuck at once.
/// </summary>
internal sealed class ReadingsInFlight
{
    /// <summary>
    /// Maximum number of readings that may be stuck at once, because each holds a thread. At this number no further reading is begun.
    /// </summary>
    public const int MostStuck = 4;

    private const string Unknown = "a file"; // when the reading has not named it

    private readonly Dictionary<long, FileInHand> _all = [];
    private readonly HashSet<long> _stuck = [];
    private long _begun;

    /// <summary>The reading that is waited for; null when there is none.</summary>
    public long? Current { get; private set; }

    /// <summary>The file at which a stuck reading hangs, when too many are stuck to begin another; null otherwise.</summary>
    public string? Blocked => _stuck.Count >= MostStuck ? _all[_stuck.First()].Path ?? Unknown : null;

    public (long Number, FileInHand InHand) Begin()
    {
        var inHand = new FileInHand();
        Current = ++_begun;
        _all.Add(_begun, inHand);
        return (_begun, inHand);
    }

    /// <summary>Stops waiting for the current reading before its deadline, because another reading tells more.</summary>
    public void Supersede() => Current = null;

    /// <summary>False when the reading was given up or superseded: its result is stale.</summary>
    public bool End(long number)
    {
        _all.Remove(number);
        _stuck.Remove(number);
        if (Current != number)
            return false;
        Current = null;
        return true;
    }

    /// <summary>
    /// Marks a reading as stuck after its deadline. Returns the file at which it hangs; null when it is no longer waited for.
    /// </summary>
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
