namespace ActorHeartbeat.Hostile.Tests.Tries;

/// <summary>The kinds of faults that a hostile or mistaken world causes, in the order of the table.</summary>
public enum Kind
{
    /// <summary>A file that does not answer, or never ends.</summary>
    BlockingCalls = 1,

    /// <summary>A log that is not read.</summary>
    Logging,

    /// <summary>Guests who take what the service needs itself.</summary>
    ReservedPlaces,

    /// <summary>Files that others move, remove, share or own.</summary>
    Files,

    /// <summary>Configurations whose meaning is far larger than their text.</summary>
    Bounds,

    /// <summary>Text from a peer that forges lines or moves the cursor.</summary>
    PeerText,

    /// <summary>Secrets in what is shown.</summary>
    Secrets,

    /// <summary>Saved state that nobody can have saved.</summary>
    StateFromDisk,

    /// <summary>Promises that are easily forgotten.</summary>
    SmallTruths,
}
