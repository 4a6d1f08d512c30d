using System.Text;
using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>A value of a pattern, to compare with JSON as it is written. Immutable.</summary>
internal sealed class JsonLiteral
{
    private readonly JsonValueKind _kind;
    private readonly byte[]? _text; // null for a number that has other spellings

    private JsonLiteral(JsonValueKind kind, byte[]? text) => (_kind, _text) = (kind, text);

    public static JsonLiteral Of(JsonElement value) => new(value.ValueKind, value.ValueKind switch
    {
        JsonValueKind.String => Encoding.UTF8.GetBytes(value.GetString()!),
        JsonValueKind.Number when Encoding.UTF8.GetBytes(value.GetRawText()) is var digits && JsonNumber.HasOneSpelling(digits) => digits,
        _ => null,
    });

    /// <summary>Whether the value at a place is equal for <see cref="JsonElement.DeepEquals"/>; null where only that tells.</summary>
    public bool? IsAt(JsonPlace place, ReadOnlySpan<byte> json) => place.Token switch
    {
        JsonTokenType.String when _kind == JsonValueKind.String => place.IsHidden ? null : place.TextIn(json).SequenceEqual(_text),
        JsonTokenType.Number when _kind == JsonValueKind.Number =>
            _text is null || !JsonNumber.HasOneSpelling(place.TextIn(json)) ? null : place.TextIn(json).SequenceEqual(_text),
        JsonTokenType.StartObject when _kind == JsonValueKind.Object => null,
        JsonTokenType.StartArray when _kind == JsonValueKind.Array => null,
        JsonTokenType.True => _kind == JsonValueKind.True,
        JsonTokenType.False => _kind == JsonValueKind.False,
        JsonTokenType.Null => _kind == JsonValueKind.Null,
        _ => false,
    };
}
