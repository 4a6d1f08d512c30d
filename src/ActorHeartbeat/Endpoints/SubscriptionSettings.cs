using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// A subscription: what is said once for each key, or for a batch of keys, and how the peer answers and delivers. In its texts
/// <c>@{each}</c> is the key.
/// </summary>
public sealed record SubscriptionSettings
{
    /// <summary>The batch that has every key: all are said again whenever one of them changes.</summary>
    public const int WholeBatch = int.MaxValue;

    private readonly string? _reason;

    /// <summary>The keys, in the order in which they are asked for. Default none: keys may come while the endpoint runs.</summary>
    public ValueList<string> ForEach { get; init; } = [];

    /// <summary>
    /// How many keys one message asks for: the list element that holds <c>@{each}</c> is repeated for each of them. Default 1.
    /// </summary>
    public int Batch { get; init; } = 1;

    /// <summary>Values by name, each filled once for each asking. Default none.</summary>
    public ValueMap<ValueTemplate> Let { get; init; } = ValueMap<ValueTemplate>.Empty;

    /// <summary>What asks for a key, or for a batch of keys; null where a request does.</summary>
    public MessageTemplate? Send { get; init; }

    /// <summary>
    /// The HTTP request that asks in place of a message; null (default) for none. Its answer is what <see cref="Expect"/> and
    /// <see cref="Capture"/> look at; without <see cref="Expect"/> a status of success accepts.
    /// </summary>
    public HttpCall? Http { get; init; }

    /// <summary>
    /// What ends it for a key, or for a batch of keys; null (default) for nothing, and then the next connection begins without it.
    /// </summary>
    public MessageTemplate? Cancel { get; init; }

    /// <summary>The HTTP request that ends a key in place of a message; null (default) for none. One that fails is told.</summary>
    public HttpCall? CancelHttp { get; init; }

    /// <summary>
    /// The answer that accepts a key, or the whole batch where it does not name <c>@{each}</c>. Null (default): the first
    /// <see cref="Data"/> accepts the key, and without that the sending does.
    /// </summary>
    public MessagePattern? Expect { get; init; }

    /// <summary>The message that refuses a key, or ends one that was accepted, at any time. Null (default) for none.</summary>
    public MessagePattern? Reject { get; init; }

    /// <summary>Where such a message says why: a JSON pointer (RFC 6901), or a template. Null (default) for nowhere.</summary>
    /// <exception cref="FormatException">As <see cref="Template.Parse"/>.</exception>
    public string? Reason
    {
        get => _reason;
        init => (_reason, ReasonTemplate) = (value, value is null ? null : Template.Parse(DialogueStep.AsTemplate(value)));
    }

    /// <summary>
    /// What is done about a key that is refused, or that the peer has ended. Default retry, under the endpoint's backoff.
    /// </summary>
    public RefusedKeyAction Then { get; init; }

    /// <summary>How long the answer may take. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = DialogueStep.DefaultTimeout;

    /// <summary>Values of the accepting message that are kept under a name for the key, up to 8 KiB each. Default none.</summary>
    public ValueMap<ValueTemplate> Capture { get; init; } = ValueMap<ValueTemplate>.Empty;

    /// <summary>The data of a key; null (default) where they are not told apart.</summary>
    public MessagePattern? Data { get; init; }

    /// <summary>
    /// How long an accepted key may go without data, at least 1 s: then it is asked for again, then the connection rotates, then it
    /// reconnects. Null (default) for ever.
    /// </summary>
    public TimeSpan? Stale { get; init; }

    /// <summary>Where the peer numbers the data of a key; null (default) for nowhere.</summary>
    public SequenceSettings? Sequence { get; init; }

    /// <summary>Whether an asking waits for an answer of its own.</summary>
    internal bool IsAnswered => Expect is not null || Http is not null;

    /// <summary>Whether something ends a key.</summary>
    internal bool Ends => Cancel is not null || CancelHttp is not null;

    internal Template? ReasonTemplate { get; private init; }

    /// <summary>Everything in it that may have placeholders.</summary>
    internal IEnumerable<Template> Templates =>
    [
        .. Let.Values.SelectMany(value => value.Templates),
        .. Send?.Templates ?? [],
        .. Cancel?.Templates ?? [],
        .. Http?.Templates ?? [],
        .. CancelHttp?.Templates ?? [],
        .. Expect?.Templates ?? [],
        .. Reject?.Templates ?? [],
        .. ReasonTemplate is null ? [] : (Template[])[ReasonTemplate],
        .. Capture.Values.SelectMany(value => value.Templates),
        .. Data?.Templates ?? [],
    ];
}

/// <summary>What is done about a key that is refused, or that the peer has ended.</summary>
public enum RefusedKeyAction
{
    /// <summary>It is asked for again, under the endpoint's backoff.</summary>
    Retry,

    /// <summary>It is not asked for again.</summary>
    Stop,
}
