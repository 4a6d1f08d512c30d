using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Service.Tests.Operating;

/// <summary>Endpoints as a service answers them, at a fixed time.</summary>
internal static class Fleet
{
    public static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    public static readonly CloseView Refused = new(
        null, null, "", false, "dial-failed",
        "ws://a.example: the handshake was refused with HTTP 500 Internal Server Error; body: no", "http", 500);

    public static EndpointView Open(string id, int attempt = 1) => new(
        id, "open", Now - TimeSpan.FromSeconds(125), null, 1, attempt, "ws://a.example", null, "192.0.2.1:80", null, null, null,
        new RoundTripView(1.5, 2), new MessageCounts(7, 1), Now - TimeSpan.FromSeconds(2),
        new HeartbeatView("ping", "answered", 0, 0, null),
        new Dictionary<string, string>(StringComparer.Ordinal) { ["venue"] = "demo" }, null, []);

    public static EndpointView Down(string id, int seconds = 42) => Open(id, 4) with
    {
        State = "backing-off",
        Since = Now - TimeSpan.FromSeconds(3),
        DownSince = Now - TimeSpan.FromSeconds(seconds),
        LastClose = Refused,
        RetryAt = Now + TimeSpan.FromSeconds(9),
        Reason = Refused.Detail,
        RttMs = new RoundTripView(null, null),
        LastInboundAt = null,
        Messages = new MessageCounts(0, 0),
    };

    public static EndpointView Failed(string id) => Down(id) with { State = "failed", RetryAt = null };

    public static EndpointView Paused(string id) => Open(id) with { State = "paused", DownSince = Now - TimeSpan.FromHours(26) };

    public static EndpointView Unserved(string id) => Open(id) with
    {
        Subscriptions = [new SubscriptionCounts("trades", 0, 0, 3, 2, 0, 0)],
    };

    public static string Typed(string verb, string id) => $"actorheartbeat {verb} {id}";

    /// <summary>A terminal of this size that nobody sits at.</summary>
    public static Terminal Of(int width, int height) => new() { IsTerminal = true, Size = () => (width, height) };
}
