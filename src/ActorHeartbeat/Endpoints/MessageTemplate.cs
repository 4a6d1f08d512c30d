using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// A message of the configuration: what is sent, or a <see cref="Template"/> that is filled when the message goes out.
/// Immutable, compared by content.
/// </summary>
public sealed class MessageTemplate : IEquatable<MessageTemplate>
{
    private readonly OutboundMessage? _literal; // null when there are references
    private readonly Template? _template; // null when the message is as written

    private MessageTemplate(OutboundMessage? literal, Template? template, bool isJson) =>
        (_literal, _template, IsJson) = (literal, template, isJson);

    /// <summary>The secrets that it needs. A message without any is sent as it is.</summary>
    public IReadOnlyList<SecretReference> References => _literal is null ? _template!.References : [];

    /// <summary>The payload as written, references in place of values.</summary>
    public ReadOnlyMemory<byte> Written => _template is { } template ? Encoding.UTF8.GetBytes(template.Text) : _literal!.Payload;

    /// <summary>Whether values are spelled as parts of a JSON string.</summary>
    internal bool IsJson { get; }

    /// <summary>The message that is sent as it is; null for one with a template.</summary>
    internal OutboundMessage? Literal => _template is null ? _literal : null;

    /// <summary>A message that is sent as it is, whatever it holds.</summary>
    public static MessageTemplate Of(OutboundMessage message) => new(message, null, isJson: false);

    /// <summary>A text message; it may have references.</summary>
    /// <exception cref="FormatException">As <see cref="Template.Parse(string)"/>.</exception>
    public static MessageTemplate Text(string text) => Parse(text, isJson: false);

    /// <summary>A text message that is JSON. The references stand in its strings, and their values are escaped as JSON.</summary>
    /// <exception cref="FormatException">As <see cref="Template.Parse(string)"/>.</exception>
    public static MessageTemplate Json(string json) => Parse(json, isJson: true);

    /// <summary>A message that is sent as it is, whatever it holds.</summary>
    [return: NotNullIfNotNull(nameof(message))]
    public static implicit operator MessageTemplate?(OutboundMessage? message) => message is null ? null : Of(message);

    /// <summary>The message as it goes out; null when a value is missing.</summary>
    public OutboundMessage? Fill(IReadOnlyDictionary<SecretReference, string> values)
    {
        if (_literal is not null)
            return _literal;
        return _template!.Fill(values, IsJson ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode : null) is { } text
            ? OutboundMessage.Text(text)
            : null;
    }

    public bool Equals(MessageTemplate? other) =>
        other is not null && Equals(_literal, other._literal) && Equals(_template, other._template) && IsJson == other.IsJson;

    public override bool Equals(object? obj) => Equals(obj as MessageTemplate);

    public override int GetHashCode() => HashCode.Combine(_literal, _template);

    /// <summary>Kind and size, never the payload.</summary>
    public override string ToString() => _literal?.ToString() ?? $"Text message with {_template}";

    private static MessageTemplate Parse(string text, bool isJson)
    {
        var template = Template.Parse(text, isJson);
        if (!Template.MayBe(text))
            return Of(OutboundMessage.Text(text));
        return new(template.References.Count > 0 ? null : OutboundMessage.Text(template.Literals), template, isJson);
    }
}
