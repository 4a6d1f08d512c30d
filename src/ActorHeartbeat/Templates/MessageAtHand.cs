using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ActorHeartbeat.Templates;

/// <summary>The values that a template takes from a message, read while the message is there. Immutable.</summary>
internal sealed class MessageAtHand
{
    private readonly Dictionary<string, TemplateValue> _values = new(StringComparer.Ordinal);

    /// <summary>Reads the values. A pointer that leads nowhere, and a message that is no JSON, gives none.</summary>
    /// <param name="message">The message.</param>
    /// <param name="wanted">Pointers, and <see cref="Template.TextOfMessage"/> for the whole text.</param>
    public static MessageAtHand Read(HeardMessage message, IReadOnlyList<string> wanted)
    {
        var read = new MessageAtHand();
        JsonElement? root = null;
        foreach (var each in wanted)
        {
            if (each == Template.TextOfMessage)
                read._values[each] = TemplateValue.Of(Encoding.UTF8.GetString(message.Payload));
            else if (ValueOf(message.Json, JsonPointer.Parse(each), ref root) is { } value)
                read._values[each] = value;
        }
        return read;
    }

    public TemplateValue? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>The kinds of its values.</summary>
    public override string ToString() => string.Join(", ", _values.Select(value => $"{value.Key}: {value.Value}"));

    private static TemplateValue? ValueOf(ReadOnlySpan<byte> json, JsonPointer pointer, ref JsonElement? root)
    {
        try
        {
            // The parser looks into no string, so what is no UTF-8 (RFC 8259 section 8.1) passes it.
            return pointer.Find(root ??= JsonElement.Parse(json)) is { } found && Utf8.IsValid(JsonMarshal.GetRawUtf8Value(found))
                ? TemplateValue.Of(found)
                : null;
        }
        // Half a surrogate pair and an endless exponent are JSON that the framework cannot read.
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
