using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// TLS of a wss endpoint. The files are read for every attempt, so that a renewed certificate applies from the next dial.
/// </summary>
public sealed record TlsSettings
{
    /// <summary>Whether the server's certificate is verified. Default true; false accepts any certificate.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>The oldest TLS version offered. Default 1.2.</summary>
    public TlsVersion MinVersion { get; init; } = TlsVersion.Tls12;

    /// <summary>A PEM file with the certificate authorities to trust instead of the system's; null (default) for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// A PEM file with the client's certificate first, then the intermediate authorities; all of them are
    /// sent. It also holds the key unless <see cref="ClientKey"/> names another file. Null (default) for none.
    /// </summary>
    public string? ClientCert { get; init; }

    /// <summary>A PEM file with the key of <see cref="ClientCert"/>; null (default) when the key is in that file.</summary>
    public string? ClientKey { get; init; }

    /// <summary>
    /// The name sent in TLS (SNI, RFC 6066 section 3) and expected in the server's certificate. Null
    /// (default) for the host of the Host header, if there is one, otherwise the host of the URL.
    /// </summary>
    public string? ServerName { get; init; }
}

public enum TlsVersion
{
    Tls12,
    Tls13,
}

/// <summary>How the proxy is found.</summary>
/// <param name="Kind">From the environment, none, or fixed.</param>
/// <param name="Url">The proxy when <see cref="ProxyKind.Fixed"/>.</param>
public sealed record ProxySettings(ProxyKind Kind, Uri? Url = null)
{
    public static readonly ProxySettings FromEnvironment = new(ProxyKind.Environment);
    public static readonly ProxySettings None = new(ProxyKind.None);
}

public enum ProxyKind
{
    Environment,
    None,
    Fixed,
}

/// <summary>
/// TCP keep-alive and user timeout (RFC 1122 section 4.2.3.6, RFC 5482):
/// neither alone finds a vanished peer in every case; both together do.
/// </summary>
public sealed record TcpSettings
{
    /// <summary>
    /// Idle time before the first keep-alive probe, and the time unacknowledged data may be outstanding; null turns both off. Default 30 s.
    /// </summary>
    public TimeSpan? KeepAlive { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A value that may be secret: a literal, or one whose references are read again for every attempt.</summary>
/// <param name="Source">Where the value comes from.</param>
/// <param name="Text">The literal itself, the name of the environment variable, the path of the file, or a template.</param>
/// <param name="Prefix">Prepended to the value that was read, such as <c>Bearer </c>.</param>
public sealed record SecretValue(SecretSource Source, string Text, string Prefix = "")
{
    /// <summary>Whether the value can change without the configuration: it is read for every attempt.</summary>
    public bool IsReference => Source != SecretSource.Literal;

    public static SecretValue Literal(string text) => new(SecretSource.Literal, text);

    public static SecretValue Environment(string name, string prefix = "") => new(SecretSource.Environment, name, prefix);

    public static SecretValue File(string path, string prefix = "") => new(SecretSource.File, path, prefix);

    /// <summary>A text with references, such as <c>Basic @{env.USER}:@{file:/run/secrets/password}</c>.</summary>
    /// <exception cref="FormatException">As <see cref="Templates.Template.Parse(string)"/>.</exception>
    public static SecretValue Template(string text) => new(SecretSource.Template, Templates.Template.Parse(text).Text);

    /// <summary>Never the value itself: settings are logged and shown.</summary>
    public override string ToString() => Source switch
    {
        SecretSource.Literal => "***",
        SecretSource.Template => Templates.Template.Parse(Text).Masked("***"),
        SecretSource.Environment => $"{Prefix}(env {Text})",
        _ => $"{Prefix}(file {Text})",
    };

    /// <summary>The same as a text with placeholders; null for a literal.</summary>
    internal Template? AsTemplate() => Source switch
    {
        SecretSource.Literal => null,
        SecretSource.Template => Templates.Template.Parse(Text),
        _ => Templates.Template.Parse($"{Prefix}{new SecretReference(Source, Text)}"),
    };
}
