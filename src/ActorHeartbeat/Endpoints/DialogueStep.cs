using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// A step of the opening dialogue: something is said, or waited for, or both. Until its time is over it waits for the first message that
/// <paramref name="Expect"/> or else <see cref="Reject"/> matches.
/// </summary>
/// <param name="Send">What is sent; null only waits.</param>
/// <param name="Expect">The answer that must come before the next step; null waits for none.</param>
/// <param name="Timeout">How long the answer may take.</param>
public sealed record DialogueStep(MessageTemplate? Send, MessagePattern? Expect, TimeSpan Timeout)
{
    private readonly string? _reason;

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

    internal Template? ReasonTemplate { get; private init; }

    /// <summary>Whether it waits for the peer to speak.</summary>
    internal bool OnlyWaits => Send is null;

    internal static string AsTemplate(string reason) => reason.StartsWith('/') ? $"@{{{reason}}}" : reason;
}
