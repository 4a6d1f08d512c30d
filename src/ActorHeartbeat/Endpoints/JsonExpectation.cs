using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// A JSON pointer (RFC 6901), and what has to hold for the value that it leads to. A pointer that goes on into
/// a string reads the string as JSON. Immutable, compared by its text.
/// </summary>
public sealed class JsonExpectation : IEquatable<JsonExpectation>
{
    private readonly string[] _names;
    private readonly byte[] _lastName;
    private readonly ValueTest[] _tests;

    /// <param name="pointer">The pointer.</param>
    /// <param name="valueJson">
    /// The value it must lead to, as JSON. An object holds conditions instead, such as <c>{"exists":true}</c>
    /// or <c>{"prefix":"a","not":"abc"}</c>; <c>equals</c> takes an object literally.
    /// </param>
    /// <exception cref="ArgumentException">The pointer is malformed, or a condition is.</exception>
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
        _tests = TestsOf(JsonElement.Parse(valueJson));
        var needsValue = Array.Exists(_tests, test => !test.Holds(null));
        _lastName = !needsValue || _names.Length == 0 || int.TryParse(_names[^1], out _) ? [] : Encoding.UTF8.GetBytes(_names[^1]);
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

    public bool Matches(JsonElement root) => Matches(root, 0);

    public bool Equals(JsonExpectation? other) => other is not null && Pointer == other.Pointer && ValueJson == other.ValueJson;

    public override bool Equals(object? obj) => Equals(obj as JsonExpectation);

    public override int GetHashCode() => HashCode.Combine(Pointer, ValueJson);

    private static ValueTest[] TestsOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return [ValueTest.Parse("equals", value)];
        try
        {
            return [.. value.EnumerateObject().Select(member => ValueTest.Parse(member.Name, member.Value))];
        }
        catch (FormatException wrong)
        {
            throw new ArgumentException(wrong.Message, nameof(value), wrong);
        }
    }

    private bool Matches(JsonElement element, int depth)
    {
        for (; depth < _names.Length; depth++)
        {
            if (element.ValueKind == JsonValueKind.String)
                return MatchesInside(element.GetString()!, depth);
            if (!Step(element, _names[depth], out element))
                return Hold(null);
        }
        return Hold(element);
    }

    // Every text in a text doubles its backslashes, so that a message of some megabytes has twenty inside each other at most.
    private bool MatchesInside(string text, int depth)
    {
        try
        {
            using var inner = JsonDocument.Parse(text);
            return Matches(inner.RootElement, depth);
        }
        catch (JsonException)
        {
            return Hold(null);
        }
    }

    private bool Hold(JsonElement? value)
    {
        foreach (var test in _tests)
        {
            if (!test.Holds(value))
                return false;
        }
        return true;
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
}
