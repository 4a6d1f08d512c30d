using static ActorHeartbeat.Endpoints.ChangeEffect;

namespace ActorHeartbeat.Endpoints;

/// <summary>One key of an endpoint: how it is spelled, what a change of it takes, and where its value is.</summary>
/// <param name="Key">The key as spelled in the configuration, relative to the endpoint.</param>
/// <param name="Effect">What a change of it takes.</param>
/// <param name="Read">Its value; compared by content.</param>
public sealed record EndpointSetting(string Key, ChangeEffect Effect, Func<EndpointSettings, object?> Read)
{
    /// <summary>
    /// Every key of an endpoint. What the actor, its heartbeat or its feed look up when they need it is live; what a dial takes
    /// with it counts from the next attempt; what the server has been told, or the socket was built from, needs a new connection.
    /// </summary>
    public static readonly ValueList<EndpointSetting> All =
    [
        new("url", Reconnect, endpoint => endpoint.Url),
        new("urls", NextAttempt, endpoint => endpoint.Urls),
        new("enabled", Live, endpoint => endpoint.Enabled),
        new("group", Reconnect, endpoint => endpoint.Group),
        new("transport", Reconnect, endpoint => endpoint.Transport),
        new("timeouts.connect", NextAttempt, endpoint => endpoint.Timeouts.Connect),
        new("timeouts.close", NextAttempt, endpoint => endpoint.Timeouts.Close),
        new("timeouts.send", NextAttempt, endpoint => endpoint.Timeouts.Send),
        new("timeouts.data-idle", Live, endpoint => endpoint.Timeouts.DataIdle),
        new("backoff.initial", NextAttempt, endpoint => endpoint.Backoff.Initial),
        new("backoff.max", NextAttempt, endpoint => endpoint.Backoff.Max),
        new("backoff.multiplier", NextAttempt, endpoint => endpoint.Backoff.Multiplier),
        new("backoff.jitter", NextAttempt, endpoint => endpoint.Backoff.Jitter),
        new("backoff.reset-after", NextAttempt, endpoint => endpoint.Backoff.ResetAfter),
        new("backoff.max-attempts", NextAttempt, endpoint => endpoint.Backoff.MaxAttempts),
        new("heartbeat.mode", Live, endpoint => endpoint.Heartbeat.Mode),
        new("heartbeat.when", Live, endpoint => endpoint.Heartbeat.When),
        new("heartbeat.interval", Live, endpoint => endpoint.Heartbeat.Interval),
        new("heartbeat.timeout", Live, endpoint => endpoint.Heartbeat.Timeout),
        new("heartbeat.max-missed", Live, endpoint => endpoint.Heartbeat.MaxMissed),
        new("heartbeat.strict", Live, endpoint => endpoint.Heartbeat.Strict),
        new("heartbeat.send", Live, endpoint => endpoint.Heartbeat.Send),
        new("heartbeat.expect", Live, endpoint => endpoint.Heartbeat.Expect),
        new("heartbeat.reply", Live, endpoint => endpoint.Heartbeat.Reply),
        new("heartbeat.max-silence", Live, endpoint => endpoint.Heartbeat.MaxSilence),
        new("heartbeat.deliver", Live, endpoint => endpoint.Heartbeat.Deliver),
        new("flap", Live, endpoint => endpoint.Flap),
        new("max-age", Live, endpoint => endpoint.MaxAge),
        new("limits.message", Live, endpoint => endpoint.Limits.Message),
        new("limits.send-queue", Live, endpoint => endpoint.Limits.SendQueue),
        new("limits.replay", Live, endpoint => endpoint.Limits.Replay),
        new("limits.replay-bytes", Live, endpoint => endpoint.Limits.ReplayBytes),
        new("limits.overflow", Live, endpoint => endpoint.Limits.Overflow),
        new("outcomes.rules", Live, endpoint => endpoint.Outcomes.Rules),
        new("outcomes.otherwise", Live, endpoint => endpoint.Outcomes.Otherwise),
        new("send.while-down", Live, endpoint => endpoint.Send.WhileDown),
        new("send.time-to-live", Live, endpoint => endpoint.Send.TimeToLive),
        new("compression", Reconnect, endpoint => endpoint.Compression),
        new("tls.verify", Reconnect, endpoint => endpoint.Tls.Verify),
        new("tls.min-version", Reconnect, endpoint => endpoint.Tls.MinVersion),
        new("tls.ca-file", Reconnect, endpoint => endpoint.Tls.CaFile),
        new("tls.client-cert", Reconnect, endpoint => endpoint.Tls.ClientCert),
        new("tls.client-key", Reconnect, endpoint => endpoint.Tls.ClientKey),
        new("tls.server-name", Reconnect, endpoint => endpoint.Tls.ServerName),
        new("proxy", Reconnect, endpoint => endpoint.Proxy),
        new("tcp.keep-alive", Reconnect, endpoint => endpoint.Tcp.KeepAlive),
        new("subprotocols", Reconnect, endpoint => endpoint.Subprotocols),
        new("headers", Reconnect, endpoint => endpoint.Headers),
        new("redirects", NextAttempt, endpoint => endpoint.Redirects),
        new("cookies", NextAttempt, endpoint => endpoint.Cookies),
        new("on-open", Reconnect, endpoint => endpoint.OnOpen),
        new("on-close", Live, endpoint => endpoint.OnClose),
        new("close-code", Live, endpoint => endpoint.CloseCode),
        new("drain-close-code", Live, endpoint => endpoint.DrainCloseCode),
        new("labels", Live, endpoint => endpoint.Labels),
    ];
}
