using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// Reads the key of a message: the value that a JSON pointer (RFC 6901) leads to, as written, without building a document.
/// </summary>
public sealed class MessageKey
{
    private readonly string[] _names;

    /// <exception cref="ArgumentException">The pointer is malformed.</exception>
    public MessageKey(string pointer)
    {
        if (JsonExpectation.RejectPointer(pointer) is { } reason)
            throw new ArgumentException(reason, nameof(pointer));
        _names = [.. pointer.Split('/').Skip(1).Select(Unescape)];
    }

    /// <summary>The key of a message, or null when it is not JSON or has none.</summary>
    public string? Of(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            if (!reader.Read())
                return null;
            foreach (var name in _names)
            {
                if (!Step(ref reader, name))
                    return null;
            }
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return Encoding.UTF8.GetString(payload[start..(int)reader.BytesConsumed]);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Step(ref Utf8JsonReader reader, string name) =>
        reader.TokenType switch
        {
            JsonTokenType.StartObject => StepIntoObject(ref reader, name),
            JsonTokenType.StartArray => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && StepIntoArray(ref reader, index),
            _ => false,
        };

    private static bool StepIntoObject(ref Utf8JsonReader reader, string name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt)
                return true;
            reader.Skip();
        }
        return false;
    }

    private static bool StepIntoArray(ref Utf8JsonReader reader, int index)
    {
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index--)
        {
            if (index == 0)
                return true;
            reader.Skip();
        }
        return false;
    }

    private static string Unescape(string name) =>
        name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
