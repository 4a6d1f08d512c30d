using System.Net;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Settings;

/// <summary>The settings of the process around the endpoints. Defaults are those of reference.conf.</summary>
public sealed record ProcessSettings
{
    public ReloadSettings Config { get; init; } = new();

    public SupervisorSettings Supervisor { get; init; } = new();

    /// <summary>
    /// The file in which the process keeps what a restart must not forget, such as spent budgets of dials; its directory must exist. Null
    /// (default) for none.
    /// </summary>
    public string? StateFile { get; init; }

    public HttpSettings Http { get; init; } = new();

    public LogSettings Log { get; init; } = new();

    public FeedServerSettings FeedServer { get; init; } = new();
}

/// <summary>How the configuration's files are watched, and how far a reload may go.</summary>
public sealed record ReloadSettings
{
    /// <summary>Whether a change of a file reloads by itself. Default true.</summary>
    public bool Watch { get; init; } = true;

    /// <summary>Quiet time after the last change before the files are read. Default 500 ms.</summary>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the content of all files is compared. Default 5 s.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest share of the endpoints, 0 to 1, that a reload may remove unforced. Default 0.5.</summary>
    public double MaxRemoved { get; init; } = 0.5;
}

/// <summary>The HTTP API, console, health and metrics.</summary>
public sealed record HttpSettings
{
    /// <summary>Where they are served; null for nowhere. Default 127.0.0.1:8080.</summary>
    public ListenAddress? Listen { get; init; } = new("127.0.0.1", 8080);
}

/// <summary>A host name or address, and a port.</summary>
public sealed record ListenAddress(string Host, int Port)
{
    /// <summary>The same on the loopback interface; null when others than this machine could reach it.</summary>
    public IPEndPoint? Loopback =>
        string.Equals(Host, "localhost", StringComparison.OrdinalIgnoreCase) ? new IPEndPoint(IPAddress.Loopback, Port)
        : IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address) ? new IPEndPoint(address, Port)
        : null;

    /// <summary>The form of the configuration; an IPv6 address stands in brackets.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>What the process writes about itself.</summary>
public sealed record LogSettings
{
    /// <summary>The least severe line written. Default info.</summary>
    public LogSeverity Level { get; init; } = LogSeverity.Info;

    /// <summary>text (default) for eyes, json for machines.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;
}

public enum LogSeverity
{
    Trace,
    Debug,
    Info,
    Warning,
    Error,
}

public enum LogFormat
{
    Text,
    Json,
}

/// <summary>The demonstration server inside the service.</summary>
public sealed record FeedServerSettings
{
    /// <summary>Where it listens; null (default) for not at all.</summary>
    public ListenAddress? Listen { get; init; }
}
