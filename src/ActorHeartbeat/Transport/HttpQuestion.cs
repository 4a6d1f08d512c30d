using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport;

/// <summary>An HTTP request of an endpoint, ready to send. Redirects are not followed.</summary>
/// <param name="Settings">The endpoint: its TLS, proxy and address rules hold, and <c>limits.message</c> bounds the answer.</param>
/// <param name="Method">Such as POST.</param>
/// <param name="Url">An absolute http or https URL.</param>
/// <param name="Headers">In the order configured.</param>
/// <param name="Body">Null for none.</param>
public sealed record HttpQuestion(
    EndpointSettings Settings, string Method, Uri Url, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte>? Body)
{
    /// <summary>Without headers, path, query and body.</summary>
    public override string ToString() => $"{Method} {Url.GetLeftPart(UriPartial.Authority)}";
}

/// <summary>What came of an HTTP request.</summary>
public abstract record HttpResult
{
    private HttpResult()
    {
    }

    /// <summary>The server answered, with whatever status.</summary>
    /// <param name="Status">The status (RFC 9110 section 15).</param>
    /// <param name="Body">The whole body.</param>
    public sealed record Answered(int Status, ReadOnlyMemory<byte> Body) : HttpResult
    {
        /// <summary>The Retry-After header as received; null for none.</summary>
        public string? RetryAfter { get; init; }
    }

    /// <summary>No answer.</summary>
    public sealed record Failed(DialFailure Failure) : HttpResult;
}
