namespace ActorHeartbeat.Protocol;

/// <summary>How a connection ended, as the transport saw it.</summary>
/// <param name="CloseCode">The code of the peer's Close frame; 1005 when it carried none; 1006 when there was no Close frame (RFC 6455
/// section 7.4.1).</param>
/// <param name="Reason">The reason of the peer's Close frame, its control characters escaped, or empty.</param>
/// <param name="WasClean">Whether the closing handshake was completed both ways.</param>
public sealed record ConnectionEnd(int CloseCode, string Reason, bool WasClean)
{
    /// <summary>The failure that ended the connection; null when there was none.</summary>
    public DialFailure? Failure { get; init; }
}
