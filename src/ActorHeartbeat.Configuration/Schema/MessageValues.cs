using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of messages to send, and of patterns of expected messages.</summary>
internal static class MessageValues
{
    /// <summary>The default time that an opening message waits for its answer.</summary>
    private static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(5);

    public static readonly ValueReader<OutboundMessage> Message = new MessageReader();

    public static readonly ValueReader<OutboundMessage?> OptionalMessage = new OptionalObject<OutboundMessage>(null, Message);

    public static readonly ValueReader<MessagePattern> Pattern = new PatternReader();

    public static readonly ValueReader<MessagePattern?> OptionalPattern = new OptionalObject<MessagePattern>(null, Pattern);

    public static readonly ValueReader<HeartbeatReply?> OptionalReply = new OptionalObject<HeartbeatReply>(
        null,
        new ObjectOf<HeartbeatReply>(
            "a reply",
            new Shape<HeartbeatReply>(
                Part.Of<HeartbeatReply, MessagePattern>(
                    "match", Pattern, reply => reply.Match, (reply, pattern) => reply with { Match = pattern }),
                Part.Of<HeartbeatReply, OutboundMessage>(
                    "send", Message, reply => reply.Send, (reply, message) => reply with { Send = message })),
            new HeartbeatReply(new MessagePattern.Text(""), OutboundMessage.Text("")),
            "match",
            "send"));

    public static readonly ValueReader<OpeningMessage> Opening = new ObjectOf<OpeningMessage>(
        "an opening message",
        new Shape<OpeningMessage>(
            Part.Of<OpeningMessage, OutboundMessage>(
                "send", Message, opening => opening.Send, (opening, message) => opening with { Send = message }),
            Part.Of<OpeningMessage, MessagePattern?>(
                "expect", OptionalPattern, opening => opening.Expect, (opening, pattern) => opening with { Expect = pattern }),
            Part.Of<OpeningMessage, TimeSpan>(
                "timeout", Values.Positive, opening => opening.Timeout, (opening, time) => opening with { Timeout = time })),
        new OpeningMessage(OutboundMessage.Text(""), null, OpeningTimeout),
        "send")
    {
        Reject = (opening, layer) =>
            layer.Find("timeout") is not null && opening.Expect is null ? "timeout is how long expect waits; there is no expect" : null,
    };

    /// <summary>Reads text as it is, and an object or a list as compact JSON with its keys in the order written.</summary>
    private sealed class MessageReader : ValueReader<OutboundMessage>
    {
        public override string Expected => "text, or an object to be sent as JSON";

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out OutboundMessage value)
        {
            value =
                at.Text is { } text ? OutboundMessage.Text(text)
                : at.IsNull ? null
                : new OutboundMessage(MessageKind.Text, at.Utf8Json);
            return value is not null || at.Refuse(Expected);
        }

        public override bool MayHoldSecret => true;

        public override void Write(Utf8JsonWriter json, OutboundMessage value, bool asWritten) =>
            SecretMask.WriteMessage(json, Encoding.UTF8.GetString(value.Payload.Span), asWritten);
    }

    /// <summary>Reads text as the whole message, and an object as JSON pointers with the values that they must lead to.</summary>
    private sealed class PatternReader : ValueReader<MessagePattern>
    {
        public override string Expected => "text, or JSON pointers such as { \"/type\" = pong }";

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out MessagePattern value)
        {
            value = at.Text is { } text ? new MessagePattern.Text(text) : null;
            if (value is not null)
                return true;
            if (at.Fields is not { Count: > 0 } fields)
                return at.Refuse(Expected);
            var expectations = new JsonExpectation[fields.Count];
            var sound = true;
            for (var index = 0; index < fields.Count; index++)
            {
                var below = at.Below(fields[index]);
                if (JsonExpectation.RejectPointer(below.Key) is { } reason)
                    sound = below.ReportKey(reason);
                else
                    expectations[index] = new JsonExpectation(below.Key, below.Json);
            }
            value = sound ? new MessagePattern.Json(new ValueList<JsonExpectation>(expectations)) : null;
            return sound;
        }

        public override bool MayHoldSecret => true;

        public override void Write(Utf8JsonWriter json, MessagePattern value, bool asWritten)
        {
            if (value is MessagePattern.Text text)
            {
                SecretMask.WriteText(json, text.Value, asWritten);
                return;
            }
            json.WriteStartObject();
            foreach (var expectation in ((MessagePattern.Json)value).Expectations)
            {
                json.WritePropertyName(expectation.Pointer);
                SecretMask.WriteJson(json, expectation.ValueJson, asWritten);
            }
            json.WriteEndObject();
        }
    }
}
