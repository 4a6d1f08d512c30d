using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Connections;

/// <summary>One line of what is said on a connection, as it may be shown: secrets are masked. Immutable.</summary>
/// <param name="At">When, by the scheduler's clock.</param>
/// <param name="Incarnation">Which connection of the endpoint.</param>
/// <param name="Direction">Who said it.</param>
/// <param name="Text">
/// The message on one line, at most <see cref="MostText"/> characters; what is no text is <c>bytes</c> and hexadecimal digits. Of an event
/// what happened.
/// </param>
public sealed record ConversationLine(DateTimeOffset At, long Incarnation, ConversationDirection Direction, string Text)
{
    /// <summary>The most characters of <see cref="Text"/>.</summary>
    public const int MostText = 2000;

    /// <summary>How many characters, or bytes, of the message are left out behind the text. Default 0.</summary>
    public int More { get; init; }

    /// <summary>What took the message, and as what. Default none, as for an event.</summary>
    public ValueList<ConversationNote> Notes { get; init; } = [];

    /// <summary>Whether it tells that the connection is open. Default false.</summary>
    public bool Opens { get; init; }
}

/// <summary>What one rule or wait made of a message, or whose message it is.</summary>
/// <param name="By">
/// Its place, such as <c>on-message, rule 2</c>, <c>on-open, step 1</c> or <c>heartbeat</c>; empty where no rule and no wait knew the
/// message.
/// </param>
/// <param name="What">What it means, such as <c>beat, reply</c>, <c>expected</c> or <c>data</c>; empty for a message that goes out.</param>
public sealed record ConversationNote(string By, string What)
{
    /// <summary>The pointers that it looked at, with their values. Default none.</summary>
    public string Looked { get; init; } = "";
}

/// <summary>Who said a line.</summary>
public enum ConversationDirection
{
    /// <summary>We did.</summary>
    Out,

    /// <summary>The peer did.</summary>
    In,

    /// <summary>Something happened, such as a dial.</summary>
    Event,
}
