using System.Globalization;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Operating;

/// <summary>How much an endpoint wants an eye, the worst first.</summary>
internal enum Concern
{
    /// <summary>Given up; it comes back only when an operator resumes it.</summary>
    Failed,

    /// <summary>Not open after a failure; it tries again by itself.</summary>
    Down,

    /// <summary>Not open yet, and nothing has failed.</summary>
    Starting,

    /// <summary>Open, but silent, not for long enough to be trusted, or with keys that are not served.</summary>
    Shaky,

    /// <summary>Kept closed on purpose.</summary>
    Paused,

    /// <summary>Open.</summary>
    Well,
}

/// <summary>An endpoint with what an operator asks first: how bad, since when, why. Pure.</summary>
internal sealed record Standing(EndpointView Endpoint, Concern Concern, DateTimeOffset Since, string Why)
{
    private const string Refused = "the handshake was refused with ";

    public static Standing Of(EndpointView endpoint)
    {
        var concern = ConcernOf(endpoint);
        var isUp = concern is Concern.Well or Concern.Shaky;
        return new Standing(endpoint, concern, isUp ? endpoint.Since : endpoint.DownSince ?? endpoint.Since, WhyOf(endpoint, concern));
    }

    /// <summary>The worst first, and among equals the one that is down for longest.</summary>
    public static IReadOnlyList<Standing> WorstFirst(IEnumerable<EndpointView> endpoints) =>
    [
        .. endpoints.Select(Of)
            .OrderBy(each => each.Concern)
            .ThenBy(each => each.Concern == Concern.Well ? default : each.Since)
            .ThenBy(each => each.Endpoint.Id, StringComparer.Ordinal),
    ];

    /// <summary>The state for eyes: an endpoint that waits for the answer to a heartbeat is open as long as none was missed.</summary>
    public string State => Endpoint is { State: "awaiting-pong", Heartbeat.Missed: 0 } ? "open" : Endpoint.State;

    private static Concern ConcernOf(EndpointView endpoint) => endpoint switch
    {
        { State: "failed" } => Concern.Failed,
        { State: "paused" } => Concern.Paused,
        { State: "awaiting-pong", Heartbeat.Missed: > 0 } => Concern.Shaky,
        { State: "open" or "awaiting-pong" } => endpoint.Attempt > 1 || Unserved(endpoint) > 0 ? Concern.Shaky : Concern.Well,
        { Attempt: > 1 } or { LastClose: not null } => Concern.Down,
        _ => Concern.Starting,
    };

    private static string WhyOf(EndpointView endpoint, Concern concern) => concern switch
    {
        Concern.Well => "",
        Concern.Paused => "paused or closed by an operator, or not enabled",
        Concern.Starting => Short(endpoint.Reason),
        Concern.Shaky => ShakyBecause(endpoint),
        _ => Short(endpoint.LastClose?.Detail ?? endpoint.Reason),
    };

    private static string ShakyBecause(EndpointView endpoint)
    {
        if (endpoint.Heartbeat.Missed > 0)
            return string.Create(CultureInfo.InvariantCulture, $"silent: {endpoint.Heartbeat.Missed} heartbeats missed");
        if (endpoint.Attempt > 1)
            return "unsteady, ended before: " + Short(endpoint.LastClose?.Detail);
        var keys = endpoint.Subscriptions.Sum(each => each.Keys);
        return string.Create(
            CultureInfo.InvariantCulture, $"{Unserved(endpoint)} of {keys} keys are not served: subscriptions {endpoint.Id}");
    }

    private static int Unserved(EndpointView endpoint) => endpoint.Subscriptions.Sum(each => each.Refused + each.Stale + each.Gone);

    /// <summary>The reason without the address before it, so that the cause fits a narrow screen.</summary>
    public static string Short(string? detail)
    {
        var text = PeerText.Of(detail);
        var end = text.StartsWith("ws", StringComparison.Ordinal) ? text.IndexOf(": ", StringComparison.Ordinal) : -1;
        var cause = end > 0 && text.AsSpan(0, end).Contains("://", StringComparison.Ordinal) ? text[(end + 2)..] : text;
        return cause.StartsWith(Refused, StringComparison.Ordinal) ? cause[Refused.Length..] : cause;
    }
}
