namespace ActorHeartbeat.Endpoints;

/// <summary>Settings of the supervisor and of the governor that all its endpoints share.</summary>
public sealed record SupervisorSettings
{
    public RestartSettings Restart { get; init; } = new();

    /// <summary>Dials permitted over all endpoints. Default 200/s.</summary>
    public Rate ConnectRate { get; init; } = new(200, TimeSpan.FromSeconds(1));

    /// <summary>Dials that may start at once after a quiet time. Default 50.</summary>
    public int ConnectBurst { get; init; } = 50;

    /// <summary>The budget of each remote host, across all endpoints and groups.</summary>
    public HostSettings PerHost { get; init; } = new();

    /// <summary>The most handshakes in flight at once. Default 200.</summary>
    public int MaxConnecting { get; init; } = 200;

    /// <summary>The time over which the first dials of many endpoints are spread. Default 5 s.</summary>
    public TimeSpan StartSpread { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The bound of a graceful shutdown. Default 25 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(25);
}

/// <summary>The budget of one remote host. A host is the name and port in the URL, whatever they resolve to.</summary>
public sealed record HostSettings
{
    /// <summary>Dials permitted to one host; null (default) for no limit of its own.</summary>
    public Rate? ConnectRate { get; init; }

    /// <summary>Dials to one host that may start at once after a quiet time. Default 10.</summary>
    public int ConnectBurst { get; init; } = 10;
}

/// <summary>Restart of a connection actor that threw (a bug, not a network failure).</summary>
public sealed record RestartSettings
{
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The random share added to the delay, 0 to 1. Default 0.2.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Restarts after which the endpoint is Failed; null (default) for unlimited.</summary>
    public int? MaxRestarts { get; init; }
}

/// <summary>A budget that several endpoints share, such as the connections one credential may open.</summary>
public sealed record GroupSettings
{
    public required string Name { get; init; }

    /// <summary>Dials permitted; null (default) for no limit of its own.</summary>
    public Rate? ConnectRate { get; init; }

    public int ConnectBurst { get; init; } = 1;

    /// <summary>The most connections, dialing or open; null (default) for no limit.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>A group with a higher value dials first when permits are scarce. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>Messages that may be sent over one connection; null (default) for no limit.</summary>
    public Rate? SendRate { get; init; }
}

/// <summary>A count per time span, such as 300 per 5 minutes.</summary>
public readonly record struct Rate(double Count, TimeSpan Per)
{
    public double PerSecond => Count / Per.TotalSeconds;

    public override string ToString() => $"{Count:0.###} per {Per}";
}
