namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Notices a burst of connects and when it is over: the fleet has come up, or is back after an outage. What the handshakes needed is
/// garbage then, spread over the heap between what stays.
/// </summary>
internal sealed class ConnectBurst
{
    /// <summary>Fewer connects leave little behind.</summary>
    public const int Many = 500;

    /// <summary>A burst is over when nothing has connected for so long.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private int _opened;
    private TimeSpan _last;

    /// <summary>A connection has opened. Connects here and there never add up to a burst.</summary>
    /// <param name="now">A clock that does not jump.</param>
    /// <returns>Whether they have become a burst with this one.</returns>
    public bool Opened(TimeSpan now)
    {
        _opened = now - _last < Quiet ? _opened + 1 : 1;
        _last = now;
        return _opened == Many;
    }

    /// <summary>In what time a burst is over if nothing more connects; zero or less when it is over.</summary>
    public TimeSpan Left(TimeSpan now) => _last + Quiet - now;
}
