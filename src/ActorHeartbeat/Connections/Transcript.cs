using System.Text;
using System.Text.Unicode;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Connections;

/// <summary>
/// Tells the listeners what is said on one connection, as it may be shown. Ask <see cref="IsHeard"/> before a line is made.
/// </summary>
/// <param name="taps">Who listens.</param>
/// <param name="conversation">Knows the secrets.</param>
/// <param name="clock">The scheduler's clock.</param>
/// <param name="incarnation">Which connection of the endpoint.</param>
/// <param name="settings">The settings as they are now.</param>
internal sealed class Transcript(
    ConversationTaps taps, Conversation conversation, SchedulerClock clock, long incarnation, Func<EndpointSettings> settings)
{
    private const int MostLooked = 8, MostValue = 100;

    /// <summary>A character of UTF-8 has four bytes at most: what is behind them is not looked at.</summary>
    private const int MostBytes = 4 * ConversationLine.MostText;

    public bool IsHeard => taps.IsHeard;

    /// <summary>Something has happened.</summary>
    public void Event(string text, bool opens = false)
    {
        if (IsHeard)
            taps.Tell(Line(ConversationDirection.Event, PeerText.Of(Hide(text), ConversationLine.MostText)) with { Opens = opens });
    }

    /// <summary>A message goes out.</summary>
    public void Said(OutboundMessage message, Speaker by)
    {
        var line = message.Shown is { } shown
            ? Text(ConversationDirection.Out, shown, shown.Length)
            : Message(ConversationDirection.Out, message.Kind, message.Payload.Span);
        taps.Tell(line with { Notes = [new ConversationNote(PeerText.Of(by.ToString()), "")] });
    }

    /// <summary>A message has come in.</summary>
    public void Heard(MessageKind kind, ReadOnlySpan<byte> message, List<ConversationNote> notes) =>
        taps.Tell(Message(ConversationDirection.In, kind, message) with { Notes = [.. notes] });

    /// <summary>Names that have another value, or none any more, than they had before. Their values are not told.</summary>
    public void Kept(IReadOnlyDictionary<string, TemplateValue> before)
    {
        var now = conversation.Names.Values;
        var captured = now.Where(each => !ReferenceEquals(each.Value, before.GetValueOrDefault(each.Key))).Select(each => each.Key);
        var forgotten = before.Keys.Where(name => !now.ContainsKey(name));
        foreach (var (what, names) in new[] { ("captured", captured), ("forgot", forgotten) })
        {
            if (string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } all)
                Event($"{what} {all}");
        }
    }

    /// <summary>The pointers that a pattern looks at, with the values that they lead to in a message that it matches.</summary>
    public string Looked(MessagePattern pattern, ReadOnlySpan<byte> message)
    {
        var looked = new List<string>();
        pattern.Look(message, (pointer, value) =>
        {
            if (looked.Count < MostLooked)
                looked.Add(value is null ? $"no {pointer}" : $"{pointer} = {Value(pointer, value)}");
        });
        return PeerText.Of(string.Join(", ", looked));
    }

    private string Value(string pointer, string json) =>
        SecretWords.Is(pointer) && !settings().ShowMessages ? "***" : PeerText.Of(Hide(json), MostValue);

    private ConversationLine Message(ConversationDirection direction, MessageKind kind, ReadOnlySpan<byte> message)
    {
        var beginning = message[..Math.Min(message.Length, MostBytes)];
        var text = Encoding.UTF8.GetString(beginning);
        if (kind == MessageKind.Text || (Utf8.IsValid(message) && !text.Any(char.IsControl)))
            return Text(direction, text, beginning.Length == message.Length ? text.Length : Encoding.UTF8.GetCharCount(message));
        // Digits cannot be searched for secrets, so bytes that hold one are not shown at all.
        if (!string.Equals(conversation.Hide(text, settings().Secrets), text, StringComparison.Ordinal))
            return Line(direction, "bytes ***") with { More = message.Length };
        const int most = (ConversationLine.MostText - 6) / 2; // the word and its blank
        return Line(direction, $"bytes {Convert.ToHexString(message[..Math.Min(message.Length, most)])}") with
        {
            More = Math.Max(0, message.Length - most),
        };
    }

    private ConversationLine Text(ConversationDirection direction, string text, int length) =>
        Line(direction, PeerText.Of(Hide(text), ConversationLine.MostText)) with
        {
            More = Math.Max(0, length - ConversationLine.MostText),
        };

    private string Hide(string text)
    {
        var current = settings();
        var hidden = conversation.Hide(text, current.Secrets);
        return current.ShowMessages ? hidden : SecretWords.Hide(hidden);
    }

    private ConversationLine Line(ConversationDirection direction, string text) => new(clock.UtcNow, incarnation, direction, text);
}
