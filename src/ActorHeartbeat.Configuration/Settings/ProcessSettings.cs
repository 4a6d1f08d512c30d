using System.Net;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Settings;

/// <summary>The settings of the process around the endpoints. Defaults are those of reference.conf.</summary>
public sealed record ProcessSettings
{
    public ReloadSettings Config { get; init; } = new();

    public SupervisorSettings Supervisor { get; init; } = new();

    /// <summary>
    /// The database for state that must survive a restart, such as spent dial budgets; its directory must exist. Null (default) for none.
    /// </summary>
    public string? StatePath { get; init; }

    /// <summary>
    /// The JSON file in which earlier versions kept that state; a new database takes it over. Null (default) for none. Deprecated: without
    /// <see cref="StatePath"/> the database is beside it.
    /// </summary>
    public string? StateFile { get; init; }

    /// <summary>
    /// Where the state is kept: <see cref="StatePath"/>, or <see cref="StateFile"/> with <c>.db</c> behind; null where neither is set.
    /// </summary>
    public string? StateDatabase => StatePath ?? (StateFile is { } file ? $"{file}.db" : null);

    public HttpSettings Http { get; init; } = new();

    public HealthSettings Health { get; init; } = new();

    public LogSettings Log { get; init; } = new();

    public TelemetrySettings Telemetry { get; init; } = new();

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

/// <summary>The HTTP API and the health checks.</summary>
public sealed record HttpSettings
{
    /// <summary>
    /// The address to serve them on, or the file of a Unix socket; null for none. Default 127.0.0.1:8080. One that other machines can reach
    /// needs <see cref="AccessSettings.Keys"/> or client certificates.
    /// </summary>
    public ListenAddress? Listen { get; init; } = new("127.0.0.1", 8080);

    /// <summary>
    /// Another address that serves the health checks alone, with places of its own; it may be open to other machines. Null (default) for
    /// none.
    /// </summary>
    public ListenAddress? HealthListen { get; init; }

    /// <summary>Who may open a socket file of <see cref="Listen"/>. Default 0600: the owner alone.</summary>
    public UnixFileMode SocketMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public HttpTlsSettings Tls { get; init; } = new();

    public AccessSettings Access { get; init; } = new();
}

/// <summary>A host name or address, and a port; or the file of a Unix socket.</summary>
public sealed record ListenAddress(string Host, int Port)
{
    /// <summary>The file of a Unix socket, which has neither host nor port; null for an address.</summary>
    public string? SocketFile { get; init; }

    /// <summary>Whether other machines can reach it.</summary>
    public bool IsOpenToOthers => SocketFile is null && Loopback is null;

    /// <summary>The address to bind to; null when the host is a name other than localhost.</summary>
    public IPEndPoint? Address =>
        string.Equals(Host, "localhost", StringComparison.OrdinalIgnoreCase) ? new IPEndPoint(IPAddress.Loopback, Port)
        : IPAddress.TryParse(Host, out var address) ? new IPEndPoint(address, Port)
        : null;

    /// <summary>The same on the loopback interface; null when other machines could reach it.</summary>
    public IPEndPoint? Loopback => Address is { } address && IPAddress.IsLoopback(address.Address) ? address : null;

    /// <summary>The address as the configuration spells it; an IPv6 address is in brackets.</summary>
    public override string ToString() =>
        SocketFile is { } file ? $"unix:{file}"
        : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}"
        : $"{Host}:{Port}";
}

/// <summary>The log of the process.</summary>
public sealed record LogSettings
{
    /// <summary>The least severe line written. Default info.</summary>
    public LogSeverity Level { get; init; } = LogSeverity.Info;

    /// <summary>text (default) for people, json for machines.</summary>
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
    /// <summary>The address to listen on; null (default) for none.</summary>
    public ListenAddress? Listen { get; init; }
}
