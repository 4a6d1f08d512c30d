using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// A step of the opening dialogue, or of what comes before a dial: something is said, or waited for, or both. Until its time is over it
/// waits for the first message that <paramref name="Expect"/> or else <see cref="Reject"/> matches. What follows from that message are
/// <see cref="Forget"/>, <see cref="Capture"/> and <see cref="Set"/>, in this order.
/// </summary>
/// <param name="Send">What is sent; null only waits.</param>
/// <param name="Expect">
/// The answer that must come before the next step; null waits for none. Its placeholders are filled when the message is sent.
/// </param>
/// <param name="Timeout">How long the answer may take.</param>
public sealed record DialogueStep(MessageTemplate? Send, MessagePattern? Expect, TimeSpan Timeout)
{
    /// <summary>How long a step waits for its answer where nothing else is said.</summary>
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private readonly string? _reason;

    /// <summary>The name that must have a value for this step; without it the step is passed over. Null (default) for none.</summary>
    public string? When { get; init; }

    /// <summary>The name that must have no value for this step. Null (default) for none.</summary>
    public string? Unless { get; init; }

    /// <summary>A pause before it. Default none.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Values by name for this step, each filled once. Default none.</summary>
    public ValueMap<ValueTemplate> Let { get; init; } = ValueMap<ValueTemplate>.Empty;

    /// <summary>The HTTP request that is made in place of sending a message; null (default) for none.</summary>
    public HttpCall? Http { get; init; }

    /// <summary>The step of the host that is called in place of sending a message, before a dial only; null (default) for none.</summary>
    public StepCall? Call { get; init; }

    /// <summary>The answer with which the peer refuses: it ends the attempt. Null (default) for none.</summary>
    public MessagePattern? Reject { get; init; }

    /// <summary>Where such an answer says why: a JSON pointer (RFC 6901), or a template. Null (default) for nowhere.</summary>
    /// <exception cref="FormatException">As <see cref="Template.Parse"/>.</exception>
    public string? Reason
    {
        get => _reason;
        init => (_reason, ReasonTemplate) = (value, value is null ? null : Template.Parse(AsTemplate(value)));
    }

    /// <summary>What is done when the peer refuses; null (default) where the outcome table decides.</summary>
    public OutcomeAction? Then { get; init; }

    /// <summary>The delay of a quarantine, or the pause of a retry-after; null for the default.</summary>
    public TimeSpan? Retry { get; init; }

    /// <inheritdoc cref="MessageRule.Forget"/>
    public ValueList<string> Forget { get; init; } = [];

    /// <inheritdoc cref="MessageRule.Capture"/>
    public ValueMap<ValueTemplate> Capture { get; init; } = ValueMap<ValueTemplate>.Empty;

    /// <inheritdoc cref="MessageRule.Set"/>
    public ValueMap<ValueTemplate> Set { get; init; } = ValueMap<ValueTemplate>.Empty;

    /// <summary>
    /// Whether the peer goes on where it was when this step is done: numbers and counters go on, and consumers are told of no gap.
    /// Default false.
    /// </summary>
    public bool Resumed { get; init; }

    internal Template? ReasonTemplate { get; private init; }

    /// <summary>Whether it waits for the peer to speak, and for nothing before.</summary>
    internal bool OnlyWaits => Send is null && Expect is not null && Wait == TimeSpan.Zero;

    /// <summary>Everything in it that may have placeholders.</summary>
    internal IEnumerable<Template> Templates =>
    [
        .. Let.Values.SelectMany(value => value.Templates),
        .. Send?.Templates ?? [],
        .. Http?.Templates ?? [],
        .. Expect?.Templates ?? [],
        .. Reject?.Templates ?? [],
        .. ReasonTemplate is null ? [] : (Template[])[ReasonTemplate],
        .. Capture.Values.Concat(Set.Values).SelectMany(value => value.Templates),
    ];

    internal static string AsTemplate(string reason) => reason.StartsWith('/') ? $"@{{{reason}}}" : reason;
}
