using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// The keys that can be without effect, and when. A row is certain: the key is without effect whatever a server or an operator does.
/// </summary>
/// <remarks>
/// Some keys look idle and are not. rotate.order without max-age holds for a rotation that an operator asks for. The outcome next-url
/// without urls ignores Retry-After. heartbeat.expect in mode ping, beside send of a template, keeps its messages from the feed.
/// limits.send-queue bounds more than the messages that wait for a connection. http.health-listen works without http.listen.
/// </remarks>
internal static class IdleKeys
{
    private const string Remove = "or remove this key";

    public static readonly IReadOnlyList<IdleKey<EndpointInGroup>> OfEndpoint =
    [
        Row(EndpointSetting.Urls, endpoint =>
            endpoint.Backoff.MaxAttempts <= endpoint.Failover.After && !HasNextUrl(endpoint.Outcomes)
                ? $"backoff.max-attempts = {endpoint.Backoff.MaxAttempts} gives the endpoint up before failover.after = "
                    + $"{endpoint.Failover.After} failures lead to another URL; raise max-attempts, or lower failover.after"
                : null),
        Row(EndpointSetting.FailoverAfter, WithoutAlternates),
        Row(EndpointSetting.FailoverBack, endpoint =>
            WithoutAlternates(endpoint)
            ?? (endpoint is { Failover.Back: not null, Rotate.Order: RotationOrder.CloseFirst }
                ? $"rotate.order = close-first opens no second connection for the way back; use open-first, {Remove}"
                : null)),
        Row(EndpointSetting.BackoffMax, endpoint =>
            endpoint.Backoff is { Multiplier: 1, Jitter.Kind: not JitterKind.Factor } backoff && backoff.Max > backoff.Initial
                ? "backoff.multiplier = 1 keeps every delay at backoff.initial or below; raise backoff.multiplier if it is to grow"
                : null),
        Row(EndpointSetting.BackoffMultiplier, endpoint =>
            endpoint.Backoff is var backoff && backoff.Initial == backoff.Max
                ? $"backoff.initial equals backoff.max, and no delay can grow; raise backoff.max, {Remove}"
                : null),
        Row(EndpointSetting.HeartbeatWhen, WithoutHeartbeat),
        Row(EndpointSetting.HeartbeatInterval, WithoutHeartbeat),
        Row(EndpointSetting.HeartbeatTimeout, WithoutHeartbeat),
        Row(EndpointSetting.HeartbeatMaxMissed, WithoutHeartbeat),
        Row(EndpointSetting.HeartbeatStrict, WithoutHeartbeat),
        Row(EndpointSetting.HeartbeatFirst, WithoutHeartbeat),
        Row(EndpointSetting.HeartbeatLet, WithoutMessage),
        Row(EndpointSetting.HeartbeatSend, WithoutMessage),
        Row(EndpointSetting.HeartbeatDeliver, endpoint =>
            endpoint.Heartbeat is { Expect: null, Reply: null }
                ? $"no message is a heartbeat without heartbeat.expect or heartbeat.reply; name one there, {Remove}"
                : null),
        new(EndpointSetting.MaxAge.Key, endpoint =>
            endpoint is { Settings.Rotate.Order: RotationOrder.OpenFirst, Group.MaxConnections: 1 }
                ? $"group {endpoint.Settings.Group} has room for one connection, and a rotation opens a second; raise max-connections, or "
                    + "use rotate.order = close-first"
                : null),
        RotationPart("ready-after"),
        RotationPart("ready-when"),
        RotationPart("duplicate-key"),
        Row(EndpointSetting.LimitsReplayBytes, endpoint =>
            endpoint.Limits.Replay == 0 ? $"limits.replay = 0 keeps no message; raise limits.replay, {Remove}" : null),
        new(EndpointSetting.SendTimeToLive.Key, endpoint =>
            endpoint is { Settings.Send.WhileDown: SendWhileDown.Fail, Group: not { SendRate: not null } }
                ? $"no message waits with send.while-down = fail and without send-rate of a group; use while-down = queue, {Remove}"
                : null),
        Row(EndpointSetting.DeliverAs, endpoint => endpoint.Framing switch
        {
            { Codec: not null } => null,
            { Decode: FrameCoding.Off, DeliverAs: DeliverAs.Decoded } =>
                $"decode = off, and a decoded frame is the frame itself; set decode, {Remove}",
            { Decode: FrameCoding.Off, Split.Kind: MessageSplitKind.Off, DeliverAs: DeliverAs.Messages } =>
                $"decode = off and split = off, and a message is the frame itself; set decode or split, {Remove}",
            _ => null,
        }),
        Row(EndpointSetting.TlsVerify, WithoutTls),
        Row(EndpointSetting.TlsMinVersion, WithoutTls),
        Row(EndpointSetting.TlsCaFile, endpoint =>
            WithoutTls(endpoint)
            ?? (endpoint.Tls.Verify ? null : $"tls.verify = off accepts any certificate; set tls.verify = on, {Remove}")),
        Row(EndpointSetting.TlsClientCert, WithoutTls),
        Row(EndpointSetting.TlsClientKey, WithoutTls),
        Row(EndpointSetting.TlsServerName, WithoutTls),
    ];

    public static readonly IReadOnlyList<IdleKey<GroupSettings>> OfGroup =
    [
        new("connect-burst", group =>
            group.ConnectRate is null ? $"connect-rate is unlimited; set connect-rate, {Remove}" : null),
    ];

    public static readonly IReadOnlyList<IdleKey<ProcessSettings>> OfProcess =
    [
        new("config.debounce", WithoutWatch),
        new("config.poll", WithoutWatch),
        new("supervisor.per-host.connect-burst", process =>
            process.Supervisor.PerHost.ConnectRate is null
                ? $"supervisor.per-host.connect-rate is unlimited; set connect-rate, {Remove}"
                : null),
        new("telemetry.otlp.protocol", WithoutCollector),
        new("telemetry.otlp.headers-from", WithoutCollector),
        new("telemetry.otlp.interval", WithoutCollector),
        new("http.access.session", WithoutCallers),
        new("http.access.rate.read", WithoutCallers),
        new("http.access.rate.operate", WithoutCallers),
        new("http.access.rate.admin", WithoutCallers),
    ];

    /// <summary>The keys of the akka section that the service sets itself, whatever the section says.</summary>
    public static readonly IReadOnlyList<string> OfAkka =
    [
        "loggers",
        "stdout-logger-class",
        "coordinated-shutdown.run-by-clr-shutdown-hook",
        "coordinated-shutdown.exit-clr",
        "coordinated-shutdown.run-by-actor-system-terminate",
    ];

    /// <summary>The elements of a list; none when the value is no list.</summary>
    public static IEnumerable<Cursor> Elements(Cursor list) =>
        (list.Elements ?? []).Select((element, index) => list.Element(index, element));

    private static IdleKey<EndpointInGroup> Row(Setting<EndpointSettings> setting, Func<EndpointSettings, string?> why) =>
        new(setting.Key, endpoint => why(endpoint.Settings));

    private static IdleKey<EndpointInGroup> RotationPart(string name) =>
        Row(EndpointSetting.MaxAge, endpoint =>
            endpoint.Rotate.Order == RotationOrder.CloseFirst
                ? $"rotate.order = close-first never has two connections; use open-first, {Remove}"
                : null) with
        {
            Parts = at => at.Find(name) is { IsNull: false } part ? [part] : [],
        };

    private static bool HasNextUrl(OutcomeSettings outcomes) =>
        outcomes.Otherwise == OutcomeAction.NextUrl || outcomes.Rules.Any(rule => rule.Then == OutcomeAction.NextUrl);

    private static string? WithoutAlternates(EndpointSettings endpoint) =>
        endpoint.Urls.Count == 0 ? $"urls is empty; name another URL there, {Remove}" : null;

    private static string? WithoutMessage(EndpointSettings endpoint) =>
        WithoutHeartbeat(endpoint)
        ?? (endpoint.Heartbeat.Mode == HeartbeatMode.Ping
            ? $"heartbeat.mode = ping sends ping frames; use mode = message, {Remove}"
            : null);

    private static string? WithoutHeartbeat(EndpointSettings endpoint) => endpoint switch
    {
        { Heartbeat.Mode: HeartbeatMode.None } => $"heartbeat.mode = none sends no heartbeat; use another mode, {Remove}",
        { Heartbeat: { When: HeartbeatWhen.Idle } heartbeat, Timeouts.DataIdle: { QuietHours.Count: 0 } idle }
            when idle.After <= heartbeat.Interval =>
            $"timeouts.data-idle = {Values.Spell(idle.After)} ends a connection before it is silent for heartbeat.interval = "
                + $"{Values.Spell(heartbeat.Interval)}, and no heartbeat is sent; lower heartbeat.interval, {Remove}",
        _ => null,
    };

    /// <summary>Why no connection has TLS, and the remedy; null when one may. A redirect may lead from ws to wss.</summary>
    public static string? WithoutTls(EndpointSettings endpoint) =>
        endpoint.Redirects == 0 && IsPlain(endpoint.Url) && endpoint.Urls.All(IsPlain)
            ? $"no URL is wss; use wss, {Remove}"
            : null;

    private static string? WithoutCollector(ProcessSettings process) =>
        process.Telemetry.Otlp.Endpoint is null ? $"telemetry.otlp.endpoint = off pushes nothing; set it, {Remove}" : null;

    private static string? WithoutCallers(ProcessSettings process) =>
        process.Http.Access.NamesCallers ? null
            : $"without http.access.keys and http.access.certificates everybody on this machine may do everything; name keys, {Remove}";

    private static string? WithoutWatch(ProcessSettings process) =>
        process.Config.Watch ? null : $"config.watch = off does not look at the files; set it to on, {Remove}";

    private static bool IsPlain(Uri url) => url.IsAbsoluteUri && url.Scheme == Uri.UriSchemeWs;
}
