using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Endpoints;

/// <summary>A JSON pointer (RFC 6901) and the value it must lead to.</summary>
public sealed class JsonExpectation : IEquatable<JsonExpectation>
{
    private readonly string[] _names;
    private readonly byte[] _lastName;
    private readonly JsonElement _value;

    /// <exception cref="ArgumentException">The pointer is malformed.</exception>
    /// <exception cref="JsonException">The value is not JSON.</exception>
    public JsonExpectation(string pointer, string valueJson)
    {
        if (RejectPointer(pointer) is { } reason)
            throw new ArgumentException(reason, nameof(pointer));
        Pointer = pointer;
        ValueJson = valueJson;
        _names =
            pointer.Length == 0
                ? []
                : Array.ConvertAll(pointer[1..].Split('/'), name =>
                    name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        _lastName = _names.Length == 0 || int.TryParse(_names[^1], out _) ? [] : Encoding.UTF8.GetBytes(_names[^1]);
        _value = JsonElement.Parse(valueJson);
    }

    public string Pointer { get; }

    public string ValueJson { get; }

    internal ReadOnlySpan<byte> LastName => _lastName;

    /// <summary>Why <paramref name="pointer"/> is not a JSON pointer, or null when it is.</summary>
    public static string? RejectPointer(string pointer)
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

    public bool Matches(JsonElement root)
    {
        var element = root;
        foreach (var name in _names)
        {
            if (!Step(element, name, out element))
                return false;
        }
        return JsonElement.DeepEquals(element, _value);
    }

    private static bool Step(JsonElement from, string name, out JsonElement to)
    {
        to = default;
        if (from.ValueKind == JsonValueKind.Object)
            return from.TryGetProperty(name, out to);
        if (from.ValueKind != JsonValueKind.Array || !int.TryParse(name, out var index) || index < 0 || index >= from.GetArrayLength())
            return false;
        to = from[index];
        return true;
    }

    public bool Equals(JsonExpectation? other) => other is not null && Pointer == other.Pointer && ValueJson == other.ValueJson;

    public override bool Equals(object? obj) => Equals(obj as JsonExpectation);

    public override int GetHashCode() => HashCode.Combine(Pointer, ValueJson);
}
