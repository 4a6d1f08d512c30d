using System.Buffers;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Settings;

/// <summary>Who may use the HTTP API, and for what. Defaults are those of reference.conf.</summary>
public sealed record AccessSettings
{
    /// <summary>The keys by the names that the audit log tells; none by default.</summary>
    public ValueMap<AccessKeySettings> Keys { get; init; } = ValueMap<AccessKeySettings>.Empty;

    /// <summary>The subjects of client certificates and their roles, by name; none by default.</summary>
    public ValueMap<AccessCertificateSettings> Certificates { get; init; } = ValueMap<AccessCertificateSettings>.Empty;

    /// <summary>Names of this service that a Host header may have, beside localhost and IP addresses; none by default.</summary>
    public ValueList<string> Hosts { get; init; } = [];

    /// <summary>How long a sign-in at the page lasts. Default 12 h.</summary>
    public TimeSpan Session { get; init; } = TimeSpan.FromHours(12);

    /// <summary>The largest request body that holds no message to send, in bytes. Default 64 KiB.</summary>
    public int Body { get; init; } = 64 * 1024;

    /// <summary>Wrong keys that one address may present before it is answered with 429. Default 10 per minute.</summary>
    public Rate Attempts { get; init; } = new(10, TimeSpan.FromMinutes(1));

    public RoleRates Rates { get; init; } = new();

    public AuditSettings Audit { get; init; } = new();

    /// <summary>Whether any key or client certificate has a role.</summary>
    public bool NamesCallers => Keys.Count > 0 || Certificates.Count > 0;
}

/// <summary>What a caller may do. A higher role may do what a lower one may.</summary>
public enum AccessRole
{
    /// <summary>Look: every GET.</summary>
    Read,

    /// <summary>Command endpoints.</summary>
    Operate,

    /// <summary>Change the process, such as reload its configuration.</summary>
    Admin,
}

/// <summary>A key of the HTTP API. The key itself is nowhere in the configuration.</summary>
public sealed record AccessKeySettings
{
    private const int LongestName = 64;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public AccessRole Role { get; init; }

    /// <summary><c>sha256:</c> and the SHA-256 of the key in 64 hexadecimal digits.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Why a text cannot name a key or a certificate; null when it can.</summary>
    public static string? RejectName(string name) =>
        name.Length is > 0 and <= LongestName && !name.AsSpan().ContainsAnyExcept(NameCharacters)
            ? null
            : $"a name has letters, digits, '.', '_' and '-', {LongestName} at most";
}

/// <summary>A client certificate that <see cref="HttpTlsSettings.ClientCa"/> has signed.</summary>
public sealed record AccessCertificateSettings
{
    public AccessRole Role { get; init; }

    /// <summary>The whole subject, such as <c>CN=ops, O=Example</c>.</summary>
    public string Subject { get; init; } = "";
}

/// <summary>The requests that each caller of a role may make; null for any number.</summary>
public sealed record RoleRates
{
    /// <summary>Default 100/s.</summary>
    public Rate? Read { get; init; } = new Rate(100, TimeSpan.FromSeconds(1));

    /// <summary>Default 100/s.</summary>
    public Rate? Operate { get; init; } = new Rate(100, TimeSpan.FromSeconds(1));

    /// <summary>Default 100/s.</summary>
    public Rate? Admin { get; init; } = new Rate(100, TimeSpan.FromSeconds(1));
}

/// <summary>The file of every request that changes something.</summary>
public sealed record AuditSettings
{
    /// <summary>The file; its directory must exist. Null (default) for none.</summary>
    public string? Path { get; init; }

    /// <summary>The size in bytes from which the file is set aside. Default 10 MiB.</summary>
    public long Size { get; init; } = 10L * 1024 * 1024;

    /// <summary>Number of set-aside files to keep. Default 10.</summary>
    public int Keep { get; init; } = 10;
}

/// <summary>TLS of the HTTP API. The files are read again when they change.</summary>
public sealed record HttpTlsSettings
{
    /// <summary>The certificate in PEM, with those between it and the root behind it; null (default) for no TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>Its private key in PEM, not encrypted.</summary>
    public string? Key { get; init; }

    /// <summary>The authorities in PEM whose client certificates are accepted; null (default) for none.</summary>
    public string? ClientCa { get; init; }
}
