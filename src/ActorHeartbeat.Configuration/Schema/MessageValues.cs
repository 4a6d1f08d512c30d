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
    /// <summary>The default time that an opening message waits for its answer.</summary>
    private static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(5);

    public static readonly ValueReader<MessageTemplate> Message = new MessageReader(TemplatePlace.Message);

    /// <summary>A message that answers one of the peer, and may take values of it.</summary>
    public static readonly ValueReader<MessageTemplate> Answer = new MessageReader(TemplatePlace.Answer);

    public static readonly ValueReader<MessageTemplate?> OptionalMessage = new OptionalObject<MessageTemplate>(null, Message);

    public static readonly ValueReader<MessagePattern> Pattern = new PatternReader();

    public static readonly ValueReader<MessagePattern?> OptionalPattern = new OptionalObject<MessagePattern>(null, Pattern);

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

    public static readonly ValueReader<DialogueStep> Opening = new ObjectOf<DialogueStep>(
        "an opening message",
        new Shape<DialogueStep>(
            Part.Of<DialogueStep, MessageTemplate?>(
                "send", OptionalMessage, opening => opening.Send, (opening, message) => opening with { Send = message }),
            Part.Of<DialogueStep, MessagePattern?>(
                "expect", OptionalPattern, opening => opening.Expect, (opening, pattern) => opening with { Expect = pattern }),
            Part.Of<DialogueStep, TimeSpan>(
                "timeout", Values.Positive, opening => opening.Timeout, (opening, time) => opening with { Timeout = time }),
            Part.Of<DialogueStep, MessagePattern?>(
                "reject", OptionalPattern, opening => opening.Reject, (opening, pattern) => opening with { Reject = pattern }),
            Part.Of<DialogueStep, string?>(
                "reason",
                new OptionalObject<string>(null, RuleValues.Reason),
                opening => opening.Reason,
                (opening, reason) => opening with { Reason = reason }),
            Part.Of<DialogueStep, OutcomeAction?>(
                "then",
                new OptionalValue<OutcomeAction>(null, Values.Word<OutcomeAction>()),
                opening => opening.Then,
                (opening, then) => opening with { Then = then }),
            Part.Of<DialogueStep, TimeSpan?>(
                "retry",
                new OptionalValue<TimeSpan>(null, Values.Positive),
                opening => opening.Retry,
                (opening, time) => opening with { Retry = time })),
        new DialogueStep(null, null, OpeningTimeout))
    {
        Reject = RejectOpening,
    };

    private static string? RejectOpening(DialogueStep opening, Layer<DialogueStep> layer)
    {
        if (opening is { Send: null, Expect: null })
            return "an opening message needs send or expect";
        if (layer.Find("timeout") is not null && opening.Expect is null)
            return "timeout is how long expect waits; there is no expect";
        if (opening is { Reject: not null, Expect: null })
            return "reject is what may come instead of expect; there is no expect";
        if (opening.Reject is not null && opening.Reject == opening.Expect)
            return "reject matches what expect matches, which decides";
        foreach (var key in (string[])["reason", "then", "retry"])
        {
            if (layer.Find(key) is not null && opening.Reject is null)
                return $"{key} says what follows from reject; there is no reject";
        }
        return layer.Find("retry") is not null && opening.Then is not (OutcomeAction.Quarantine or OutcomeAction.RetryAfter)
            ? "retry belongs to then = quarantine and then = retry-after"
            : null;
    }

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
            if (!IsSound(at))
                return false;
            if (at.Fields is [{ Key: Bytes } only] && at.Below(only) is { Text: { } hex } digits)
                return TryReadBytes(digits, hex, out value);
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

        private bool IsSound(Cursor at)
        {
            if (at.Text is { } text)
                return Placeholders.Reject(text, place) is not { } fault || at.Report(fault);
            if (IsSecretOfHeader(at))
                return at.Report(
                    "{ env = NAME } and { file = PATH } are forms of headers; a message has references in its texts",
                    "write \"@{env.NAME}\" or \"@{file:PATH}\"; a message that really has this object is written as text");
            var isSound = true;
            foreach (var field in at.Fields ?? [])
            {
                var below = at.Below(field);
                isSound &= (Placeholders.Reject(below.Key, place) is not { } fault || below.ReportKey(fault)) & IsSound(below);
            }
            var elements = at.Fields is null ? at.Elements ?? [] : [];
            for (var index = 0; index < elements.Count; index++)
                isSound &= IsSound(at.Element(index, elements[index]));
            return isSound;
        }

        private static bool IsSecretOfHeader(Cursor at) =>
            at.Fields is { Count: > 0 } fields
            && fields.All(field => field.Key is "env" or "file" or "prefix" && at.Below(field).Text is not null)
            && fields.Count(field => field.Key is "env" or "file") == 1;
    }
}
