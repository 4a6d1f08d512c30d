using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Transport;

/// <summary>One attempt before anything about it is resolved.</summary>
/// <param name="Settings">The endpoint.</param>
/// <param name="Url">Which of its URLs.</param>
public sealed record Attempt(EndpointSettings Settings, Uri Url)
{
    /// <summary>The values that the endpoint has captured; null for none.</summary>
    internal ITemplateNames? Names { get; init; }

    /// <summary>The functions of the host.</summary>
    internal HostFunctions Functions { get; init; } = HostFunctions.None;

    /// <summary>
    /// Makes the requests before the dial, which may give names a value; it takes the secrets, and every text of them in any spelling.
    /// Null where none are made.
    /// </summary>
    internal Func<IReadOnlyDictionary<SecretReference, string>, IReadOnlyCollection<string>, CancellationToken, Task>? Prepare
    {
        get;
        init;
    }

    /// <summary>The endpoint's id alone.</summary>
    public override string ToString() => $"attempt of {Settings.Id}";
}
