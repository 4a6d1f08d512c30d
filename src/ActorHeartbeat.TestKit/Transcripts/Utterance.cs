using System.Text;
using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.TestKit;

/// <summary>A message of a transcript: what the server says, or what it wants to hear. Immutable.</summary>
internal sealed class Utterance
{
    /// <summary>In a pattern, any JSON value.</summary>
    private const string Any = "*";

    private const string BytesWord = "bytes ";

    private readonly string _written;
    private readonly JsonElement? _json;
    private readonly TextPattern? _text; // null for JSON and bytes
    private readonly string? _hex;

    /// <param name="written">JSON that begins with a bracket; a JSON string for a text; <c>bytes HEX</c>; or the text itself.</param>
    /// <exception cref="FormatException">It is none of these.</exception>
    public Utterance(string written)
    {
        _written = written;
        try
        {
            if (written.StartsWith('{') || written.StartsWith('['))
            {
                _json = JsonElement.Parse(written);
                _ = MessageTemplate.Json(written);
            }
            else if (written.StartsWith(BytesWord, StringComparison.Ordinal))
            {
                _hex = written[BytesWord.Length..].Trim();
                _ = new MessagePattern.Bytes(_hex);
            }
            else
                _text = new TextPattern(written.StartsWith('"') ? JsonSerializer.Deserialize<string>(written)! : written);
        }
        catch (JsonException fault)
        {
            throw new FormatException($"the message is not JSON: {fault.Message}");
        }
    }

    /// <summary>A message that the server says, and so one without digits that may be any.</summary>
    /// <inheritdoc cref="Utterance(string)"/>
    public static Utterance OfServer(string written)
    {
        var utterance = new Utterance(written);
        if (utterance._hex is { } hex)
            _ = MessageTemplate.Bytes(hex);
        return utterance;
    }

    /// <summary>The message that the server says.</summary>
    /// <exception cref="FormatException">A placeholder has no value, or bytes are not hexadecimal digits.</exception>
    public OutboundMessage Fill(PeerNames names)
    {
        var message = _json is not null ? MessageTemplate.Json(_written)
            : _hex is not null ? MessageTemplate.Bytes(_hex)
            : MessageTemplate.Text(_text!.Text);
        var scope = names.Scope(message.Templates);
        return message.Fill(scope) ?? throw new FormatException($"{scope.Lacking} has no value");
    }

    /// <summary>Whether the client has said this; gives names their values if so.</summary>
    /// <exception cref="FormatException">A placeholder has no value.</exception>
    public bool Matches(OutboundMessage message, PeerNames names)
    {
        var tried = names.Copy();
        if (!Matches(message.Kind, message.Payload.Span, tried))
            return false;
        names.Take(tried);
        return true;
    }

    /// <summary>A text or JSON, whatever frame it came in; null for bytes that are no text.</summary>
    public static string Show(MessageKind kind, ReadOnlySpan<byte> payload) =>
        kind == MessageKind.Text ? Encoding.UTF8.GetString(payload) : BytesWord + Convert.ToHexStringLower(payload);

    public override string ToString() => _written;

    private bool Matches(MessageKind kind, ReadOnlySpan<byte> payload, PeerNames names)
    {
        if (_hex is not null)
        {
            var pattern = new MessagePattern.Bytes(_hex);
            var scope = names.Scope(pattern.Templates);
            return kind == MessageKind.Binary
                && (pattern.Fix(scope) ?? throw new FormatException($"{scope.Lacking} has no value")).Matches(payload);
        }
        var text = Encoding.UTF8.GetString(payload);
        if (_json is not { } wanted)
            return _text!.Matches(text, names);
        try
        {
            return IsLike(wanted, JsonElement.Parse(text), names);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsLike(JsonElement wanted, JsonElement found, PeerNames names) => wanted.ValueKind switch
    {
        JsonValueKind.String => IsLike(wanted.GetString()!, found, names),
        JsonValueKind.Array => found.ValueKind == JsonValueKind.Array
            && wanted.GetArrayLength() == found.GetArrayLength()
            && wanted.EnumerateArray().Zip(found.EnumerateArray()).All(pair => IsLike(pair.First, pair.Second, names)),
        JsonValueKind.Object => found.ValueKind == JsonValueKind.Object
            && wanted.EnumerateObject().Count() == found.EnumerateObject().Count()
            && wanted.EnumerateObject().All(member =>
                found.TryGetProperty(member.Name, out var value) && IsLike(member.Value, value, names)),
        _ => JsonElement.DeepEquals(wanted, found),
    };

    private static bool IsLike(string wanted, JsonElement found, PeerNames names)
    {
        if (wanted == Any)
            return true;
        if (names.Free(wanted) is { } free)
        {
            names.Give(free, TemplateValue.Of(found));
            return true;
        }
        if (IsOnePlaceholder(wanted))
            return names.Evaluate(wanted).AsJson() is { } value && JsonElement.DeepEquals(value, found);
        return found.ValueKind == JsonValueKind.String && new TextPattern(wanted).Matches(found.GetString()!, names);
    }

    private static bool IsOnePlaceholder(string text) =>
        text.StartsWith(Template.Begin, StringComparison.Ordinal) && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1;
}
