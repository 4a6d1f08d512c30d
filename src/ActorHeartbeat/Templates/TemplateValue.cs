using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>A value while a template is filled. Types never convert: text is no number, and bytes are no text. Immutable.</summary>
internal abstract record TemplateValue
{
    private TemplateValue()
    {
    }

    /// <summary>Whether it is a secret or was made from one.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether it is JSON null or the word <c>none</c>, which give a name no value.</summary>
    public bool IsNothing => this is None or Json { Value.ValueKind: JsonValueKind.Null };

    /// <summary>
    /// As part of a text: JSON other than a string as it is written, so that numbers keep their digits. Null for what is no text.
    /// </summary>
    public abstract string? AsText();

    /// <summary>As bytes: text as UTF-8. Null for nothing.</summary>
    public virtual byte[]? AsBytes() => AsText() is { } text ? Encoding.UTF8.GetBytes(text) : null;

    /// <summary>As JSON; null for what has no form in it.</summary>
    public abstract JsonElement? AsJson();

    public static TemplateValue Of(string text) => new Text(text);

    public static TemplateValue Of(JsonElement json) =>
        json.ValueKind == JsonValueKind.String ? new Text(json.GetString()!) : new Json(json.Clone());

    public static TemplateValue Of(byte[] bytes) => new Bytes(bytes);

    public static TemplateValue Of(long number) => new Json(JsonSerializer.SerializeToElement(number));

    /// <summary>A text, or a JSON string.</summary>
    public sealed record Text(string Value) : TemplateValue
    {
        public override string AsText() => Value;

        public override JsonElement? AsJson() => JsonSerializer.SerializeToElement(Value);

        /// <summary>Its kind: it may be a secret.</summary>
        public override string ToString() => "text";
    }

    /// <summary>JSON other than a string.</summary>
    public sealed record Json(JsonElement Value) : TemplateValue
    {
        public override string AsText() => Value.GetRawText();

        public override JsonElement? AsJson() => Value;

        public override string ToString() => "JSON";
    }

    /// <summary>Bytes, such as a digest.</summary>
    public sealed record Bytes(byte[] Value) : TemplateValue
    {
        public override string? AsText() => null;

        public override byte[] AsBytes() => Value;

        public override JsonElement? AsJson() => null;

        public override string ToString() => "bytes";
    }

    /// <summary>The word <c>none</c>: it leaves out the member, element or header in which it stands.</summary>
    public sealed record None : TemplateValue
    {
        public static readonly None Value = new();

        public override string? AsText() => null;

        public override JsonElement? AsJson() => null;

        public override string ToString() => "none";
    }
}
