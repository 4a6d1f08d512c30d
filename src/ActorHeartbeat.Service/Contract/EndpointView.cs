using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.Contract;

/// <summary>One endpoint as <c>GET /v1/endpoints/{id}</c> shows it. Every field is always there, null when it has no value.</summary>
/// <param name="State"><c>connecting</c>, <c>open</c>, <c>awaiting-pong</c>, <c>backing-off</c>, <c>paused</c> or <c>failed</c>.</param>
/// <param name="Since">When it entered the state.</param>
/// <param name="DownSince">
/// When its last open connection ended; when it was added, resumed or paused where it had none since; null while it is open.
/// </param>
/// <param name="Incarnation">The number of the latest dial, 0 before the first.</param>
/// <param name="Attempt">Failures in a row so far, plus one.</param>
/// <param name="Url">Scheme, host and port that it connects to or would connect to; with show-messages the path too.</param>
/// <param name="Subprotocol">What the server chose: *** unless show-messages; null when none or not connected.</param>
/// <param name="Address">The address and port at the other end, the proxy's if there is one; null when not connected.</param>
/// <param name="LastClose">How the previous connection or attempt ended; null before the first end.</param>
/// <param name="RetryAt">When the pending delay is over; null unless one is pending.</param>
/// <param name="Reason">Why it is not open, one line; null when it is.</param>
/// <param name="LastInboundAt">When the newest message came in; null before the first.</param>
/// <param name="Subscriptions">How many keys of each subscription stand in each state.</param>
internal sealed record EndpointView(
    string Id,
    string State,
    DateTimeOffset Since,
    DateTimeOffset? DownSince,
    long Incarnation,
    int Attempt,
    string Url,
    string? Subprotocol,
    string? Address,
    CloseView? LastClose,
    DateTimeOffset? RetryAt,
    string? Reason,
    RoundTripView RttMs,
    MessageCounts Messages,
    DateTimeOffset? LastInboundAt,
    HeartbeatView Heartbeat,
    IReadOnlyDictionary<string, string> Labels,
    string? Group,
    IReadOnlyList<SubscriptionCounts> Subscriptions)
{
    public static EndpointView Of(EndpointSnapshot endpoint)
    {
        var (settings, status, figures) = (endpoint.Settings, endpoint.Status, endpoint.Figures);
        return new EndpointView(
            endpoint.Id.Value,
            endpoint.State,
            endpoint.Mode == EndpointMode.Running && status is not null ? status.Since : endpoint.Since,
            endpoint.DownSince,
            status?.Incarnation ?? 0,
            status?.Attempt ?? 1,
            status?.Url ?? ShownUrl.Of(settings.Url, settings),
            ShowSubprotocol(settings, status?.Subprotocol),
            status?.Address?.ToString(),
            CloseView.Of(endpoint.Failure ?? status?.LastClose),
            endpoint.Mode == EndpointMode.Running ? status?.RetryAt : null,
            ReasonOf(endpoint),
            RoundTripView.Of(figures.RoundTrips),
            new MessageCounts(figures.MessagesIn, figures.MessagesOut),
            figures.LastInbound,
            HeartbeatView.Of(endpoint),
            settings.Labels,
            settings.Group,
            endpoint.Subscriptions);
    }

    /// <summary>One that is not written in the configuration was made with a secret.</summary>
    private static string? ShowSubprotocol(EndpointSettings settings, string? chosen) =>
        chosen is null || (settings.ShowMessages && settings.Subprotocols.Contains(chosen)) ? chosen : "***";

    private static string? ReasonOf(EndpointSnapshot endpoint) => (endpoint.Mode, endpoint.Status) switch
    {
        (EndpointMode.Paused, _) => "paused; resume it to connect again",
        (EndpointMode.Failed, _) => endpoint.Failure?.Detail ?? "failed",
        (_, null) => "starting",
        (_, { State: ConnectionState.BackingOff } status) => status.LastClose?.Detail ?? "starting",
        (_, { State: ConnectionState.Connecting } status) => $"waits for {status.Waiting}",
        _ => null,
    };
}

/// <summary>All endpoints, in the order of their ids.</summary>
internal sealed record EndpointListView(IReadOnlyList<EndpointView> Endpoints)
{
    public static EndpointListView Of(IReadOnlyList<EndpointSnapshot> endpoints) =>
        new([.. endpoints.OrderBy(endpoint => endpoint.Id).Select(EndpointView.Of)]);
}

/// <summary>How a connection or an attempt ended.</summary>
/// <param name="Code">The close code (RFC 6455 section 7.4); null when there was no connection.</param>
/// <param name="Name">The code's name.</param>
/// <param name="Reason">The reason in the Close frame, or empty.</param>
/// <param name="WasClean">Whether the closing handshake was completed.</param>
/// <param name="Cause">What happened, such as <c>heartbeat-timeout</c> or <c>dial-failed</c>.</param>
/// <param name="Detail">One line for an operator.</param>
/// <param name="Layer">The layer that failed, such as <c>dns</c> or <c>tls</c>; null when nothing failed.</param>
/// <param name="HttpStatus">The status of a refused handshake.</param>
internal sealed record CloseView(
    int? Code, string? Name, string Reason, bool WasClean, string Cause, string Detail, string? Layer, int? HttpStatus)
{
    public static CloseView? Of(CloseCause? cause) => cause is null ? null : new CloseView(
        cause.CloseCode,
        cause.CloseCode is { } code ? CloseCodes.Name(code) : null,
        cause.Reason,
        cause.WasClean,
        Spelling.Kebab(cause.Kind),
        cause.Detail,
        cause.Layer is { } layer ? Spelling.Kebab(layer) : null,
        cause.HttpStatus);
}

/// <summary>Round trips of heartbeats in milliseconds; null before the first.</summary>
internal sealed record RoundTripView(double? Last, double? P95)
{
    public static RoundTripView Of(RoundTrips roundTrips) => new(Milliseconds(roundTrips.Last), Milliseconds(roundTrips.P95));

    private static double? Milliseconds(TimeSpan? span) => span is { } value ? Math.Round(value.TotalMilliseconds, 3) : null;
}

/// <summary>Numbers of messages since the endpoint was added.</summary>
internal sealed record MessageCounts(long In, long Out);

/// <summary>The heartbeat mode of the connection, and the state of its heartbeats.</summary>
/// <param name="Mode"><c>ping</c>, <c>text</c>, <c>json</c> or <c>none</c>.</param>
/// <param name="Status">
/// <c>off</c> without heartbeats, <c>idle</c> while none is outstanding and none was answered yet,
/// <c>waiting</c> for an answer, <c>answered</c>, <c>missed</c> when the last one was not answered
/// and the next is outstanding, <c>timed-out</c> when missing answers or silence ended the connection.
/// </param>
/// <param name="Missed">Heartbeats in a row without an answer.</param>
/// <param name="Beats">
/// Messages of the peer that are a sign of its life, since the endpoint was added: those of rules with is = beat.
/// </param>
/// <param name="LastBeatAt">When the newest of these came; null before the first.</param>
internal sealed record HeartbeatView(string Mode, string Status, int Missed, long Beats, DateTimeOffset? LastBeatAt)
{
    public static HeartbeatView Of(EndpointSnapshot endpoint) => new(
        Spelling.Kebab(endpoint.Settings.Heartbeat.Mode), StatusOf(endpoint), endpoint.Status?.Missed ?? 0, endpoint.Figures.Beats,
        endpoint.Figures.LastBeat);

    private static string StatusOf(EndpointSnapshot endpoint) =>
        endpoint switch
        {
            { Settings.Heartbeat.Mode: HeartbeatMode.None } => "off",
            { Status: { State: ConnectionState.AwaitingPong, Missed: 0 } } => "waiting",
            { Status.State: ConnectionState.AwaitingPong } => "missed",
            { Status: { State: ConnectionState.BackingOff, LastClose.Kind: CauseKind.HeartbeatTimeout or CauseKind.MaxSilence } } =>
                "timed-out",
            { Figures.RoundTrips.Last: not null } => "answered",
            _ => "idle",
        };
}
