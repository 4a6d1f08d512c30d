using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// The keys of an endpoint, the same in defaults, templates and endpoints: a rule for each row
/// of <see cref="EndpointSetting"/>, in the same order. A test fails for a row without a rule.
/// </summary>
internal static class EndpointSchema
{
    /// <summary>An endpoint without any key: the start of the fold over layers.</summary>
    public static readonly EndpointSettings Blank = new() { Id = new EndpointId("blank"), Url = new Uri("ws://blank") };

    public static readonly Shape<EndpointSettings> Shape = new(
        Row(EndpointSetting.Url, AddressValues.WebSocketUrl),
        Row(EndpointSetting.Hosts, new ListOf<string>(AddressValues.HostPattern)),
        Row(EndpointSetting.Urls, new ListOf<Uri>(AddressValues.WebSocketUrl)),
        Row(EndpointSetting.FailoverAfter, Values.Count),
        Row(EndpointSetting.FailoverBack, Values.OffOrDuration),
        Row(EndpointSetting.Enabled, Values.Switch),
        Row(EndpointSetting.Group, Values.OptionalText("the name of a group")),
        Row(EndpointSetting.Transport, AddressValues.Transport),
        Row(EndpointSetting.TimeoutsConnect, Values.Positive),
        Row(EndpointSetting.TimeoutsClose, Values.Positive),
        Row(EndpointSetting.TimeoutsSend, Values.Positive),
        Row(EndpointSetting.TimeoutsDataIdle, ClockValues.DataIdle),
        Row(EndpointSetting.BackoffInitial, Values.Positive),
        Row(EndpointSetting.BackoffMax, Values.Positive),
        Row(EndpointSetting.BackoffMultiplier, Values.AtLeastOne),
        Row(EndpointSetting.BackoffJitter, ClockValues.Jitter),
        Row(EndpointSetting.BackoffResetAfter, Values.Duration),
        Row(EndpointSetting.BackoffMaxAttempts, Values.UnlimitedOrCount),
        Row(EndpointSetting.HeartbeatMode, Values.Word<HeartbeatMode>()),
        Row(EndpointSetting.HeartbeatWhen, Values.Word<HeartbeatWhen>()),
        Row(EndpointSetting.HeartbeatInterval, Values.Positive),
        Row(EndpointSetting.HeartbeatTimeout, Values.AutoOrDuration),
        Row(EndpointSetting.HeartbeatMaxMissed, Values.Count),
        Row(EndpointSetting.HeartbeatStrict, Values.Switch),
        Row(EndpointSetting.HeartbeatFirst, Values.Word<FirstHeartbeat>()),
        Row(EndpointSetting.HeartbeatLet, NameValues.Let),
        Row(EndpointSetting.HeartbeatSend, MessageValues.OptionalMessage),
        Row(EndpointSetting.HeartbeatExpect, MessageValues.OptionalPattern),
        Row(EndpointSetting.HeartbeatReply, MessageValues.OptionalReply),
        Row(EndpointSetting.HeartbeatMaxSilence, Values.OffOrDuration),
        Row(EndpointSetting.HeartbeatDeliver, Values.Switch),
        Row(EndpointSetting.KeepAlives, StepValues.KeepAlives),
        Row(EndpointSetting.Flap, ClockValues.Flap),
        Row(EndpointSetting.MaxAge, ClockValues.Rotation),
        Row(EndpointSetting.RotateOrder, Values.Word<RotationOrder>()),
        Row(EndpointSetting.LimitsMessage, Values.Size),
        Row(EndpointSetting.LimitsSendQueue, Values.Count),
        Row(EndpointSetting.LimitsReplay, Values.NoneOrCount),
        Row(EndpointSetting.LimitsReplayBytes, Values.Size),
        Row(EndpointSetting.LimitsOverflow, Values.Word<OverflowPolicy>()),
        Row(EndpointSetting.OutcomesRules, OutcomeValues.Rules),
        Row(EndpointSetting.OutcomesOtherwise, Values.Word<OutcomeAction>()),
        Row(EndpointSetting.SendWhileDown, Values.Word<SendWhileDown>()),
        Row(EndpointSetting.SendTimeToLive, Values.Positive),
        Row(EndpointSetting.Compression, Values.Switch),
        Row(EndpointSetting.Decode, FramingValues.Decode),
        Row(EndpointSetting.Split, FramingValues.Split),
        Row(EndpointSetting.EndWith, FramingValues.EndWith),
        Row(EndpointSetting.DeliverAs, Values.Word<DeliverAs>()),
        Row(EndpointSetting.TlsVerify, Values.Switch),
        Row(EndpointSetting.TlsMinVersion, AddressValues.TlsVersion),
        Row(EndpointSetting.TlsCaFile, Values.OptionalText("the path of a PEM file")),
        Row(EndpointSetting.TlsClientCert, Values.OptionalText("the path of a PEM file")),
        Row(EndpointSetting.TlsClientKey, Values.OptionalText("the path of a PEM file")),
        Row(EndpointSetting.TlsServerName, Values.OptionalText("a host name")),
        Row(EndpointSetting.Proxy, AddressValues.Proxy),
        Row(EndpointSetting.TcpKeepAlive, Values.OffOrDuration),
        Row(EndpointSetting.Subprotocols, new ListOf<string>(HeaderValues.Subprotocol)),
        Row(EndpointSetting.Headers, HeaderValues.Headers),
        Row(EndpointSetting.Redirects, Values.NoneOrCount),
        Row(EndpointSetting.Cookies, Values.Switch),
        Row(EndpointSetting.Let, NameValues.LetOfEndpoint),
        Row(EndpointSetting.Secrets, NameValues.Secrets),
        Row(EndpointSetting.Prepare, StepValues.Preparations),
        Row(EndpointSetting.OnOpen, StepValues.Steps),
        Row(EndpointSetting.OnOpenPace, RateValues.UnlimitedOrRate),
        Row(EndpointSetting.OnMessage, RuleValues.Rules),
        Row(EndpointSetting.Subscriptions, SubscriptionValues.Subscriptions),
        Row(EndpointSetting.Sequence, NameValues.Sequence),
        Row(EndpointSetting.OnClose, new ListOf<MessageTemplate>(new NotInherited<MessageTemplate>(MessageValues.Message))),
        Row(EndpointSetting.CloseCode, OutcomeValues.SendableCloseCode),
        Row(EndpointSetting.DrainCloseCode, OutcomeValues.SendableCloseCode),
        Row(EndpointSetting.ShowMessages, Values.Switch),
        Row(EndpointSetting.Labels, HeaderValues.Labels));

    private static Key<EndpointSettings, TValue> Row<TValue>(Setting<EndpointSettings, TValue> setting, ValueReader<TValue> reader) =>
        new(setting, reader);
}
