using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of values about frames and messages.</summary>
internal static class FramingValues
{
    public static readonly ValueReader<string> EndWith = new Judged<string>(
        "the text behind every text message that is sent",
        text => Words.RejectEndWith(text) is { } fault ? (null, fault) : (text, null),
        text => text);

    public static readonly ValueReader<MessageSplit> Split = new Scalar<MessageSplit>(
        "off, lines, array, or the text that ends each message",
        text => text switch
        {
            "" => default,
            "off" => (true, MessageSplit.Off),
            "lines" => (true, MessageSplit.Lines),
            "array" => (true, MessageSplit.Array),
            _ => (true, MessageSplit.Behind(text)),
        },
        split => split.Kind == MessageSplitKind.Text ? split.Text : Values.Kebab(split.Kind.ToString()));
}
