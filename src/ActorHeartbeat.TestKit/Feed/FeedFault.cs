namespace ActorHeartbeat.TestKit;

/// <summary>A fault in force at a feed server.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record FeedFault(FeedFaultKind Kind)
{
    /// <summary>The clients it concerns. Default all.</summary>
    public FaultTarget On { get; init; } = FaultTarget.All;

    /// <summary>How many handshakes it concerns before it heals itself; null (default) for all until healed.</summary>
    public int? Times { get; init; }

    /// <summary>For <see cref="FeedFaultKind.Refuse"/>: the status. Default 503.</summary>
    public int Status { get; init; } = 503;

    /// <summary>
    /// For <see cref="FeedFaultKind.Refuse"/>: the Retry-After header as sent,
    /// seconds or a date (RFC 9110 section 10.2.3); null (default) for none.
    /// </summary>
    public string? RetryAfter { get; init; }

    /// <summary>For <see cref="FeedFaultKind.Close"/>: the close code. Default 1011, internal error.</summary>
    public int Code { get; init; } = 1011;

    /// <summary>For <see cref="FeedFaultKind.Close"/>: the reason. Default empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>For <see cref="FeedFaultKind.Close"/>: the time from opening to closing. Default zero.</summary>
    public TimeSpan After { get; init; }
}

/// <summary>The faults that last until they are healed.</summary>
public enum FeedFaultKind
{
    /// <summary>Handshakes are refused with a status.</summary>
    Refuse,

    /// <summary>Handshakes are accepted, then the connection is closed.</summary>
    Close,

    /// <summary>Nothing at all is sent: no data, no answers, no pongs, no Close. Connections stay up.</summary>
    Silence,

    /// <summary>Pings and heartbeats of every dialect go unanswered; data flows on.</summary>
    NoPongs,
}

/// <summary>The clients that a fault concerns.</summary>
/// <param name="Name">Only the client of this name; null for every name.</param>
/// <param name="Path">Only this path; null for every path.</param>
public sealed record FaultTarget(string? Name = null, string? Path = null)
{
    public static readonly FaultTarget All = new();

    public static FaultTarget Client(string name) => new(name);

    public static FaultTarget AtPath(string path) => new(Path: path);

    internal bool Matches(string name, string path) => (Name is null || Name == name) && (Path is null || Path == path);
}
