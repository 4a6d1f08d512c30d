using ActorHeartbeat.Connections;

namespace ActorHeartbeat.Service.Contract;

/// <summary>One line of a conversation: a line of the stream of <c>/v1/endpoints/{id}/conversation</c>.</summary>
/// <param name="At">When, wall clock.</param>
/// <param name="Incarnation">Which connection of the endpoint.</param>
/// <param name="Direction"><c>&gt;</c> for what we say, <c>&lt;</c> for what the peer says, <c>*</c> for what happens.</param>
/// <param name="Text">The message or event, as it may be shown.</param>
/// <param name="More">How much of the message is left out behind the text.</param>
/// <param name="Notes">What took the message, and as what.</param>
internal sealed record ConversationLineView(
    DateTimeOffset At, long Incarnation, string Direction, string Text, int More, IReadOnlyList<ConversationNoteView> Notes)
{
    public static ConversationLineView Of(ConversationLine line) => new(
        line.At,
        line.Incarnation,
        line.Direction switch
        {
            ConversationDirection.Out => ">",
            ConversationDirection.In => "<",
            _ => "*",
        },
        line.Text,
        line.More,
        [.. line.Notes.Select(note => new ConversationNoteView(note.By, note.What, note.Looked))]);
}

/// <param name="By">The rule or wait; empty where none knew the message.</param>
/// <param name="What">What it means; empty for a message that goes out.</param>
/// <param name="Looked">The pointers that were looked at, with their values.</param>
internal sealed record ConversationNoteView(string By, string What, string Looked);
