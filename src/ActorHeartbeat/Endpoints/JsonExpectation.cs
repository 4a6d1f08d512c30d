using System.Buffers;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// A JSON pointer (RFC 6901), and what has to hold for the value that it leads to. A pointer that goes on into
/// a string reads the string as JSON. Immutable, compared by its text.
/// </summary>
public sealed class JsonExpectation : IEquatable<JsonExpectation>
{
    /// <summary>What JSON never has in a string as it is.</summary>
    private static readonly SearchValues<char> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(code => (char)code), '"', '\\']);

    private readonly JsonPointer _pointer;
    private readonly byte[] _lastName;
    private readonly byte[] _text;
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
        _pointer = JsonPointer.Parse(pointer);
        Pointer = pointer;
        ValueJson = valueJson;
        var value = JsonElement.Parse(valueJson);
        _tests = TestsOf(value);
        _text = value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.AsSpan().IndexOfAny(Escaped) < 0
            ? Encoding.UTF8.GetBytes(text)
            : [];
        var needsValue = Array.Exists(_tests, test => !test.Holds(null));
        _lastName = needsValue && _pointer.LastName is { } name && !int.TryParse(name, out _) ? Encoding.UTF8.GetBytes(name) : [];
    }

    public string Pointer { get; }

    public string ValueJson { get; }

    /// <summary>A name that every message without escapes has in which it holds; empty for none.</summary>
    internal ReadOnlySpan<byte> LastName => _lastName;

    /// <summary>A text that every message without escapes has in which it holds; empty for none.</summary>
    internal ReadOnlySpan<byte> Text => _text;

    /// <summary>Why <paramref name="pointer"/> is not a JSON pointer, or null when it is.</summary>
    public static string? RejectPointer(string pointer) => JsonPointer.Reject(pointer);

    public bool Matches(JsonElement root)
    {
        var value = _pointer.Find(root);
        foreach (var test in _tests)
        {
            if (!test.Holds(value))
                return false;
        }
        return true;
    }

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
}
