using ActorHeartbeat.Templates;
using static ActorHeartbeat.Endpoints.ChangeEffect;
using static ActorHeartbeat.Endpoints.ValueRules;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// The settings of an endpoint, one row each: key, effect of a change, rule and property. A setting that the actor, its heartbeat or its
/// feed looks up when needed is live. A setting that each dial takes with it applies from the next attempt. A setting that the server
/// has received, or the socket was built from, needs a new connection, and so does a secret that a message newly refers to, because
/// secrets are read for each attempt. A row without a rule takes every value of its type.
/// </summary>
public static class EndpointSetting
{
    private static readonly List<Setting<EndpointSettings>> Rows = [];

    private static readonly SettingsPart<EndpointSettings, TimeoutSettings> Timeouts = new(
        "timeouts", endpoint => endpoint.Timeouts, (endpoint, timeouts) => endpoint with { Timeouts = timeouts });
    private static readonly SettingsPart<EndpointSettings, BackoffSettings> Backoff = new(
        "backoff", endpoint => endpoint.Backoff, (endpoint, backoff) => endpoint with { Backoff = backoff });
    private static readonly SettingsPart<EndpointSettings, HeartbeatSettings> Heartbeat = new(
        "heartbeat", endpoint => endpoint.Heartbeat, (endpoint, heartbeat) => endpoint with { Heartbeat = heartbeat });
    private static readonly SettingsPart<EndpointSettings, RotateSettings> Rotate = new(
        "rotate", endpoint => endpoint.Rotate, (endpoint, rotate) => endpoint with { Rotate = rotate });
    private static readonly SettingsPart<EndpointSettings, LimitSettings> Limits = new(
        "limits", endpoint => endpoint.Limits, (endpoint, limits) => endpoint with { Limits = limits });
    private static readonly SettingsPart<EndpointSettings, OutcomeSettings> Outcomes = new(
        "outcomes", endpoint => endpoint.Outcomes, (endpoint, outcomes) => endpoint with { Outcomes = outcomes });
    private static readonly SettingsPart<EndpointSettings, SendSettings> Send = new(
        "send", endpoint => endpoint.Send, (endpoint, send) => endpoint with { Send = send });
    private static readonly SettingsPart<EndpointSettings, FailoverSettings> Failover = new(
        "failover", endpoint => endpoint.Failover, (endpoint, failover) => endpoint with { Failover = failover });
    private static readonly SettingsPart<EndpointSettings, FramingSettings> Framing = new(
        "", endpoint => endpoint.Framing, (endpoint, framing) => endpoint with { Framing = framing });
    private static readonly SettingsPart<EndpointSettings, TlsSettings> Tls = new(
        "tls", endpoint => endpoint.Tls, (endpoint, tls) => endpoint with { Tls = tls });
    private static readonly SettingsPart<EndpointSettings, TcpSettings> Tcp = new(
        "tcp", endpoint => endpoint.Tcp, (endpoint, tcp) => endpoint with { Tcp = tcp });

    public static readonly Setting<EndpointSettings, Uri> Url = Row(
        "url", Reconnect, AnyWebSocketUrl, endpoint => endpoint.Url, (endpoint, value) => endpoint with { Url = value });
    public static readonly Setting<EndpointSettings, ValueList<string>> Hosts = Row(
        "hosts", Live, Each(HostPattern), endpoint => endpoint.Hosts, (endpoint, value) => endpoint with { Hosts = value });
    public static readonly Setting<EndpointSettings, ValueList<Uri>> Urls = Row(
        "urls", NextAttempt, Each(AnyWebSocketUrl), endpoint => endpoint.Urls, (endpoint, value) => endpoint with { Urls = value });
    public static readonly Setting<EndpointSettings, int> FailoverAfter = Row(
        Failover.Setting("after", Live, Count, failover => failover.After, (failover, value) => failover with { After = value }));
    public static readonly Setting<EndpointSettings, TimeSpan?> FailoverBack = Row(
        Failover.Setting("back", Live, Positive.Or("off"), failover => failover.Back, (failover, value) => failover with { Back = value }));
    public static readonly Setting<EndpointSettings, bool> Enabled = Row(
        "enabled", Live, endpoint => endpoint.Enabled, (endpoint, value) => endpoint with { Enabled = value });
    public static readonly Setting<EndpointSettings, string?> Group = Row(
        "group", Reconnect, TextOrNone("the name of a group"),
        endpoint => endpoint.Group, (endpoint, value) => endpoint with { Group = value });
    public static readonly Setting<EndpointSettings, TransportKind> Transport = Row(
        "transport", Reconnect, endpoint => endpoint.Transport, (endpoint, value) => endpoint with { Transport = value });
    public static readonly Setting<EndpointSettings, TimeSpan> TimeoutsConnect = Row(
        Timeouts.Setting(
            "connect", NextAttempt, Positive, timeouts => timeouts.Connect, (timeouts, value) => timeouts with { Connect = value }));
    public static readonly Setting<EndpointSettings, TimeSpan> TimeoutsClose = Row(
        Timeouts.Setting("close", NextAttempt, Positive, timeouts => timeouts.Close, (timeouts, value) => timeouts with { Close = value }));
    public static readonly Setting<EndpointSettings, TimeSpan> TimeoutsSend = Row(
        Timeouts.Setting("send", NextAttempt, Positive, timeouts => timeouts.Send, (timeouts, value) => timeouts with { Send = value }));
    public static readonly Setting<EndpointSettings, DataIdleSettings?> TimeoutsDataIdle = Row(
        Timeouts.Setting("data-idle", Live, timeouts => timeouts.DataIdle, (timeouts, value) => timeouts with { DataIdle = value }));
    public static readonly Setting<EndpointSettings, TimeSpan> BackoffInitial = Row(
        Backoff.Setting(
            "initial", NextAttempt, Positive, backoff => backoff.Initial, (backoff, value) => backoff with { Initial = value }));
    public static readonly Setting<EndpointSettings, TimeSpan> BackoffMax = Row(
        Backoff.Setting("max", NextAttempt, Positive, backoff => backoff.Max, (backoff, value) => backoff with { Max = value }));
    public static readonly Setting<EndpointSettings, double> BackoffMultiplier = Row(
        Backoff.Setting(
            "multiplier", NextAttempt, Growth, backoff => backoff.Multiplier, (backoff, value) => backoff with { Multiplier = value }));
    public static readonly Setting<EndpointSettings, Jitter> BackoffJitter = Row(
        Backoff.Setting("jitter", NextAttempt, backoff => backoff.Jitter, (backoff, value) => backoff with { Jitter = value }));
    public static readonly Setting<EndpointSettings, TimeSpan> BackoffResetAfter = Row(
        Backoff.Setting(
            "reset-after", NextAttempt, ZeroOrMore,
            backoff => backoff.ResetAfter, (backoff, value) => backoff with { ResetAfter = value }));
    public static readonly Setting<EndpointSettings, int?> BackoffMaxAttempts = Row(
        Backoff.Setting(
            "max-attempts", NextAttempt, Count.Or("unlimited"),
            backoff => backoff.MaxAttempts, (backoff, value) => backoff with { MaxAttempts = value }));
    public static readonly Setting<EndpointSettings, HeartbeatMode> HeartbeatMode = Row(
        Heartbeat.Setting("mode", Live, heartbeat => heartbeat.Mode, (heartbeat, value) => heartbeat with { Mode = value }));
    public static readonly Setting<EndpointSettings, HeartbeatWhen> HeartbeatWhen = Row(
        Heartbeat.Setting("when", Live, heartbeat => heartbeat.When, (heartbeat, value) => heartbeat with { When = value }));
    public static readonly Setting<EndpointSettings, TimeSpan> HeartbeatInterval = Row(
        Heartbeat.Setting(
            "interval", Live, Positive, heartbeat => heartbeat.Interval, (heartbeat, value) => heartbeat with { Interval = value }));
    public static readonly Setting<EndpointSettings, TimeSpan?> HeartbeatTimeout = Row(
        Heartbeat.Setting(
            "timeout", Live, Positive.Or("auto"),
            heartbeat => heartbeat.Timeout, (heartbeat, value) => heartbeat with { Timeout = value }));
    public static readonly Setting<EndpointSettings, int> HeartbeatMaxMissed = Row(
        Heartbeat.Setting(
            "max-missed", Live, Count, heartbeat => heartbeat.MaxMissed, (heartbeat, value) => heartbeat with { MaxMissed = value }));
    public static readonly Setting<EndpointSettings, bool> HeartbeatStrict = Row(
        Heartbeat.Setting("strict", Live, heartbeat => heartbeat.Strict, (heartbeat, value) => heartbeat with { Strict = value }));
    public static readonly Setting<EndpointSettings, FirstHeartbeat> HeartbeatFirst = Row(
        Heartbeat.Setting("first", Live, heartbeat => heartbeat.First, (heartbeat, value) => heartbeat with { First = value }));
    public static readonly Setting<EndpointSettings, ValueMap<ValueTemplate>> HeartbeatLet = Row(
        Heartbeat.Setting("let", Live, ValuesOfMessage, heartbeat => heartbeat.Let, (heartbeat, value) => heartbeat with { Let = value }));
    public static readonly Setting<EndpointSettings, MessageTemplate?> HeartbeatSend = Row(
        Heartbeat.Setting("send", Live, heartbeat => heartbeat.Send, (heartbeat, value) => heartbeat with { Send = value }));
    public static readonly Setting<EndpointSettings, MessagePattern?> HeartbeatExpect = Row(
        Heartbeat.Setting("expect", Live, heartbeat => heartbeat.Expect, (heartbeat, value) => heartbeat with { Expect = value }));
    public static readonly Setting<EndpointSettings, HeartbeatReply?> HeartbeatReply = Row(
        Heartbeat.Setting("reply", Live, heartbeat => heartbeat.Reply, (heartbeat, value) => heartbeat with { Reply = value }));
    public static readonly Setting<EndpointSettings, TimeSpan?> HeartbeatMaxSilence = Row(
        Heartbeat.Setting(
            "max-silence", Live, Positive.Or("off"),
            heartbeat => heartbeat.MaxSilence, (heartbeat, value) => heartbeat with { MaxSilence = value }));
    public static readonly Setting<EndpointSettings, bool> HeartbeatDeliver = Row(
        Heartbeat.Setting("deliver", Live, heartbeat => heartbeat.Deliver, (heartbeat, value) => heartbeat with { Deliver = value }));
    public static readonly Setting<EndpointSettings, ValueMap<KeepAlive>> KeepAlives = Row(
        "keep-alives", Live, endpoint => endpoint.KeepAlives, (endpoint, value) => endpoint with { KeepAlives = value });
    public static readonly Setting<EndpointSettings, FlapSettings?> Flap = Row(
        "flap", Live, endpoint => endpoint.Flap, (endpoint, value) => endpoint with { Flap = value });
    public static readonly Setting<EndpointSettings, RotationSettings?> MaxAge = Row(
        "max-age", Live, endpoint => endpoint.MaxAge, (endpoint, value) => endpoint with { MaxAge = value });
    public static readonly Setting<EndpointSettings, RotationOrder> RotateOrder = Row(
        Rotate.Setting("order", Live, rotate => rotate.Order, (rotate, value) => rotate with { Order = value }));
    public static readonly Setting<EndpointSettings, int> LimitsMessage = Row(
        Limits.Setting("message", Live, Bytes, limits => limits.Message, (limits, value) => limits with { Message = value }));
    public static readonly Setting<EndpointSettings, int> LimitsSendQueue = Row(
        Limits.Setting("send-queue", Live, Count, limits => limits.SendQueue, (limits, value) => limits with { SendQueue = value }));
    public static readonly Setting<EndpointSettings, int> LimitsReplay = Row(
        Limits.Setting("replay", Live, NoneOrCount, limits => limits.Replay, (limits, value) => limits with { Replay = value }));
    public static readonly Setting<EndpointSettings, int> LimitsReplayBytes = Row(
        Limits.Setting("replay-bytes", Live, Bytes, limits => limits.ReplayBytes, (limits, value) => limits with { ReplayBytes = value }));
    public static readonly Setting<EndpointSettings, OverflowPolicy> LimitsOverflow = Row(
        Limits.Setting("overflow", Live, limits => limits.Overflow, (limits, value) => limits with { Overflow = value }));
    public static readonly Setting<EndpointSettings, ValueList<OutcomeRule>> OutcomesRules = Row(
        Outcomes.Setting("rules", Live, outcomes => outcomes.Rules, (outcomes, value) => outcomes with { Rules = value }));
    public static readonly Setting<EndpointSettings, OutcomeAction> OutcomesOtherwise = Row(
        Outcomes.Setting("otherwise", Live, outcomes => outcomes.Otherwise, (outcomes, value) => outcomes with { Otherwise = value }));
    public static readonly Setting<EndpointSettings, SendWhileDown> SendWhileDown = Row(
        Send.Setting("while-down", Live, send => send.WhileDown, (send, value) => send with { WhileDown = value }));
    public static readonly Setting<EndpointSettings, TimeSpan> SendTimeToLive = Row(
        Send.Setting("time-to-live", Live, Positive, send => send.TimeToLive, (send, value) => send with { TimeToLive = value }));
    public static readonly Setting<EndpointSettings, bool> Compression = Row(
        "compression", Reconnect, endpoint => endpoint.Compression, (endpoint, value) => endpoint with { Compression = value });
    public static readonly Setting<EndpointSettings, FrameDecoding> Decode = Row(
        Framing.Setting(
            "decode", Reconnect,
            framing => new FrameDecoding(framing.Decode, framing.Codec),
            (framing, value) => framing with { Decode = value.Coding, Codec = value.Codec }));
    public static readonly Setting<EndpointSettings, MessageSplit> Split = Row(
        Framing.Setting("split", Live, framing => framing.Split, (framing, value) => framing with { Split = value }));
    public static readonly Setting<EndpointSettings, string> EndWith = Row(
        Framing.Setting("end-with", Live, FixedEnding, framing => framing.EndWith, (framing, value) => framing with { EndWith = value }));
    public static readonly Setting<EndpointSettings, DeliverAs> DeliverAs = Row(
        Framing.Setting("deliver-as", Live, framing => framing.DeliverAs, (framing, value) => framing with { DeliverAs = value }));
    public static readonly Setting<EndpointSettings, bool> TlsVerify = Row(
        Tls.Setting("verify", Reconnect, tls => tls.Verify, (tls, value) => tls with { Verify = value }));
    public static readonly Setting<EndpointSettings, TlsVersion> TlsMinVersion = Row(
        Tls.Setting("min-version", Reconnect, tls => tls.MinVersion, (tls, value) => tls with { MinVersion = value }));
    public static readonly Setting<EndpointSettings, string?> TlsCaFile = Row(
        Tls.Setting(
            "ca-file", Reconnect, TextOrNone("the path of a PEM file"), tls => tls.CaFile, (tls, value) => tls with { CaFile = value }));
    public static readonly Setting<EndpointSettings, string?> TlsClientCert = Row(
        Tls.Setting(
            "client-cert", Reconnect, TextOrNone("the path of a PEM file"),
            tls => tls.ClientCert, (tls, value) => tls with { ClientCert = value }));
    public static readonly Setting<EndpointSettings, string?> TlsClientKey = Row(
        Tls.Setting(
            "client-key", Reconnect, TextOrNone("the path of a PEM file"),
            tls => tls.ClientKey, (tls, value) => tls with { ClientKey = value }));
    public static readonly Setting<EndpointSettings, string?> TlsServerName = Row(
        Tls.Setting(
            "server-name", Reconnect, TextOrNone("a host name"), tls => tls.ServerName, (tls, value) => tls with { ServerName = value }));
    public static readonly Setting<EndpointSettings, ProxySettings> Proxy = Row(
        "proxy", Reconnect, endpoint => endpoint.Proxy, (endpoint, value) => endpoint with { Proxy = value });
    public static readonly Setting<EndpointSettings, TimeSpan?> TcpKeepAlive = Row(
        Tcp.Setting("keep-alive", Reconnect, Positive.Or("off"), tcp => tcp.KeepAlive, (tcp, value) => tcp with { KeepAlive = value }));
    public static readonly Setting<EndpointSettings, ValueList<string>> Subprotocols = Row(
        "subprotocols", Reconnect, Each(Subprotocol),
        endpoint => endpoint.Subprotocols, (endpoint, value) => endpoint with { Subprotocols = value });
    public static readonly Setting<EndpointSettings, ValueMap<SecretValue>> Headers = Row(
        "headers", Reconnect, endpoint => endpoint.Headers, (endpoint, value) => endpoint with { Headers = value });
    public static readonly Setting<EndpointSettings, int> Redirects = Row(
        "redirects", NextAttempt, NoneOrCount, endpoint => endpoint.Redirects, (endpoint, value) => endpoint with { Redirects = value });
    public static readonly Setting<EndpointSettings, bool> Cookies = Row(
        "cookies", NextAttempt, endpoint => endpoint.Cookies, (endpoint, value) => endpoint with { Cookies = value });
    public static readonly Setting<EndpointSettings, ValueMap<ValueTemplate>> Let = Row(
        "let", Reconnect, ValuesOfAttempt, endpoint => endpoint.Let, (endpoint, value) => endpoint with { Let = value });
    public static readonly Setting<EndpointSettings, ValueList<string>> Secrets = Row(
        "secrets", Live, Each(CapturedName), endpoint => endpoint.Secrets, (endpoint, value) => endpoint with { Secrets = value });
    public static readonly Setting<EndpointSettings, ValueList<DialogueStep>> Prepare = Row(
        "prepare", NextAttempt, StepsBeforeDial, endpoint => endpoint.Prepare, (endpoint, value) => endpoint with { Prepare = value });
    public static readonly Setting<EndpointSettings, ValueList<DialogueStep>> OnOpen = Row(
        "on-open", Reconnect, StepsOfOpening, endpoint => endpoint.OnOpen, (endpoint, value) => endpoint with { OnOpen = value });
    public static readonly Setting<EndpointSettings, Rate?> OnOpenPace = Row(
        "on-open-pace", NextAttempt, PositiveRate.Or("unlimited"),
        endpoint => endpoint.OnOpenPace, (endpoint, value) => endpoint with { OnOpenPace = value });
    public static readonly Setting<EndpointSettings, ValueList<MessageRule>> OnMessage = Row(
        "on-message", Live, endpoint => endpoint.OnMessage, (endpoint, value) => endpoint with { OnMessage = value });
    public static readonly Setting<EndpointSettings, ValueMap<SubscriptionSettings>> Subscriptions = Row(
        "subscriptions", Live, NamedSubscriptions,
        endpoint => endpoint.Subscriptions, (endpoint, value) => endpoint with { Subscriptions = value });
    public static readonly Setting<EndpointSettings, SequenceSettings?> Sequence = Row(
        "sequence", Live, endpoint => endpoint.Sequence, (endpoint, value) => endpoint with { Sequence = value });
    public static readonly Setting<EndpointSettings, ValueList<MessageTemplate>> OnClose = Row(
        "on-close", Live, endpoint => endpoint.OnClose, (endpoint, value) => endpoint with { OnClose = value });
    public static readonly Setting<EndpointSettings, int> CloseCode = Row(
        "close-code", Live, SendableCloseCode, endpoint => endpoint.CloseCode, (endpoint, value) => endpoint with { CloseCode = value });
    public static readonly Setting<EndpointSettings, int> DrainCloseCode = Row(
        "drain-close-code", Live, SendableCloseCode,
        endpoint => endpoint.DrainCloseCode, (endpoint, value) => endpoint with { DrainCloseCode = value });
    public static readonly Setting<EndpointSettings, bool> ShowMessages = Row(
        "show-messages", Live, endpoint => endpoint.ShowMessages, (endpoint, value) => endpoint with { ShowMessages = value });
    public static readonly Setting<EndpointSettings, ValueMap<string>> Labels = Row(
        "labels", Live, endpoint => endpoint.Labels, (endpoint, value) => endpoint with { Labels = value });

    /// <summary>Every row, in the order above, which is the order in which keys are shown.</summary>
    public static readonly ValueList<Setting<EndpointSettings>> All = [.. Rows];

    /// <summary>Why one of the values is not taken, in one line with its key and without the value; null when all are.</summary>
    public static string? Reject(EndpointSettings endpoint) => All
        .Select(setting => setting.Reject(endpoint) is { } reason ? $"{setting.Key}: {reason}" : null)
        .FirstOrDefault(reason => reason is not null);

    private static Setting<EndpointSettings, TValue> Row<TValue>(
        string key, ChangeEffect effect, Func<EndpointSettings, TValue> get, Func<EndpointSettings, TValue, EndpointSettings> set) =>
        Row(new Setting<EndpointSettings, TValue>(key, effect, get, set));

    private static Setting<EndpointSettings, TValue> Row<TValue>(
        string key,
        ChangeEffect effect,
        ValueRule<TValue> rule,
        Func<EndpointSettings, TValue> get,
        Func<EndpointSettings, TValue, EndpointSettings> set) =>
        Row(new Setting<EndpointSettings, TValue>(key, effect, rule, get, set));

    private static Setting<EndpointSettings, TValue> Row<TValue>(Setting<EndpointSettings, TValue> setting)
    {
        Rows.Add(setting);
        return setting;
    }
}
