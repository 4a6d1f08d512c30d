using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>
/// A value that is made when it is needed: a text with placeholders (<see cref="Template"/>), or JSON whose texts are such texts. A text
/// that is one placeholder and nothing else is the value that it stands for. Immutable, compared by what is written.
/// </summary>
public sealed class ValueTemplate : IEquatable<ValueTemplate>
{
    private readonly Template? _text;
    private readonly JsonTemplate? _json;

    private ValueTemplate(string written, Template? text, JsonTemplate? json)
    {
        (Written, _text, _json) = (written, text, json);
        Templates = text is not null ? [text] : [.. json!.Templates];
    }

    /// <summary>The text, or the JSON.</summary>
    public string Written { get; }

    /// <summary>Whether it is JSON.</summary>
    public bool IsJson => _json is not null;

    /// <summary>The secrets that it needs.</summary>
    public IEnumerable<SecretReference> References => Templates.SelectMany(template => template.References).Distinct();

    internal IReadOnlyList<Template> Templates { get; }

    /// <summary>What it takes from the message at hand: pointers, and <see cref="Template.TextOfMessage"/>.</summary>
    internal IEnumerable<string> OfMessage => Templates.SelectMany(template => template.OfMessage);

    /// <inheritdoc cref="Template.Around"/>
    internal (string Before, string Behind)? Around(string name) => _text?.Around(name);

    /// <exception cref="FormatException">As <see cref="Template.Parse"/>.</exception>
    public static ValueTemplate Text(string text) => new(text, Template.Parse(text), null);

    /// <exception cref="FormatException">As <see cref="Template.Parse"/>, or the text is no JSON.</exception>
    public static ValueTemplate Json(string json) => new(json, null, JsonTemplate.Parse(json));

    /// <summary>The first of several places of a message that has a value.</summary>
    /// <param name="pointers">JSON pointers (RFC 6901) without blanks, commas, brackets and question marks.</param>
    /// <exception cref="FormatException">One of them is none.</exception>
    public static ValueTemplate At(params IEnumerable<string> pointers) => Text($"@{{{string.Join(" ?? ", pointers)}}}");

    /// <summary>The value; null when a placeholder has none, and the scope tells which.</summary>
    internal TemplateValue? Fill(TemplateScope scope)
    {
        if (_text is not null)
            return _text.FillValue(scope);
        var made = scope.Made.Count;
        return _json!.Fill(scope) is { Length: > 0 } json // none as a whole leaves nothing
            ? TemplateValue.Of(JsonElement.Parse(json)) with { IsSecret = scope.Made.Count > made }
            : null;
    }

    public bool Equals(ValueTemplate? other) => other is not null && (Written, IsJson) == (other.Written, other.IsJson);

    public override bool Equals(object? obj) => Equals(obj as ValueTemplate);

    public override int GetHashCode() => HashCode.Combine(Written, IsJson);

    /// <summary>Its placeholders, never the text around them.</summary>
    public override string ToString() => string.Join(", ", Templates);
}
