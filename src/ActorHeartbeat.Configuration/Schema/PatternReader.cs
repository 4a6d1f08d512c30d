using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// Reads a pattern: text is the whole message; an object has JSON pointers with values or conditions, and the words below. All must hold.
/// </summary>
/// <param name="place">What is compared with it.</param>
internal sealed class PatternReader(PatternPlace place) : ValueReader<MessagePattern>
{
    private const string Text = "text", Bytes = "bytes", Any = "any", After = "after", Status = "status";
    private const string NoPlaceholder = "nothing is said before this pattern is compared; it has no placeholders";

    private readonly string[] _words = place == PatternPlace.Answer ? [Status, Text, Any, After] : [Text, Bytes, Any, After];

    public override string Expected => "text, or JSON pointers such as { \"/type\" = pong }";

    public override bool MayHoldSecret => true;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out MessagePattern value)
    {
        value = null;
        if (at.Text is { } text)
            return TryReadText(at, text, out value);
        if (at.Fields is not { Count: > 0 } fields)
            return at.Refuse(Expected);
        var parts = new List<MessagePattern>();
        var expectations = new List<JsonExpectation>();
        var (isSound, after) = (true, "");
        foreach (var below in fields.Select(at.Below))
        {
            isSound &= below.Key switch
            {
                Text => TryReadTexts(below, parts),
                Bytes => TryReadBytes(below, parts),
                Status when place == PatternPlace.Answer => TryReadStatus(below, parts),
                Any => TryReadAny(below, parts),
                After => TryReadAfter(below, out after),
                _ => TryReadPointer(below, expectations),
            };
        }
        if (isSound && after.Length > 0 && expectations.Count == 0)
            isSound = at.Report("after is the text before JSON; add a JSON pointer, or use text { prefix = ... }");
        if (expectations.Count > 0)
            parts.Add(new MessagePattern.Json([.. expectations]) { After = after });
        value = !isSound ? null : parts.Count == 1 ? parts[0] : new MessagePattern.All([.. parts]);
        return isSound;
    }

    public override void Write(Utf8JsonWriter json, MessagePattern value, bool asWritten)
    {
        if (value is MessagePattern.Text text)
        {
            SecretMask.WriteText(json, text.Value, asWritten);
            return;
        }
        json.WriteStartObject();
        WriteMembers(json, value, asWritten);
        json.WriteEndObject();
    }

    private void WriteMembers(Utf8JsonWriter json, MessagePattern value, bool asWritten)
    {
        switch (value)
        {
            case MessagePattern.Text text:
                json.WritePropertyName(Text);
                SecretMask.WriteText(json, text.Value, asWritten);
                break;
            case MessagePattern.TextWhere where:
                json.WritePropertyName(Text);
                SecretMask.WriteJson(json, where.ConditionsJson, asWritten);
                break;
            case MessagePattern.Status status:
                json.WriteString(Status, status.Codes.ToString());
                break;
            case MessagePattern.Bytes bytes:
                json.WritePropertyName(Bytes);
                SecretMask.WriteText(json, bytes.Hex, asWritten);
                break;
            case MessagePattern.Json pointers:
                if (pointers.After.Length > 0)
                {
                    json.WritePropertyName(After);
                    SecretMask.WriteText(json, pointers.After, asWritten);
                }
                foreach (var expectation in pointers.Expectations)
                {
                    json.WritePropertyName(expectation.Pointer);
                    SecretMask.WriteJson(json, expectation.ValueJson, asWritten);
                }
                break;
            case MessagePattern.All all:
                foreach (var part in all.Patterns)
                    WriteMembers(json, part, asWritten);
                break;
            case MessagePattern.Any any:
                json.WriteStartArray(Any);
                foreach (var one in any.Patterns)
                    Write(json, one, asWritten);
                json.WriteEndArray();
                break;
        }
    }

    private bool TryReadText(Cursor at, string text, [MaybeNullWhen(false)] out MessagePattern value)
    {
        value = AreSound(at) ? new MessagePattern.Text(text) : null;
        return value is not null;
    }

    /// <summary>Whether the placeholders of a value may stand here; what is wrong is reported.</summary>
    private bool AreSound(Cursor at) =>
        place != PatternPlace.Proof ? Placeholders.AreSound(at, TemplatePlace.Pattern)
        : !Template.MayBe(at.Text ?? at.Json) || at.Report(NoPlaceholder);

    private bool TryReadTexts(Cursor at, List<MessagePattern> parts)
    {
        if (at.Text is { } text)
        {
            if (!TryReadText(at, text, out var whole))
                return false;
            parts.Add(whole);
            return true;
        }
        if (at.Fields is null)
            return at.Refuse("text, or conditions such as { prefix = PING }");
        if (!AreSound(at) || !TryParse(at, out _) || !AreConditions(at, ValueTest.WordsOfText))
            return false;
        parts.Add(new MessagePattern.TextWhere(at.Json));
        return true;
    }

    private bool TryReadBytes(Cursor at, List<MessagePattern> parts)
    {
        if (at.Text is not { } hex)
            return at.Refuse("hexadecimal digits such as \"9003????00\"");
        if (!AreSound(at))
            return false;
        if (Words.RejectBytes(hex) is { } reason)
            return at.Report(reason);
        parts.Add(new MessagePattern.Bytes(hex));
        return true;
    }

    private static bool TryReadStatus(Cursor at, List<MessagePattern> parts)
    {
        if (!OutcomeValues.HttpStatus.TryRead(at, out var codes))
            return false;
        parts.Add(new MessagePattern.Status(codes));
        return true;
    }

    private bool TryReadAny(Cursor at, List<MessagePattern> parts)
    {
        if (at.Fields is not null || at.Elements is not { Count: > 0 } elements)
            return at.Refuse("a list of patterns");
        var (isSound, patterns) = (true, new List<MessagePattern>());
        for (var index = 0; index < elements.Count; index++)
        {
            if (TryRead(at.Element(index, elements[index]), out var pattern))
                patterns.Add(pattern);
            else
                isSound = false;
        }
        parts.Add(new MessagePattern.Any([.. patterns]));
        return isSound;
    }

    private bool TryReadAfter(Cursor at, out string after)
    {
        after = at.Text ?? "";
        return after.Length == 0 ? at.Refuse("the text before the JSON") : AreSound(at);
    }

    private bool TryReadPointer(Cursor at, List<JsonExpectation> expectations)
    {
        if (at.Key.Length > 0 && at.Key[0] != '/')
            return at.ReportKey(
                $"a pattern has JSON pointers and the words {string.Join(", ", _words)}",
                Nearest.To(at.Key, _words) is { } near ? $"did you mean \"{near}\", or \"/{at.Key}\"?" : $"did you mean \"/{at.Key}\"?");
        if (JsonExpectation.RejectPointer(at.Key) is { } reason)
            return at.ReportKey(reason);
        if (Template.MayBe(at.Key))
            return at.ReportKey("a JSON pointer has no placeholders; the value beside it may");
        if (!AreSound(at) || !TryParse(at, out _) || (at.Fields is not null && !AreConditions(at, ValueTest.AllWords)))
            return false;
        expectations.Add(new JsonExpectation(at.Key, at.Json));
        return true;
    }

    /// <summary>Reads a value as JSON; one that is nested too deep is reported.</summary>
    internal static bool TryParse(Cursor at, out JsonElement value)
    {
        value = default;
        try
        {
            value = JsonElement.Parse(at.Json);
            return true;
        }
        catch (JsonException)
        {
            return at.Report("it is nested deeper than 64 levels, and no message is read so deep");
        }
    }

    private static bool AreConditions(Cursor at, IReadOnlyCollection<string> words)
    {
        if (at.Fields is not { Count: > 0 } fields)
            return at.Report($"a condition is missing: {string.Join(", ", words)}");
        var isSound = true;
        foreach (var below in fields.Select(at.Below))
        {
            if (!words.Contains(below.Key))
                isSound = below.ReportKey(
                    "unknown condition",
                    (Nearest.To(below.Key, [.. words]) is { } near ? $"did you mean \"{near}\"? " : "")
                        + $"known: {string.Join(", ", words)}; equals takes an object literally");
            else if (!TryParse(below, out var operand))
                isSound = false;
            else if (Words.RejectOperand(below.Key, operand) is { } reason)
                isSound = below.Report(reason);
        }
        return isSound;
    }
}

/// <summary>What a pattern is compared with.</summary>
internal enum PatternPlace
{
    /// <summary>Messages of the peer.</summary>
    Message,

    /// <summary>Messages before which nothing is said that they could answer.</summary>
    Proof,

    /// <summary>The answer to an HTTP request.</summary>
    Answer,
}
