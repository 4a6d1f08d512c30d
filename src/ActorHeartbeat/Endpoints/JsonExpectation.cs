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
    private readonly Conditions _conditions;
    private readonly byte[] _lastName;
    private readonly byte[] _text;

    /// <param name="pointer">The pointer.</param>
    /// <param name="valueJson">
    /// The value it must lead to, as JSON. An object holds conditions instead, such as <c>{"exists":true}</c>
    /// or <c>{"prefix":"a","not":"abc"}</c>; <c>equals</c> takes an object literally. Texts may have placeholders (<see cref="Template"/>).
    /// </param>
    /// <exception cref="ArgumentException">The pointer is malformed, or a condition is.</exception>
    /// <exception cref="JsonException">The value is not JSON.</exception>
    public JsonExpectation(string pointer, string valueJson)
        : this(pointer, valueJson, ConditionsOf(JsonElement.Parse(valueJson)))
    {
    }

    private JsonExpectation(string pointer, string valueJson, Conditions conditions)
    {
        _pointer = JsonPointer.Parse(pointer);
        (Pointer, ValueJson, _conditions) = (pointer, valueJson, conditions);
        _text = conditions.Text is { } text && text.AsSpan().IndexOfAny(Escaped) < 0 ? Encoding.UTF8.GetBytes(text) : [];
        _lastName = conditions.NeedValue && _pointer.LastName is { } name && !int.TryParse(name, out _) ? Encoding.UTF8.GetBytes(name) : [];
    }

    public string Pointer { get; }

    public string ValueJson { get; }

    internal JsonPointer Path => _pointer;

    internal IEnumerable<Template> Templates => _conditions.Templates;

    internal IEnumerable<string> Groups => _conditions.Groups;

    /// <inheritdoc cref="Conditions.EqualTo"/>
    internal ValueTemplate? EqualTo => _conditions.EqualTo;

    /// <summary>A name that every message without escapes has in which it holds; empty for none.</summary>
    internal ReadOnlySpan<byte> LastName => _lastName;

    /// <summary>A text that every message without escapes has in which it holds; empty for none.</summary>
    internal ReadOnlySpan<byte> Text => _text;

    /// <summary>Why <paramref name="pointer"/> is not a JSON pointer, or null when it is.</summary>
    public static string? RejectPointer(string pointer) => JsonPointer.Reject(pointer);

    /// <summary>False too while it has placeholders that are not filled.</summary>
    public bool Matches(JsonElement root) => _conditions.Hold(_pointer.Find(root));

    /// <summary>Whether it holds for what its pointer leads to in a JSON text; null where only a document tells.</summary>
    internal bool? Holds(JsonPlace place, ReadOnlySpan<byte> json) => _conditions.Hold(place, json);

    /// <summary>What its pointer leads to; null when it leads nowhere.</summary>
    internal JsonElement? Find(JsonElement root) => _pointer.Find(root);

    internal JsonExpectation? Fix(TemplateScope scope) => _conditions.Fix(scope) switch
    {
        null => null,
        var conditions when conditions == _conditions => this,
        var conditions => new JsonExpectation(Pointer, ValueJson, conditions),
    };

    internal void Capture(JsonElement root, Action<string, string> found)
    {
        // Only a regular expression has read the text: another may have half a surrogate pair.
        if (Groups.Any() && _pointer.Find(root) is { ValueKind: JsonValueKind.String } text)
            _conditions.Capture(text.GetString()!, found);
    }

    public bool Equals(JsonExpectation? other) => other is not null && Pointer == other.Pointer && ValueJson == other.ValueJson;

    public override bool Equals(object? obj) => Equals(obj as JsonExpectation);

    public override int GetHashCode() => HashCode.Combine(Pointer, ValueJson);

    private static Conditions ConditionsOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.Object ? Conditions.Of(value) : Conditions.Be(value);
        }
        catch (FormatException wrong)
        {
            throw new ArgumentException(wrong.Message, nameof(value), wrong);
        }
    }
}
