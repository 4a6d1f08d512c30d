using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>The keys of a rule of an outcome table that can be without effect in an endpoint that takes it, and when.</summary>
/// <remarks>
/// As certain as <see cref="IdleKeys"/>. The layer hello is met without opening messages too, by a rotation that an operator asks for.
/// </remarks>
internal static class IdleRules
{
    public static readonly IReadOnlyList<IdleKey<RuleOfEndpoint>> All =
    [
        new("scope", of =>
            of is { Rule.Scope: GovernorScope.Group, Endpoint.Group: null }
                ? "the endpoint has no group, and the pause is its own; set group, or remove scope"
                : null),
        new("failure", of =>
            of.Rule.Failure.Count > 0 && of.Rule.Failure.All(layer => WhyNever(layer, of.Endpoint) is not null)
                ? WhyNever(of.Rule.Failure[0], of.Endpoint)
                : null),
        new("after", of =>
            of.Endpoint.Rotate.Order == RotationOrder.CloseFirst && of.Rule.After > of.Endpoint.Backoff.MaxAttempts // rotations count apart
                ? $"backoff.max-attempts = {of.Endpoint.Backoff.MaxAttempts} gives the endpoint up before; lower after, or raise "
                    + "max-attempts"
                : null),
    ];

    /// <summary>Why an endpoint never meets a failure of a layer, and the remedy; null when it may.</summary>
    private static string? WhyNever(FailureLayer layer, EndpointSettings endpoint) => layer switch
    {
        FailureLayer.Tls => IdleKeys.WithoutTls(endpoint),
        FailureLayer.Proxy when endpoint.Proxy.Kind == ProxyKind.None => "proxy = none uses no proxy; set proxy, or remove this rule",
        FailureLayer.Dns when IsOfAddresses(endpoint) => "every URL has an address, and no name is looked up; remove this rule",
        FailureLayer.Heartbeat when endpoint is { Heartbeat: { Mode: HeartbeatMode.None, MaxSilence: null }, Timeouts.DataIdle: null } =>
            "without heartbeats, heartbeat.max-silence and timeouts.data-idle no silence ends a connection; set one, or remove this rule",
        _ => null,
    };

    // A redirect, and a proxy, may have a name.
    private static bool IsOfAddresses(EndpointSettings endpoint) =>
        endpoint is { Redirects: 0, Proxy.Kind: ProxyKind.None } && IsAddress(endpoint.Url) && endpoint.Urls.All(IsAddress);

    private static bool IsAddress(Uri url) => url.IsAbsoluteUri && url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6;
}

/// <summary>A rule, and an endpoint that takes it.</summary>
internal readonly record struct RuleOfEndpoint(OutcomeRule Rule, EndpointSettings Endpoint);
