using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>A JSON pointer (RFC 6901). One that goes on into a string reads the string as JSON. Immutable.</summary>
internal sealed class JsonPointer
{
    private JsonPointer(string[] names) => Names = names;

    public string[] Names { get; }

    /// <summary>The last name; null for the whole document.</summary>
    public string? LastName => Names.Length == 0 ? null : Names[^1];

    /// <summary>Why a text is no pointer, or null when it is one.</summary>
    public static string? Reject(string pointer)
    {
        if (pointer.Length > 0 && pointer[0] != '/')
            return $"the JSON pointer \"{pointer}\" must be empty or begin with '/' (RFC 6901)";
        for (var at = pointer.IndexOf('~'); at >= 0; at = pointer.IndexOf('~', at + 1))
        {
            if (at + 1 == pointer.Length || pointer[at + 1] is not ('0' or '1'))
                return $"the JSON pointer \"{pointer}\" has a '~' that is not ~0 or ~1 (RFC 6901)";
        }
        return null;
    }

    /// <exception cref="ArgumentException">As <see cref="Reject"/> says.</exception>
    public static JsonPointer Parse(string pointer)
    {
        if (Reject(pointer) is { } reason)
            throw new ArgumentException(reason, nameof(pointer));
        return new JsonPointer(
            pointer.Length == 0
                ? []
                : Array.ConvertAll(pointer[1..].Split('/'), name =>
                    name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)));
    }

    /// <summary>What it leads to; null when it leads nowhere.</summary>
    public JsonElement? Find(JsonElement root)
    {
        // Every text in a text doubles its backslashes, so that a message of some megabytes has twenty inside each other at most.
        foreach (var name in Names)
        {
            if ((root.ValueKind == JsonValueKind.String && !TryReadInside(ref root)) || !TryStep(root, name, out root))
                return null;
        }
        return root;
    }

    private static bool TryReadInside(ref JsonElement text)
    {
        try
        {
            text = JsonElement.Parse(text.GetString()!);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryStep(JsonElement from, string name, out JsonElement to)
    {
        to = default;
        if (from.ValueKind == JsonValueKind.Object)
            return from.TryGetProperty(name, out to);
        if (from.ValueKind != JsonValueKind.Array || !int.TryParse(name, out var index) || index < 0 || index >= from.GetArrayLength())
            return false;
        to = from[index];
        return true;
    }
}
