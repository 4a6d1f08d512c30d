using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// All settings of one endpoint. Immutable and compared by content. Validated at the boundary
/// (configuration or the embedding service) and trusted inside. Defaults are those of reference.conf.
/// </summary>
public sealed record EndpointSettings
{
    /// <summary>The identity of the endpoint in logs, metrics, the API and across reloads.</summary>
    public required EndpointId Id { get; init; }

    /// <summary>
    /// Where to connect first: an absolute <c>ws</c> or <c>wss</c> URL without a fragment (RFC 6455 section 3). Path and query may have
    /// placeholders, as in a <see cref="Template"/>. With a placeholder before the path it is a relative <see cref="Uri"/>, and becomes a
    /// URL at each attempt.
    /// </summary>
    public required Uri Url { get; init; }

    /// <summary>
    /// The hosts that the peer's words may lead to: needed where a placeholder stands before the path of a URL, and for
    /// <see cref="MessageRule.To"/>. <c>*.example.com</c> stands for every host below it. Default none.
    /// </summary>
    public ValueList<string> Hosts { get; init; } = [];

    /// <summary>Other URLs, tried in order after <see cref="Url"/> as <see cref="Failover"/> says. Default none.</summary>
    public ValueList<Uri> Urls { get; init; } = [];

    /// <summary>When the endpoint goes to another of its URLs, and back.</summary>
    public FailoverSettings Failover { get; init; } = Defaults.Failover;

    /// <summary>False keeps the endpoint configured but paused. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The group whose budgets this endpoint shares; null for none.</summary>
    public string? Group { get; init; }

    /// <summary>Which implementation of the transport seam carries the connection.</summary>
    public TransportKind Transport { get; init; } = TransportKind.ClientWebSocket;

    public TimeoutSettings Timeouts { get; init; } = Defaults.Timeouts;

    public BackoffSettings Backoff { get; init; } = Defaults.Backoff;

    public HeartbeatSettings Heartbeat { get; init; } = Defaults.Heartbeat;

    /// <summary>What is said again and again while a connection is open, by name. Default nothing.</summary>
    public ValueMap<KeepAlive> KeepAlives { get; init; } = ValueMap<KeepAlive>.Empty;

    /// <summary>When a connection that keeps ending is moved to quarantine; null (default) for never.</summary>
    public FlapSettings? Flap { get; init; }

    /// <summary>Planned replacement of a connection before the server cuts it; null (default) for never.</summary>
    public RotationSettings? MaxAge { get; init; }

    /// <summary>How a connection is replaced, whatever asks for it.</summary>
    public RotateSettings Rotate { get; init; } = Defaults.Rotate;

    public LimitSettings Limits { get; init; } = Defaults.Limits;

    public OutcomeSettings Outcomes { get; init; } = OutcomeSettings.Default;

    public SendSettings Send { get; init; } = Defaults.Send;

    /// <summary>Offers permessage-deflate without context takeover (RFC 7692). Default off: it costs memory per connection.</summary>
    public bool Compression { get; init; }

    /// <summary>How the frames of the peer become messages, and how a message that is sent ends.</summary>
    public FramingSettings Framing { get; init; } = Defaults.Framing;

    public TlsSettings Tls { get; init; } = Defaults.Tls;

    public ProxySettings Proxy { get; init; } = ProxySettings.FromEnvironment;

    public TcpSettings Tcp { get; init; } = Defaults.Tcp;

    /// <summary>
    /// Offered subprotocols in order of preference (RFC 6455 section 1.9); they may have references, as in a <see cref="Template"/>.
    /// Default none.
    /// </summary>
    public ValueList<string> Subprotocols { get; init; } = [];

    /// <summary>Request headers of the handshake, resolved again for every attempt.</summary>
    public ValueMap<SecretValue> Headers { get; init; } = ValueMap<SecretValue>.Empty;

    /// <summary>
    /// The most redirects of the handshake (RFC 9110 section 15.4) that one attempt follows; 0 (default)
    /// refuses them. No redirect leads from wss to ws, and credentials go only to the same origin.
    /// </summary>
    public int Redirects { get; init; }

    /// <summary>Sends the cookies of a handshake with the next handshake to the same host (RFC 6265). Default off.</summary>
    public bool Cookies { get; init; }

    /// <summary>
    /// HTTP requests, and steps of the host, in order before each dial, within <see cref="TimeoutSettings.Connect"/>. Whatever they capture
    /// is a secret. Default none.
    /// </summary>
    public ValueList<DialogueStep> Prepare { get; init; } = [];

    /// <summary>
    /// Said and waited for in order after every connect, before the connection counts as open. A step without a message waits for the peer.
    /// </summary>
    public ValueList<DialogueStep> OnOpen { get; init; } = [];

    /// <summary>
    /// How fast opening messages, and the subscriptions that are sent after every connect, may follow each other: evenly spaced, for
    /// servers that close a connection which says much at once. Null (default) for no limit but that of the group.
    /// </summary>
    public Rate? OnOpenPace { get; init; }

    /// <summary>What incoming messages are, and what follows; the first rule that matches decides. Default none: all are data.</summary>
    public ValueList<MessageRule> OnMessage { get; init; } = [];

    /// <summary>
    /// Values by name for messages and handshake, each filled once for each attempt. Default none.
    /// </summary>
    public ValueMap<ValueTemplate> Let { get; init; } = ValueMap<ValueTemplate>.Empty;

    /// <summary>
    /// Captured names whose values are secrets: they, and what is made from them, are masked wherever something is shown. Default none.
    /// </summary>
    public ValueList<string> Secrets { get; init; } = [];

    /// <summary>What is subscribed to, by name. Default nothing.</summary>
    public ValueMap<SubscriptionSettings> Subscriptions { get; init; } = ValueMap<SubscriptionSettings>.Empty;

    /// <summary>Where the peer numbers its messages; null (default) for nowhere.</summary>
    public SequenceSettings? Sequence { get; init; }

    /// <summary>Sent in order before a deliberate close.</summary>
    public ValueList<MessageTemplate> OnClose { get; init; } = [];

    /// <summary>The close code of a deliberate close. Default 1000, normal closure (RFC 6455 section 7.4.1).</summary>
    public int CloseCode { get; init; } = 1000;

    /// <summary>The close code when the service drains. Default 1001, going away (RFC 6455 section 7.4.1).</summary>
    public int DrainCloseCode { get; init; } = 1001;

    /// <summary>
    /// Shows messages, URLs and subprotocols as they are. Default off: they are shown by
    /// their shape, because each of them can hold a token. Headers are never shown.
    /// </summary>
    public bool ShowMessages { get; init; }

    /// <summary>Free labels for selection and display.</summary>
    public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;

    /// <summary>The secrets that the messages of a connection need, each with the key of its message.</summary>
    internal IEnumerable<(string Key, SecretReference Reference)> MessageReferences =>
        MessageTemplates.SelectMany(each => each.Template.References.Select(reference => (each.Key, reference)));

    /// <summary>Everything with placeholders that a connection fills, each with its key.</summary>
    internal IEnumerable<(string Key, Template Template)> MessageTemplates =>
    [
        .. Under(EndpointSetting.Let, Let.Values.SelectMany(value => value.Templates)),
        .. Under(EndpointSetting.Prepare, Prepare.SelectMany(step => step.Templates)),
        .. Under(EndpointSetting.OnOpen, OnOpen.SelectMany(step => step.Templates)),
        .. Under(EndpointSetting.HeartbeatLet, Heartbeat.Let.Values.SelectMany(value => value.Templates)),
        .. Under(EndpointSetting.HeartbeatSend, Heartbeat.Send?.Templates ?? []),
        .. Under(EndpointSetting.HeartbeatExpect, Heartbeat.Expect?.Templates ?? []),
        .. Under(EndpointSetting.HeartbeatReply, (Heartbeat.Reply?.Match.Templates ?? []).Concat(Heartbeat.Reply?.Send.Templates ?? [])),
        .. Under(EndpointSetting.KeepAlives, KeepAlives.Values.SelectMany(each => each.Templates)),
        .. Under(EndpointSetting.OnMessage, OnMessage.SelectMany(rule => rule.Templates)),
        .. Under(EndpointSetting.Subscriptions, Subscriptions.Values.SelectMany(each => each.Templates)),
        .. Under(EndpointSetting.OnClose, OnClose.SelectMany(message => message.Templates)),
    ];

    /// <summary>Everything with placeholders, that of the handshake too, each with its key.</summary>
    internal IEnumerable<(string Key, Template Template)> AllTemplates =>
    [
        .. Under(EndpointSetting.Url, Parsed(Url.OriginalString)),
        .. Under(EndpointSetting.Urls, Urls.SelectMany(url => Parsed(url.OriginalString))),
        .. Under(EndpointSetting.Subprotocols, Subprotocols.SelectMany(Parsed)),
        .. Under(EndpointSetting.Headers, Headers.Values.Select(header => header.AsTemplate()).OfType<Template>()),
        .. MessageTemplates,
    ];

    private static Template[] Parsed(string text) => Template.MayBe(text) ? [Template.Parse(text)] : [];

    private static IEnumerable<(string Key, Template Template)> Under(Setting<EndpointSettings> setting, IEnumerable<Template> templates) =>
        templates.Select(template => (setting.Key, template));

    /// <summary>The id alone: a log that prints a message between actors must not print the settings in it.</summary>
    public override string ToString() => $"settings of {Id}";

    /// <summary>One of each for all endpoints that leave it as it is.</summary>
    private static class Defaults
    {
        public static readonly FailoverSettings Failover = new();
        public static readonly TimeoutSettings Timeouts = new();
        public static readonly BackoffSettings Backoff = new();
        public static readonly HeartbeatSettings Heartbeat = new();
        public static readonly RotateSettings Rotate = new();
        public static readonly LimitSettings Limits = new();
        public static readonly SendSettings Send = new();
        public static readonly FramingSettings Framing = new();
        public static readonly TlsSettings Tls = new();
        public static readonly TcpSettings Tcp = new();
    }
}

/// <summary>The implementations of the transport seam.</summary>
public enum TransportKind
{
    /// <summary><c>client-web-socket</c>: the framework's HTTP and WebSocket, with a tap for RFC 6455 pings.</summary>
    ClientWebSocket,

    /// <summary><c>websocket-client</c>: the Websocket.Client package, once <c>AddWebsocketClient</c> has added it.</summary>
    WebsocketClient,
}
