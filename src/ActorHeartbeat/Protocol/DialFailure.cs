using System.Net;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Protocol;

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
    /// Headers of a refused handshake, at most 32 and without Set-Cookie; the most telling
    /// ones come first. Each value is at most 512 characters, its control characters escaped.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The beginning of a refusal's body, at most 512 characters, its control characters escaped; empty for none.</summary>
    public string Body { get; init; } = "";

    /// <summary>The address that accepted the TCP connection, the proxy's if there is one; null when none did.</summary>
    public IPEndPoint? RemoteAddress { get; init; }

    /// <summary>The host and port that a redirect led to and that failed; null when the failure is of those dialed.</summary>
    public string? RedirectedTo { get; init; }

    /// <summary>The Location as received and never cut, because a redirect follows it.</summary>
    internal string? Location { get; init; }
}
