namespace ActorHeartbeat.TestKit;

/// <summary>The server's record of one client name: its evidence of how that client behaved.</summary>
/// <param name="Name">The client's name.</param>
public sealed record FeedHistory(string Name)
{
    /// <summary>Connections open now.</summary>
    public int Live { get; init; }

    /// <summary>
    /// The most connections that were open at the same time. A connection counts until its Close frame has come in or the
    /// server's kernel has its FIN or RST, so that a client that drops one socket before it dials the next stays at 1.
    /// </summary>
    public int Peak { get; init; }

    /// <summary>Handshakes accepted.</summary>
    public long Accepts { get; init; }

    /// <summary>Handshakes refused with a status.</summary>
    public long Refusals { get; init; }

    /// <summary>Connections closed because the name connected again.</summary>
    public long Replaced { get; init; }

    /// <summary>Connections cut or closed because the client did not answer the server's pings or questions.</summary>
    public long Removed { get; init; }

    /// <summary>RFC 6455 pings received.</summary>
    public long Pings { get; init; }

    /// <summary>Heartbeats of the path's dialect received, and answers to the server's questions.</summary>
    public long Heartbeats { get; init; }

    /// <summary>Other messages received.</summary>
    public long Messages { get; init; }

    /// <summary>The number of the last tick sent; ticks are numbered 1, 2, 3 ... over all connections of the name.</summary>
    public long Ticks { get; init; }

    /// <summary>The code of the last Close frame received; null when none was.</summary>
    public int? LastCloseCode { get; init; }

    /// <summary>The newest attempts, oldest first, at most <see cref="KeptAttempts"/>.</summary>
    public IReadOnlyList<FeedAttempt> Attempts { get; init; } = [];

    /// <summary>How many attempts of a name are remembered.</summary>
    public const int KeptAttempts = 1000;
}

/// <summary>One handshake.</summary>
/// <param name="At">When it arrived, by the server's clock.</param>
/// <param name="Path">The path asked for.</param>
/// <param name="Status">101 when accepted, otherwise the status it was refused with.</param>
public sealed record FeedAttempt(DateTimeOffset At, string Path, int Status);
