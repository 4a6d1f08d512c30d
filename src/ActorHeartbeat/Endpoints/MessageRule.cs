using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// Says what an incoming message is, and what follows. The first rule that matches decides. Its reply acknowledges receipt, not work: it
/// goes out ahead of what is queued and outside the send rate.
/// </summary>
public sealed record MessageRule
{
    private readonly Template? _after;

    /// <summary>The messages that it decides about.</summary>
    public required MessagePattern Match { get; init; }

    /// <summary>What they are. Default control.</summary>
    public MessageRole Is { get; init; } = MessageRole.Control;

    /// <summary>Delivers a message also when it is no data. Default false.</summary>
    public bool Deliver { get; init; }

    /// <summary>What is answered; null (default) for nothing. It may take values of the message, as in <c>@{/id}</c>.</summary>
    public MessageTemplate? Reply { get; init; }

    /// <summary>
    /// What is done then. A connection that this ends, or would rotate, before <c>backoff.reset-after</c> counts as a failure, so that a
    /// peer cannot make us turn in a circle.
    /// </summary>
    public RuleAction Then { get; init; } = RuleAction.Nothing;

    /// <summary>The delay of a quarantine, or the pause of a retry-after without <see cref="After"/>; null for the default.</summary>
    public TimeSpan? Retry { get; init; }

    /// <summary>
    /// The pause of a retry-after as the message tells it: a template of a number and a unit (ms, s, m, h, d), such as
    /// <c>@{/retry_after ?? 60}s</c>. Null (default) for none.
    /// </summary>
    /// <exception cref="FormatException">As <see cref="Template.Parse"/>.</exception>
    public string? After
    {
        get => _after?.Text;
        init => _after = value is null ? null : Template.Parse(value);
    }

    /// <summary>The dials that a retry-after pauses. Default those of the endpoint.</summary>
    public GovernorScope Scope { get; init; } = GovernorScope.Endpoint;

    /// <summary>
    /// What is forgotten: a captured name, <see cref="TemplateName.Sequence"/>, or <see cref="TemplateName.Session"/> for every value of
    /// the session and the number. Default nothing.
    /// </summary>
    public ValueList<string> Forget { get; init; } = [];

    /// <summary>
    /// Values that are kept under a name, up to 8 KiB each, for as long as the connection lives; those under a name that begins with
    /// <c>session.</c> are the endpoint's until they are forgotten. Without a value the name stays as it was. Default none.
    /// </summary>
    public ValueMap<ValueTemplate> Capture { get; init; } = ValueMap<ValueTemplate>.Empty;

    /// <summary>
    /// Settings that the message dictates for this connection, by key, such as <c>heartbeat.interval</c>: times with their unit, or the
    /// words that the key allows. A value that the configuration would refuse is told and not taken. Default none.
    /// </summary>
    public ValueMap<ValueTemplate> Set { get; init; } = ValueMap<ValueTemplate>.Empty;

    /// <summary>
    /// Where the new connection of a rotation is dialed, once: a template of a ws or wss URL whose host is one of
    /// <see cref="EndpointSettings.Hosts"/>. Null (default) for the endpoint's own URL.
    /// </summary>
    /// <exception cref="FormatException">As <see cref="Template.Parse"/>.</exception>
    public string? To
    {
        get => ToTemplate?.Text;
        init => ToTemplate = value is null ? null : Template.Parse(value);
    }

    /// <summary>
    /// Whether the new connection of a rotation goes on where the old one was, as in <see cref="DialogueStep.Resumed"/>. Default false.
    /// </summary>
    public bool Resumed { get; init; }

    internal Template? ToTemplate { get; private init; }

    internal Template? AfterTemplate => _after;

    /// <summary>Whether anything follows from it that the connection's actor does.</summary>
    internal bool Acts => Reply is not null || Then != RuleAction.Nothing || Set.Count > 0;

    /// <summary>Whether what the actor says or does about it asks for a name.</summary>
    internal bool AsksForNames =>
        (Reply?.Templates ?? []).Any(template => template.Names.Count > 0)
        || _after is { Names.Count: > 0 }
        || ToTemplate is { Names.Count: > 0 };

    /// <summary>What the actor takes from a message: pointers, and <see cref="Template.TextOfMessage"/>.</summary>
    internal IEnumerable<string> OfMessage => (Reply?.OfMessage ?? []).Concat(_after?.OfMessage ?? []).Concat(ToTemplate?.OfMessage ?? []);

    /// <summary>Everything in it that may have placeholders.</summary>
    internal IEnumerable<Template> Templates =>
    [
        .. Match.Templates,
        .. Reply?.Templates ?? [],
        .. _after is null ? [] : (Template[])[_after],
        .. ToTemplate is null ? [] : (Template[])[ToTemplate],
        .. Capture.Values.Concat(Set.Values).SelectMany(value => value.Templates),
    ];
}

/// <summary>What an incoming message is.</summary>
public enum MessageRole
{
    /// <summary>Neither data nor a sign of life: an acknowledgement, a notice.</summary>
    Control,

    /// <summary>The peer's sign of life.</summary>
    Beat,

    /// <summary>Data: it is delivered, and ends data-idle.</summary>
    Data,
}

/// <summary>What follows from a message.</summary>
public enum RuleAction
{
    Nothing,

    /// <inheritdoc cref="OutcomeAction.Retry"/>
    Retry,

    /// <inheritdoc cref="OutcomeAction.RetryAfter"/>
    RetryAfter,

    /// <inheritdoc cref="OutcomeAction.NextUrl"/>
    NextUrl,

    /// <inheritdoc cref="OutcomeAction.Quarantine"/>
    Quarantine,

    /// <inheritdoc cref="OutcomeAction.Stop"/>
    Stop,

    /// <summary>Replace the connection; the new one opens first, unless <c>rotate.order</c> says otherwise.</summary>
    Rotate,

    /// <summary>Ask again for the key of a subscription that the message is about; for all of them where it is about none.</summary>
    Resubscribe,
}
