using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// The keys of an endpoint, the same in defaults, templates and endpoints. What a change takes is told by <see cref="EndpointSetting"/>.
/// </summary>
internal static class EndpointSchema
{
    private static readonly Dictionary<string, EndpointSetting> Settings = EndpointSetting.All.ToDictionary(
        setting => setting.Key, StringComparer.Ordinal);

    /// <summary>The one key that has no default.</summary>
    public const string Url = "url";

    /// <summary>An endpoint of which nothing is said: what a fold over layers begins with.</summary>
    public static readonly EndpointSettings Blank = new() { Id = new EndpointId("blank"), Url = new Uri("ws://blank") };

    public static readonly Shape<EndpointSettings> Shape = new(
        Row(Url, AddressValues.WebSocketUrl, (endpoint, url) => endpoint with { Url = url }),
        Row("urls", new ListOf<Uri>(AddressValues.WebSocketUrl), (endpoint, urls) => endpoint with { Urls = urls }),
        Row("enabled", Values.Switch, (endpoint, on) => endpoint with { Enabled = on }),
        Row("group", Values.OptionalText("the name of a group"), (endpoint, group) => endpoint with { Group = group }),
        Row("transport", AddressValues.Transport, (endpoint, transport) => endpoint with { Transport = transport }),
        Row("timeouts.connect", Values.Positive, (endpoint, time) =>
            endpoint with
            {
                Timeouts = endpoint.Timeouts with { Connect = time },
            }),
        Row("timeouts.close", Values.Positive, (endpoint, time) => endpoint with { Timeouts = endpoint.Timeouts with { Close = time } }),
        Row("timeouts.send", Values.Positive, (endpoint, time) => endpoint with { Timeouts = endpoint.Timeouts with { Send = time } }),
        Row("timeouts.data-idle", ClockValues.DataIdle, (endpoint, idle) =>
            endpoint with
            {
                Timeouts = endpoint.Timeouts with { DataIdle = idle },
            }),
        Row("backoff.initial", Values.Positive, (endpoint, time) => endpoint with { Backoff = endpoint.Backoff with { Initial = time } }),
        Row("backoff.max", Values.Positive, (endpoint, time) => endpoint with { Backoff = endpoint.Backoff with { Max = time } }),
        Row("backoff.multiplier", Values.AtLeastOne, (endpoint, factor) =>
            endpoint with
            {
                Backoff = endpoint.Backoff with { Multiplier = factor },
            }),
        Row("backoff.jitter", ClockValues.Jitter, (endpoint, jitter) =>
            endpoint with
            {
                Backoff = endpoint.Backoff with { Jitter = jitter },
            }),
        Row("backoff.reset-after", Values.Duration, (endpoint, time) =>
            endpoint with
            {
                Backoff = endpoint.Backoff with { ResetAfter = time },
            }),
        Row("backoff.max-attempts", Values.UnlimitedOrCount, (endpoint, count) =>
            endpoint with
            {
                Backoff = endpoint.Backoff with { MaxAttempts = count },
            }),
        Row("heartbeat.mode", Values.Word<HeartbeatMode>(), (endpoint, mode) =>
            endpoint with
            {
                Heartbeat = endpoint.Heartbeat with { Mode = mode },
            }),
        Row("heartbeat.when", Values.Word<HeartbeatWhen>(), (endpoint, when) =>
            endpoint with
            {
                Heartbeat = endpoint.Heartbeat with { When = when },
            }),
        Row("heartbeat.interval", Values.Positive, (endpoint, time) =>
            endpoint with
            {
                Heartbeat = endpoint.Heartbeat with { Interval = time },
            }),
        Row("heartbeat.timeout", Values.AutoOrDuration, (endpoint, time) =>
            endpoint with
            {
                Heartbeat = endpoint.Heartbeat with { Timeout = time },
            }),
        Row("heartbeat.max-missed", Values.Count, (endpoint, count) =>
            endpoint with
            {
                Heartbeat = endpoint.Heartbeat with { MaxMissed = count },
            }),
        Row("heartbeat.strict", Values.Switch, (endpoint, on) => endpoint with { Heartbeat = endpoint.Heartbeat with { Strict = on } }),
        Row("heartbeat.send", MessageValues.OptionalMessage, (endpoint, message) =>
            endpoint with
            {
                Heartbeat = endpoint.Heartbeat with { Send = message },
            }),
        Row("heartbeat.expect", MessageValues.OptionalPattern, (endpoint, pattern) =>
            endpoint with
            {
                Heartbeat = endpoint.Heartbeat with { Expect = pattern },
            }),
        Row("heartbeat.reply", MessageValues.OptionalReply, (endpoint, reply) =>
            endpoint with
            {
                Heartbeat = endpoint.Heartbeat with { Reply = reply },
            }),
        Row("heartbeat.max-silence", Values.OffOrDuration, (endpoint, time) =>
            endpoint with
            {
                Heartbeat = endpoint.Heartbeat with { MaxSilence = time },
            }),
        Row("heartbeat.deliver", Values.Switch, (endpoint, on) => endpoint with { Heartbeat = endpoint.Heartbeat with { Deliver = on } }),
        Row("flap", ClockValues.Flap, (endpoint, flap) => endpoint with { Flap = flap }),
        Row("max-age", ClockValues.Rotation, (endpoint, rotation) => endpoint with { MaxAge = rotation }),
        Row("limits.message", Values.Size, (endpoint, size) => endpoint with { Limits = endpoint.Limits with { Message = size } }),
        Row("limits.send-queue", Values.Count, (endpoint, count) => endpoint with { Limits = endpoint.Limits with { SendQueue = count } }),
        Row("limits.replay", Values.NoneOrCount, (endpoint, count) => endpoint with { Limits = endpoint.Limits with { Replay = count } }),
        Row("limits.replay-bytes", Values.Size, (endpoint, size) => endpoint with { Limits = endpoint.Limits with { ReplayBytes = size } }),
        Row("limits.overflow", Values.Word<OverflowPolicy>(), (endpoint, policy) =>
            endpoint with
            {
                Limits = endpoint.Limits with { Overflow = policy },
            }),
        Row("outcomes.rules", OutcomeValues.Rules, (endpoint, rules) =>
            endpoint with
            {
                Outcomes = endpoint.Outcomes with { Rules = rules },
            }),
        Row("outcomes.otherwise", Values.Word<OutcomeAction>(), (endpoint, action) =>
            endpoint with
            {
                Outcomes = endpoint.Outcomes with { Otherwise = action },
            }),
        Row("send.while-down", Values.Word<SendWhileDown>(), (endpoint, policy) =>
            endpoint with
            {
                Send = endpoint.Send with { WhileDown = policy },
            }),
        Row("send.time-to-live", Values.Positive, (endpoint, time) => endpoint with { Send = endpoint.Send with { TimeToLive = time } }),
        Row("compression", Values.Switch, (endpoint, on) => endpoint with { Compression = on }),
        Row("tls.verify", Values.Switch, (endpoint, on) => endpoint with { Tls = endpoint.Tls with { Verify = on } }),
        Row("tls.min-version", AddressValues.TlsVersion, (endpoint, version) =>
            endpoint with
            {
                Tls = endpoint.Tls with { MinVersion = version },
            }),
        Row("tls.ca-file", Values.OptionalText("the path of a PEM file"), (endpoint, path) =>
            endpoint with
            {
                Tls = endpoint.Tls with { CaFile = path },
            }),
        Row("tls.client-cert", Values.OptionalText("the path of a PEM file"), (endpoint, path) =>
            endpoint with
            {
                Tls = endpoint.Tls with { ClientCert = path },
            }),
        Row("tls.client-key", Values.OptionalText("the path of a PEM file"), (endpoint, path) =>
            endpoint with
            {
                Tls = endpoint.Tls with { ClientKey = path },
            }),
        Row("tls.server-name", Values.OptionalText("a host name"), (endpoint, name) =>
            endpoint with
            {
                Tls = endpoint.Tls with { ServerName = name },
            }),
        Row("proxy", AddressValues.Proxy, (endpoint, proxy) => endpoint with { Proxy = proxy }),
        Row("tcp.keep-alive", Values.OffOrDuration, (endpoint, time) => endpoint with { Tcp = endpoint.Tcp with { KeepAlive = time } }),
        Row("subprotocols", new ListOf<string>(HeaderValues.Subprotocol), (endpoint, subprotocols) =>
            endpoint with
            {
                Subprotocols = subprotocols,
            }),
        Row("headers", HeaderValues.Headers, (endpoint, headers) =>
            endpoint with
            {
                Headers = HeaderValues.Headers.Lay(headers, endpoint.Headers),
            }),
        Row("redirects", Values.NoneOrCount, (endpoint, count) => endpoint with { Redirects = count }),
        Row("cookies", Values.Switch, (endpoint, on) => endpoint with { Cookies = on }),
        Row("on-open", new ListOf<OpeningMessage>(MessageValues.Opening), (endpoint, messages) => endpoint with { OnOpen = messages }),
        Row("on-close", new ListOf<OutboundMessage>(MessageValues.Message), (endpoint, messages) => endpoint with { OnClose = messages }),
        Row("close-code", OutcomeValues.SendableCloseCode, (endpoint, code) => endpoint with { CloseCode = code }),
        Row("drain-close-code", OutcomeValues.SendableCloseCode, (endpoint, code) => endpoint with { DrainCloseCode = code }),
        Row("labels", HeaderValues.Labels, (endpoint, labels) =>
            endpoint with
            {
                Labels = HeaderValues.Labels.Lay(labels, endpoint.Labels),
            }));

    private static Key<EndpointSettings, TValue> Row<TValue>(
        string path, ValueReader<TValue> reader, Func<EndpointSettings, TValue, EndpointSettings> set)
    {
        var setting = Settings[path];
        return new(path, setting.Effect, reader, endpoint => (TValue)setting.Read(endpoint)!, set);
    }
}
