using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of messages to send, and of patterns of expected messages.</summary>
internal static class MessageValues
{
    public static readonly ValueReader<MessageTemplate> Message = new MessageReader(TemplatePlace.Message);

    /// <summary>A message that answers one of the peer, and may take values of it.</summary>
    public static readonly ValueReader<MessageTemplate> Answer = new MessageReader(TemplatePlace.Answer);

    public static readonly ValueReader<MessageTemplate?> OptionalMessage = new OptionalObject<MessageTemplate>(null, Message);

    public static readonly ValueReader<MessagePattern> Pattern = new PatternReader(PatternPlace.Message);

    public static readonly ValueReader<MessagePattern?> OptionalPattern = new OptionalObject<MessagePattern>(null, Pattern);

    /// <summary>A pattern of what proves a connection: nothing is said before it, so it has no placeholders.</summary>
    public static readonly ValueReader<MessagePattern?> OptionalFixedPattern = new OptionalObject<MessagePattern>(
        null, new PatternReader(PatternPlace.Proof));

    /// <summary>A pattern of the answer to an HTTP request.</summary>
    public static readonly ValueReader<MessagePattern?> OptionalAnswer = new OptionalObject<MessagePattern>(
        null, new PatternReader(PatternPlace.Answer));

    public static readonly ValueReader<HeartbeatReply?> OptionalReply = new OptionalObject<HeartbeatReply>(
        null,
        new ObjectOf<HeartbeatReply>(
            "a reply",
            new Shape<HeartbeatReply>(
                Part.Of<HeartbeatReply, MessagePattern>(
                    "match", Pattern, reply => reply.Match, (reply, pattern) => reply with { Match = pattern }),
                Part.Of<HeartbeatReply, MessageTemplate>(
                    "send", Answer, reply => reply.Send, (reply, message) => reply with { Send = message })),
            new HeartbeatReply(new MessagePattern.Text(""), MessageTemplate.Text("")),
            "match",
            "send"));

    /// <summary>Whether nothing in a value is a secret in the form of headers; what is, is reported.</summary>
    public static bool HasNoSecretOfHeader(Cursor at, string what)
    {
        if (IsSecretOfHeader(at))
            return at.Report(
                $"{{ env = NAME }} and {{ file = PATH }} are forms of headers; a {what} has references in its texts",
                $"write \"@{{env.NAME}}\" or \"@{{file:PATH}}\"; a {what} that really has this object is written as text");
        var isSound = true;
        foreach (var field in at.Fields ?? [])
            isSound &= HasNoSecretOfHeader(at.Below(field), what);
        var elements = at.Fields is null ? at.Elements ?? [] : [];
        for (var index = 0; index < elements.Count; index++)
            isSound &= HasNoSecretOfHeader(at.Element(index, elements[index]), what);
        return isSound;
    }

    private static bool IsSecretOfHeader(Cursor at) =>
        at.Fields is { Count: > 0 } fields
        && fields.All(field => field.Key is "env" or "file" or "prefix" && at.Below(field).Text is not null)
        && fields.Count(field => field.Key is "env" or "file") == 1;

    /// <summary>
    /// Reads text, an object or a list as compact JSON with its keys in the order written, and <c>{ bytes = "c000" }</c> as a binary
    /// message. Texts may have placeholders.
    /// </summary>
    private sealed class MessageReader(TemplatePlace place) : ValueReader<MessageTemplate>
    {
        private const string Bytes = "bytes";

        public override string Expected => "text, or an object to be sent as JSON";

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out MessageTemplate value)
        {
            value = null;
            if (at.IsNull)
                return at.Refuse(Expected);
            if (!(HasNoSecretOfHeader(at, "message") & Placeholders.AreSound(at, place)))
                return false;
            if (at.Fields is [{ Key: Bytes } only] && at.Below(only) is { Text: { } hex } digits)
                return TryReadBytes(digits, hex, out value);
            if (at.Text is null && Template.MayBe(at.Json) && !PatternReader.TryParse(at, out _))
                return false;
            value = at.Text is { } text ? MessageTemplate.Text(text) : MessageTemplate.Json(at.Json);
            return true;
        }

        private static bool TryReadBytes(Cursor at, string hex, [MaybeNullWhen(false)] out MessageTemplate value)
        {
            value = null;
            if (!Template.Parse(hex).IsHex)
                return at.Report(
                    "bytes are an even number of hexadecimal digits, and placeholders between them",
                    "write for example \"c000\"; a message that really has this object is written as text");
            value = MessageTemplate.Bytes(hex);
            return true;
        }

        public override bool MayHoldSecret => true;

        public override void Write(Utf8JsonWriter json, MessageTemplate value, bool asWritten)
        {
            var written = Encoding.UTF8.GetString(value.Written.Span);
            if (value.Form != MessageForm.Bytes)
            {
                SecretMask.WriteMessage(json, written, asWritten);
                return;
            }
            json.WriteStartObject();
            json.WritePropertyName(Bytes);
            SecretMask.WriteText(json, written, asWritten);
            json.WriteEndObject();
        }
    }
}
