using System.Diagnostics.CodeAnalysis;
using System.Text;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// A message of the configuration: what is sent, or templates that are filled when the message goes out (<see cref="Template"/>).
/// Immutable, compared by content.
/// </summary>
public sealed class MessageTemplate : IEquatable<MessageTemplate>
{
    private readonly string _written = "";
    private readonly JsonTemplate? _json; // of a message that is JSON
    private bool _isJson; // of one that is given
    private readonly Template? _text; // of a text, or of hexadecimal digits

    private MessageTemplate(OutboundMessage literal) => (Literal, Form) = (literal, MessageForm.Given);

    private MessageTemplate(MessageForm form, string written)
    {
        (Form, _written) = (form, written);
        if (form == MessageForm.Json)
            _json = JsonTemplate.Parse(written);
        else
            _text = Template.Parse(written);
        if (form == MessageForm.Bytes && !_text!.IsHex)
            throw new FormatException("bytes are an even number of hexadecimal digits, and placeholders between them");
        Template[] templates = [.. _json?.Templates ?? [_text!]];
        Templates = templates;
        References = [.. templates.SelectMany(template => template.References).Distinct()];
        OfMessage = [.. templates.SelectMany(template => template.OfMessage).Distinct()];
        if (!Array.Exists(templates, template => template.HasPlaceholders))
            Literal = Make(new TemplateScope());
    }

    /// <summary>The secrets that it needs.</summary>
    public IReadOnlyList<SecretReference> References { get; } = [];

    /// <summary>The payload as written, placeholders in place of values; bytes as hexadecimal digits.</summary>
    public ReadOnlyMemory<byte> Written => Form == MessageForm.Given ? Literal!.Payload : Encoding.UTF8.GetBytes(_written);

    /// <summary>The texts in it that may have placeholders.</summary>
    internal IReadOnlyList<Template> Templates { get; } = [];

    /// <summary>What it takes from the message that it answers: pointers, and <see cref="Template.TextOfMessage"/>.</summary>
    internal IReadOnlyList<string> OfMessage { get; } = [];

    internal MessageForm Form { get; }

    /// <summary>Whether it was written as JSON.</summary>
    internal bool IsJson => Form == MessageForm.Json || (Form == MessageForm.Given && _isJson);

    /// <summary>The names that it has anywhere but in a list element that is repeated for each key of a batch.</summary>
    internal IEnumerable<string> NamesOutsideBatch => _json?.NamesOutsideBatch ?? Templates.SelectMany(each => each.Names);

    /// <summary>The message that goes out each time; null when something in it is filled.</summary>
    internal OutboundMessage? Literal { get; }

    /// <summary>A message that is sent as it is, whatever it holds.</summary>
    public static MessageTemplate Of(OutboundMessage message) => new(message);

    /// <summary>A text message; it may have placeholders.</summary>
    /// <exception cref="FormatException">As <see cref="Template.Parse"/>.</exception>
    public static MessageTemplate Text(string text) => Template.MayBe(text) ? new(MessageForm.Text, text) : new(OutboundMessage.Text(text));

    /// <summary>
    /// A text message that is JSON. Placeholders stand in its texts, and their values are escaped as JSON; a text that is one placeholder
    /// and nothing else becomes the JSON value that it stands for. Blanks between values do not go out when there are placeholders.
    /// </summary>
    /// <exception cref="FormatException">As <see cref="Template.Parse"/>, or the text is no JSON.</exception>
    public static MessageTemplate Json(string json) =>
        Template.MayBe(json) ? new(MessageForm.Json, json) : new(OutboundMessage.Text(json)) { _isJson = true };

    /// <summary>A binary message: hexadecimal digits, two for each byte, with placeholders between them.</summary>
    /// <exception cref="FormatException">As <see cref="Template.Parse"/>, or it has something else.</exception>
    public static MessageTemplate Bytes(string hex) => new(MessageForm.Bytes, hex);

    /// <summary>A message that is sent as it is, whatever it holds.</summary>
    [return: NotNullIfNotNull(nameof(message))]
    public static implicit operator MessageTemplate?(OutboundMessage? message) => message is null ? null : Of(message);

    /// <summary>The message as it goes out; null when a placeholder has no value, and the scope tells which.</summary>
    internal OutboundMessage? Fill(TemplateScope scope) => Literal ?? Make(scope);

    /// <summary>The message that was filled by a scope that records, with placeholders in place of the secrets in it.</summary>
    internal string Show(TemplateScope filled)
    {
        var scope = filled.Again();
        return Form switch
        {
            MessageForm.Json => _json!.Fill(scope) is { } json ? Encoding.UTF8.GetString(json) : _written,
            MessageForm.Bytes => $"bytes {_text!.FillSpelled(scope, Digits) ?? _written}",
            _ => _text!.Fill(scope) ?? _written,
        };
    }

    public bool Equals(MessageTemplate? other) =>
        other is not null
        && (Form, _written) == (other.Form, other._written)
        && (Form != MessageForm.Given || Literal!.Equals(other.Literal));

    public override bool Equals(object? obj) => Equals(obj as MessageTemplate);

    public override int GetHashCode() => Form == MessageForm.Given ? Literal!.GetHashCode() : HashCode.Combine(Form, _written);

    /// <summary>Kind and size, never the payload.</summary>
    public override string ToString() =>
        Literal?.ToString()
        ?? $"{(Form == MessageForm.Bytes ? MessageKind.Binary : MessageKind.Text)} message with "
            + string.Join(", ", _json?.Templates ?? [_text!]);

    private OutboundMessage? Make(TemplateScope scope) => Form switch
    {
        MessageForm.Json => _json!.Fill(scope) is { } json ? Made(MessageKind.Text, json) : null,
        MessageForm.Bytes => _text!.FillBytes(scope) is { } bytes ? Made(MessageKind.Binary, bytes) : null,
        _ => _text!.Fill(scope) is { } text ? Made(MessageKind.Text, Encoding.UTF8.GetBytes(text)) : null,
    };

    // As written until somebody listens, who is shown the values too.
    private OutboundMessage Made(MessageKind kind, byte[] payload) => new(kind, payload) { Shown = _written };

    private static string? Digits(TemplateValue value) =>
        value.IsSecret ? value.AsText() : value.AsBytes() is { } bytes ? Convert.ToHexString(bytes) : null;
}

/// <summary>What a message of the configuration is written as.</summary>
internal enum MessageForm
{
    /// <summary>A message that is sent as it is, whatever it holds.</summary>
    Given,
    Text,
    Json,
    Bytes,
}
