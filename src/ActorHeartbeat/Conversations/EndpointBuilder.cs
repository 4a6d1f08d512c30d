using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>
/// Says what is said and heard on the connections of one endpoint, in the words of the HOCON language. Each call changes the settings that
/// are being made; what comes of it are <see cref="EndpointSettings"/>, the same as those written by hand or read from a file.
/// </summary>
/// <remarks>
/// A wrong word throws where it is said: <see cref="FormatException"/> where a text is malformed, <see cref="ArgumentException"/> where the
/// words of one step or rule contradict each other. Whether a name that is asked for is given somewhere is not looked at: such a
/// placeholder fails the attempt.
/// </remarks>
public sealed class EndpointBuilder
{
    private int _outcomes; // rows that were said here, which stand before the others

    internal EndpointBuilder(EndpointSettings settings) => Settings = settings;

    internal EndpointSettings Settings { get; private set; }

    /// <summary>Changes settings that this builder has no word for, and puts in what was made by hand.</summary>
    /// <param name="change">Makes the new settings from those so far.</param>
    public EndpointBuilder With(Func<EndpointSettings, EndpointSettings> change)
    {
        Settings = change(Settings);
        return this;
    }

    /// <summary>Where to connect first.</summary>
    /// <param name="url">
    /// A ws or wss URL; path and query may have placeholders. With a placeholder before the path the peer decides the host, and
    /// <see cref="Hosts"/> says which are allowed.
    /// </param>
    /// <exception cref="FormatException">It is no such URL.</exception>
    public EndpointBuilder Url(string url) => With(endpoint => endpoint with { Url = ReadUrl(url) });

    /// <summary>Other URLs, tried in order after the first. Default none.</summary>
    /// <exception cref="FormatException">One of them is no ws or wss URL.</exception>
    public EndpointBuilder Urls(params string[] urls) => With(endpoint => endpoint with { Urls = [.. urls.Select(ReadUrl)] });

    /// <summary>The hosts that the peer's words may lead to. Default none.</summary>
    /// <param name="patterns">Hosts; <c>*.example.com</c> is every host below it.</param>
    /// <exception cref="FormatException">One of them is no host.</exception>
    public EndpointBuilder Hosts(params string[] patterns)
    {
        Spoken.Refuse(EndpointSetting.Hosts.RejectValue([.. patterns]));
        return With(endpoint => endpoint with { Hosts = [.. patterns] });
    }

    /// <summary>A header of the handshake, filled again for each attempt.</summary>
    /// <param name="name">The name (RFC 9110 section 5.1).</param>
    /// <param name="value">Its value, with placeholders such as <c>@{env.NAME}</c>.</param>
    /// <exception cref="FormatException">Name or value cannot stand in a header, or belongs to the handshake itself.</exception>
    /// <exception cref="ArgumentException">The header was said before.</exception>
    public EndpointBuilder Header(string name, string value) => Header(name, Spoken.HeaderText(value));

    /// <inheritdoc cref="Header(string, string)"/>
    public EndpointBuilder Header(string name, SecretValue value) =>
        With(endpoint => endpoint with { Headers = Spoken.Header(endpoint.Headers, name, value) });

    /// <summary>Offered subprotocols in order of preference (RFC 6455 section 1.9). Default none.</summary>
    /// <exception cref="FormatException">One of them is no token, or has a placeholder that has no value before the connection.</exception>
    public EndpointBuilder Subprotocols(params string[] names)
    {
        Spoken.Refuse(EndpointSetting.Subprotocols.RejectValue([.. names]));
        return With(endpoint => endpoint with { Subprotocols = [.. names] });
    }

    /// <summary>How the frames of the peer are compressed, beside permessage-deflate. Default off.</summary>
    public EndpointBuilder Decode(FrameCoding coding) => Frame(framing => framing with { Decode = coding });

    /// <summary>The codec that makes messages of binary frames. Default none.</summary>
    /// <param name="codec">A name that the host has registered, or the built-in <c>mqtt</c>.</param>
    /// <exception cref="FormatException">It is no name, or that of a <see cref="FrameCoding"/>.</exception>
    public EndpointBuilder Decode(string codec)
    {
        Spoken.Refuse(Words.RejectCodec(codec));
        return Frame(framing => framing with { Decode = FrameCoding.Off, Codec = codec });
    }

    /// <summary>How messages stand in a frame. Default: each frame is one message.</summary>
    /// <param name="split">Such as <see cref="MessageSplit.Lines"/> or <see cref="MessageSplit.Behind"/>.</param>
    public EndpointBuilder Split(MessageSplit split) => Frame(framing => framing with { Split = split });

    /// <summary>Put behind every text message that is sent. Default nothing.</summary>
    /// <exception cref="FormatException">The text has a placeholder.</exception>
    public EndpointBuilder EndWith(string text)
    {
        Spoken.Refuse(EndpointSetting.EndWith.RejectValue(text));
        return Frame(framing => framing with { EndWith = text });
    }

    /// <summary>What subscribers receive. Default frames.</summary>
    public EndpointBuilder DeliverAs(DeliverAs what) => Frame(framing => framing with { DeliverAs = what });

    /// <summary>How the life of a connection is checked. Words that are not said stay as they were; the default is a ping.</summary>
    /// <exception cref="ArgumentException">The words contradict each other, as <c>Expect</c> without <c>Send</c>.</exception>
    public EndpointBuilder Heartbeat(Action<HeartbeatBuilder> say) =>
        With(endpoint => endpoint with { Heartbeat = HeartbeatBuilder.Make(endpoint.Heartbeat, say) });

    /// <summary>Says something again and again while a connection is open. It expects nothing and ends nothing.</summary>
    /// <param name="name">Its name, for <c>keep-alives.NAME.interval</c>.</param>
    /// <param name="say">Says what, and how often.</param>
    /// <exception cref="FormatException">It is no name.</exception>
    /// <exception cref="ArgumentException">There is one of this name, or it has no interval, or not one of send and http.</exception>
    public EndpointBuilder KeepAlive(string name, Action<KeepAliveBuilder> say)
    {
        Spoken.Refuse(TemplateName.Reject(name));
        return With(endpoint => endpoint with { KeepAlives = Spoken.Added(endpoint.KeepAlives, name, KeepAliveBuilder.Make(say)) });
    }

    /// <summary>Adds what is subscribed to, under a name of your choice (<c>subscriptions</c>).</summary>
    /// <param name="name">A letter or _ and then letters, digits, _ and -.</param>
    /// <param name="say">Says it.</param>
    /// <exception cref="FormatException">The name is malformed.</exception>
    /// <exception cref="ArgumentException">The name is taken, or what is said contradicts itself.</exception>
    public EndpointBuilder Subscription(string name, Action<SubscriptionBuilder> say)
    {
        Spoken.Refuse(TemplateName.Reject(name));
        return With(endpoint => endpoint with
        {
            Subscriptions = Spoken.Added(endpoint.Subscriptions, name, SubscriptionBuilder.Make(say)),
        });
    }

    /// <summary>Names a value for messages and handshake; it is filled once for each attempt.</summary>
    /// <inheritdoc cref="StepBuilder.Let(string, string)"/>
    public EndpointBuilder Let(string name, string value) => Let(name, ValueTemplate.Text(value));

    /// <summary>Names a JSON value for messages and handshake.</summary>
    /// <inheritdoc cref="StepBuilder.LetJson"/>
    public EndpointBuilder LetJson(string name, string json) => Let(name, ValueTemplate.Json(Spoken.Compact(json)));

    /// <summary>Captured names whose values are secrets: they are masked wherever something is shown. Default none.</summary>
    /// <exception cref="FormatException">One of them is no name.</exception>
    public EndpointBuilder Secrets(params string[] names)
    {
        Spoken.Refuse(EndpointSetting.Secrets.RejectValue([.. names]));
        return With(endpoint => endpoint with { Secrets = [.. endpoint.Secrets, .. names] });
    }

    /// <summary>
    /// Adds an HTTP request that is made before each dial, behind those that are there, within the timeout of the connect. What it captures
    /// is secret.
    /// </summary>
    /// <param name="say">Says the step; it needs <c>Http</c>.</param>
    /// <exception cref="ArgumentException">The words contradict each other, or belong to the opening.</exception>
    public EndpointBuilder Prepare(Action<StepBuilder> say) =>
        With(endpoint => endpoint with { Prepare = [.. endpoint.Prepare, StepBuilder.Make(say, isOfPrepare: true)] });

    /// <summary>Adds a step that is taken after every connect, before the connection counts as open, behind those that are there.</summary>
    /// <exception cref="ArgumentException">The words contradict each other, as <c>Reject</c> without <c>Expect</c>.</exception>
    public EndpointBuilder OnOpen(Action<StepBuilder> say) =>
        With(endpoint => endpoint with { OnOpen = [.. endpoint.OnOpen, StepBuilder.Make(say, isOfPrepare: false)] });

    /// <summary>How fast opening messages and first subscriptions may follow each other, evenly spaced. Default no limit.</summary>
    /// <param name="messages">How many.</param>
    /// <param name="per">In what time.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not above zero.</exception>
    public EndpointBuilder OnOpenPace(double messages, TimeSpan per)
    {
        var pace = Spoken.Within(EndpointSetting.OnOpenPace, new Rate(messages, per), nameof(messages));
        return With(endpoint => endpoint with { OnOpenPace = pace });
    }

    /// <summary>Adds a rule about incoming messages, behind those that are there. The first that matches decides.</summary>
    /// <param name="match">The messages that it decides about.</param>
    /// <param name="say">Says what they are, and what follows. Default: they are control, and nothing follows.</param>
    /// <exception cref="FormatException">A placeholder of the pattern may not stand in a pattern.</exception>
    /// <exception cref="ArgumentException">The words contradict each other, as <c>To</c> without rotate.</exception>
    public EndpointBuilder OnMessage(MessagePattern match, Action<RuleBuilder>? say = null) =>
        With(endpoint => endpoint with { OnMessage = [.. endpoint.OnMessage, RuleBuilder.Make(match, say)] });

    /// <summary>The same for a whole text.</summary>
    /// <inheritdoc cref="OnMessage(MessagePattern, Action{RuleBuilder}?)"/>
    public EndpointBuilder OnMessage(string match, Action<RuleBuilder>? say = null) => OnMessage(Match.Text(match), say);

    /// <summary>Where the peer numbers its messages. Default nowhere.</summary>
    /// <param name="at">A JSON pointer (RFC 6901) to the number.</param>
    /// <param name="step">By how much each is higher than the one before. Default any, which only remembers.</param>
    /// <param name="onGap">What is done when numbers are missing. Default tell.</param>
    /// <exception cref="FormatException">It is no pointer.</exception>
    /// <exception cref="ArgumentException">The step is less than 1, or there is <paramref name="onGap"/> without a step.</exception>
    public EndpointBuilder Sequence(string at, long? step = null, SequenceGapAction? onGap = null) => Sequence([at], step, onGap);

    /// <summary>The same, where the first of several pointers that leads to a number counts.</summary>
    /// <inheritdoc cref="Sequence(string, long?, SequenceGapAction?)"/>
    public EndpointBuilder Sequence(IEnumerable<string> at, long? step = null, SequenceGapAction? onGap = null)
    {
        var sequence = Spoken.Sequence(at, step, onGap);
        Spoken.RefuseTogether(Combinations.RejectSequenceOfAll(sequence));
        return With(endpoint => endpoint with { Sequence = sequence });
    }

    /// <summary>Adds a text that is sent before a deliberate close, behind those that are there.</summary>
    /// <inheritdoc cref="HeartbeatBuilder.Send(string)"/>
    public EndpointBuilder OnClose(string text) => OnClose(MessageTemplate.Text(text));

    /// <summary>Adds JSON that is sent before a deliberate close.</summary>
    /// <inheritdoc cref="HeartbeatBuilder.SendJson"/>
    public EndpointBuilder OnCloseJson(string json) => OnClose(Spoken.Json(json, TemplatePlace.Message));

    /// <summary>Adds a binary message that is sent before a deliberate close.</summary>
    /// <inheritdoc cref="HeartbeatBuilder.SendBytes"/>
    public EndpointBuilder OnCloseBytes(string hex) => OnClose(MessageTemplate.Bytes(hex));

    /// <summary>Adds a message that is sent before a deliberate close.</summary>
    public EndpointBuilder OnClose(MessageTemplate message) =>
        With(endpoint => endpoint with { OnClose = [.. endpoint.OnClose, Spoken.Fitting(message, TemplatePlace.Message)] });

    /// <summary>The age at which a connection is replaced, before the server cuts it. Default never.</summary>
    /// <param name="age">The age.</param>
    /// <param name="readyWhen">The message that proves that the new connection works; it has no placeholders. Default none.</param>
    /// <param name="duplicateKey">A JSON pointer to what identifies a message that both connections carry. Default none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The age is not longer than the 5 s after which a new connection is ready.</exception>
    /// <exception cref="FormatException">The pattern has placeholders, or the pointer is none.</exception>
    /// <exception cref="ArgumentException">The pattern looks at a status, which no message has.</exception>
    public EndpointBuilder MaxAge(TimeSpan age, MessagePattern? readyWhen = null, string? duplicateKey = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(age, RotationSettings.DefaultReadyAfter);
        Spoken.Refuse(
            readyWhen?.HasPlaceholders == true ? "nothing is said before this pattern is compared; it has no placeholders"
            : duplicateKey is null ? null
            : JsonExpectation.RejectPointer(duplicateKey));
        return With(endpoint => endpoint with
        {
            MaxAge = RotationSettings.At(age) with
            {
                ReadyWhen = readyWhen is null ? null : Spoken.OfMessage(readyWhen),
                DuplicateKey = duplicateKey,
            },
        });
    }

    /// <summary>How long a connection may go without data before it is made anew. Default no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public EndpointBuilder DataIdle(TimeSpan after) => With(endpoint => endpoint with
    {
        Timeouts = endpoint.Timeouts with { DataIdle = new DataIdleSettings(Spoken.Positive(after)) },
    });

    /// <summary>
    /// Adds a row to the outcome table, before the rows that were there and behind those that were said here. The first that matches wins.
    /// </summary>
    /// <exception cref="ArgumentException">The words contradict each other, or the row has no criterion.</exception>
    public EndpointBuilder Outcome(Action<OutcomeBuilder> say)
    {
        var rule = OutcomeBuilder.Make(say);
        var at = _outcomes++;
        return With(endpoint => endpoint with
        {
            Outcomes = endpoint.Outcomes with { Rules = [.. endpoint.Outcomes.Rules.Take(at), rule, .. endpoint.Outcomes.Rules.Skip(at)] },
        });
    }

    /// <summary>What is done where no row of the outcome table matches. Default retry.</summary>
    public EndpointBuilder Otherwise(OutcomeAction action) =>
        With(endpoint => endpoint with { Outcomes = endpoint.Outcomes with { Otherwise = action } });

    private EndpointBuilder Let(string name, ValueTemplate value) =>
        With(endpoint => endpoint with { Let = Spoken.Let(endpoint.Let, name, value, TemplatePlace.Attempt) });

    private EndpointBuilder Frame(Func<FramingSettings, FramingSettings> change) =>
        With(endpoint => endpoint with { Framing = change(endpoint.Framing) });

    internal static Uri ReadUrl(string text)
    {
        var (url, fault) = WebSocketUrl.Read(text);
        return url ?? throw new FormatException(fault);
    }
}
