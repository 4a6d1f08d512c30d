using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Extensions;

/// <summary>What a step of the host is called with.</summary>
/// <param name="endpoint">The endpoint that is to be dialed.</param>
/// <param name="url">The URL of this attempt as it is configured: its placeholders are filled after the steps.</param>
/// <param name="find">Looks up the value of a name.</param>
/// <param name="cancellation">Cancelled when the attempt is given up.</param>
public sealed class StepContext(EndpointId endpoint, string url, Func<string, string?> find, CancellationToken cancellation)
{
    /// <summary>The endpoint that is to be dialed.</summary>
    public EndpointId Endpoint => endpoint;

    /// <summary>The URL of this attempt as it is configured: its placeholders are filled after the steps.</summary>
    public string Url => url;

    /// <summary>
    /// Cancelled when the attempt is given up, at the latest after <c>timeouts.connect</c>. A step that goes on is left behind.
    /// </summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>
    /// The value of a name as text: of <c>let</c> of the step or the endpoint, or captured before. Null when it has none, or one that is no
    /// text. It may be a secret.
    /// </summary>
    public string? Find(string name) => find(name);
}
