using System.Globalization;
using System.Text;
using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>What a failed expectation says: what was expected, what came, and what is left in the queue.</summary>
internal static class FailureText
{
    /// <summary>More than this many messages tell a reader nothing new.</summary>
    private const int ShownMessages = 20;

    public static string NothingCame(string expected, string hint, TimeSpan waited, IReadOnlyList<MessageEnvelope> queued) =>
        Compose(expected, hint, $"nothing within {waited}", queued);

    public static string Came(string expected, string hint, object message, IActorRef sender, IReadOnlyList<MessageEnvelope> queued) =>
        Compose(expected, hint, Describe(message, sender), queued);

    public static string Compose(string expected, string hint, string came, IReadOnlyList<MessageEnvelope> queued)
    {
        var text = new StringBuilder().Append("Expected: ").Append(expected);
        if (!string.IsNullOrEmpty(hint))
            text.Append(" (").Append(hint).Append(')');
        text.AppendLine().Append("Came:     ").Append(came);
        text.AppendLine().Append("Left:     ");
        AppendQueue(text, queued);
        return text.ToString();
    }

    public static string Describe(object message, IActorRef sender) => $"{MessageText.Of(message)} from {sender}";

    private static void AppendQueue(StringBuilder text, IReadOnlyList<MessageEnvelope> queued)
    {
        text.Append(CultureInfo.InvariantCulture, $"{queued.Count} in the queue");
        foreach (var envelope in queued.Take(ShownMessages))
            text.AppendLine().Append("          ").Append(Describe(envelope.Message, envelope.Sender));
        if (queued.Count > ShownMessages)
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"          and {queued.Count - ShownMessages} more");
    }
}

/// <summary>A message as one line of a failure.</summary>
internal static class MessageText
{
    public static string Of(object message) => message switch
    {
        null => "null",
        string text => $"\"{text}\" (String)",
        _ => $"{message} ({TypeName.Of(message.GetType())})",
    };
}

/// <summary>A type as C# writes it, without namespaces.</summary>
internal static class TypeName
{
    public static string Of(Type type)
    {
        if (!type.IsGenericType)
            return type.Name;
        var name = type.Name.Split('`')[0];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
    }
}
