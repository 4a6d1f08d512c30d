using System.Net;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport;

/// <summary>The seam between decisions and sockets: real sockets behind it in production, a simulated network in tests.</summary>
public interface IDialer
{
    /// <summary>
    /// Opens one connection. Never throws for a network reason: the failure is a value. Completes only when either a
    /// connection exists, or nothing of the attempt is left behind, also after <paramref name="cancellation"/>.
    /// </summary>
    /// <param name="request">What to dial; secrets are resolved already.</param>
    /// <param name="sink">Hears everything the connection reports, from <see cref="IConnection.Start"/> on.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    Task<DialResult> DialAsync(DialRequest request, IConnectionSink sink, CancellationToken cancellation);
}

/// <summary>One attempt, ready to dial.</summary>
/// <param name="Settings">The endpoint; its URL and headers are not used here, they are below as resolved for this attempt.</param>
/// <param name="Url">Where to connect.</param>
/// <param name="Headers">Handshake headers in the order configured.</param>
public sealed record DialRequest(EndpointSettings Settings, Uri Url, IReadOnlyList<KeyValuePair<string, string>> Headers);

/// <summary>What came of an attempt.</summary>
public abstract record DialResult
{
    private DialResult()
    {
    }

    /// <summary>The handshake was accepted; nothing is read until <see cref="IConnection.Start"/>.</summary>
    public sealed record Connected(IConnection Connection) : DialResult;

    /// <summary>No connection, and nothing left of the attempt.</summary>
    public sealed record Failed(DialFailure Failure) : DialResult;
}

/// <summary>Why there is no connection.</summary>
/// <param name="Layer">Where it failed.</param>
/// <param name="Message">One line for an operator, without secrets.</param>
public sealed record DialFailure(FailureLayer Layer, string Message)
{
    /// <summary>The status of a refused handshake.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The Retry-After header of a refused handshake as received (RFC 9110 section 10.2.3).</summary>
    public string? RetryAfter { get; init; }

    /// <summary>
    /// Headers of a refused handshake, at most 32, those that say why or whither first; without Set-Cookie. Each value is at most 512
    /// characters, its control characters escaped.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The beginning of a refusal's body, at most 512 characters, its control characters escaped; empty for none.</summary>
    public string Body { get; init; } = "";

    /// <summary>The address that took the TCP connection, the proxy's where there is one; null when none did.</summary>
    public IPEndPoint? RemoteAddress { get; init; }

    /// <summary>The Location as received: what is followed must not be cut.</summary>
    internal string? Location { get; init; }
}
