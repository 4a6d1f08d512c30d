using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Hocon.Parsing;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Writing;

/// <summary>Writes resolved values as text.</summary>
/// <exception cref="InsufficientExecutionStackException">Thrown by each method: the value is nested too deeply to be written.</exception>
public static class HoconWriter
{
    /// <summary>Without this bound, a million fields five hundred deep would take a gigabyte of blanks.</summary>
    private const int WidestIndent = 64;

    /// <summary>One line of JSON, keys in their order, numbers as they were written where JSON allows it.</summary>
    public static string ToJson(HoconValue value) => Encoding.UTF8.GetString(JsonBuffer.Write(value));

    /// <summary>The same as UTF-8.</summary>
    public static byte[] ToUtf8Json(HoconValue value) => JsonBuffer.Write(value).ToArray();

    /// <summary>Writes a value to a JSON writer.</summary>
    public static void WriteJson(Utf8JsonWriter json, HoconValue value)
    {
        // A parsed value is never so deep, but a value that a program built may be, and a stack overflow ends the process.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case HoconObject fields when !KeysAreWhole(fields.Fields):
                // Utf8JsonWriter takes property names only as text, which cannot express a lone surrogate.
                json.WriteRawValue(
                    $"{{{string.Join(',', fields.Fields.Select(field => $"{Surrogates.Escape(field.Key)}:{ToJson(field.Value)}"))}}}",
                    skipInputValidation: true);
                break;
            case HoconObject fields:
                json.WriteStartObject();
                foreach (var field in fields.Fields)
                {
                    json.WritePropertyName(field.Key);
                    WriteJson(json, field.Value);
                }
                json.WriteEndObject();
                break;
            case HoconArray array:
                json.WriteStartArray();
                foreach (var item in array.Items)
                    WriteJson(json, item);
                json.WriteEndArray();
                break;
            case HoconString { Text: var text } when !Surrogates.AreWhole(text):
                json.WriteRawValue(Surrogates.Escape(text), skipInputValidation: true);
                break;
            case HoconString text:
                json.WriteStringValue(text.Text);
                break;
            case HoconNumber number:
                json.WriteRawValue(JsonNumber(number.Text), skipInputValidation: true);
                break;
            case HoconBoolean boolean:
                json.WriteBooleanValue(boolean.Value);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static bool KeysAreWhole(IReadOnlyList<HoconField> fields)
    {
        for (var index = 0; index < fields.Count; index++)
        {
            if (!Surrogates.AreWhole(fields[index].Key))
                return false;
        }
        return true;
    }

    /// <summary>Normalized HOCON: one field per line, keys quoted where needed, strings always. Reads back to the same value.</summary>
    public static string ToText(HoconValue value)
    {
        var text = new StringBuilder();
        if (value is HoconObject root)
            WriteFields(text, root, 0);
        else
            Write(text, value, 0);
        return text.ToString();
    }

    private static void WriteFields(StringBuilder text, HoconObject fields, int indent)
    {
        foreach (var field in fields.Fields)
        {
            text.Append(' ', Math.Min(indent, WidestIndent)).Append(PathText.Quote(field.Key));
            text.Append(field.Value is HoconObject ? " " : " = ");
            Write(text, field.Value, indent);
            text.Append('\n');
        }
    }

    private static void Write(StringBuilder text, HoconValue value, int indent)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case HoconObject { Fields.Count: 0 }:
                text.Append("{}");
                break;
            case HoconObject fields:
                text.Append("{\n");
                WriteFields(text, fields, indent + 2);
                text.Append(' ', Math.Min(indent, WidestIndent)).Append('}');
                break;
            case HoconArray array:
                text.Append('[');
                for (var index = 0; index < array.Items.Count; index++)
                {
                    if (index > 0)
                        text.Append(", ");
                    Write(text, array.Items[index], indent);
                }
                text.Append(']');
                break;
            default:
                text.Append(ToJson(value));
                break;
        }
    }

    /// <summary>Removes leading zeros, which JSON does not allow.</summary>
    private static string JsonNumber(string text)
    {
        var start = text[0] == '-' ? 1 : 0;
        var first = start;
        while (first + 1 < text.Length && text[first] == '0' && char.IsAsciiDigit(text[first + 1]))
            first++;
        return first == start ? text : text[..start] + text[first..];
    }
}
