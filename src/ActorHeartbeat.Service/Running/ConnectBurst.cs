namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Notices when a burst of connects is over: the fleet has come up, or is back after an outage. What the handshakes needed is garbage then,
/// spread over the heap between what stays.
/// </summary>
internal sealed class ConnectBurst
{
    /// <summary>Fewer connects leave little behind.</summary>
    public const int Many = 500;

    /// <summary>A burst is over when nothing has connected for so long.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private int _opened;
    private TimeSpan _last;

    /// <summary>A connection has opened.</summary>
    /// <param name="now">A clock that does not jump.</param>
    public void Opened(TimeSpan now) => (_opened, _last) = (_opened + 1, now);

    /// <summary>Whether a burst has ended since the last time that it was asked. Connects here and there never add up to one.</summary>
    public bool IsOver(TimeSpan now)
    {
        if (now - _last < Quiet)
            return false;
        var wasBurst = _opened >= Many;
        _opened = 0;
        return wasBurst;
    }
}
