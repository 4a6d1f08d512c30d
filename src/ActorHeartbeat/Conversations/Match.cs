using System.Globalization;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>
/// Says how a message looks, as <c>match</c>, <c>expect</c> and <c>reject</c> do in HOCON:
/// <c>Match.At("/event", "login").At("/code", "0")</c>. All parts must hold. Types are strict: 0 is not <c>"0"</c>. Texts may have
/// placeholders of names and secrets (<see cref="Template"/>).
/// </summary>
public static class Match
{
    /// <summary>The whole text, compared byte by byte.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">A placeholder in it is not known, or may not stand in a pattern.</exception>
    public static MessagePattern Text(string text) => Spoken.Fitting(new MessagePattern.Text(text));

    /// <summary>A text for which all conditions hold: <c>Match.Text(text => text.Prefix("PING "))</c>.</summary>
    /// <param name="conditions">Says at least one condition, of those that look at a text.</param>
    /// <exception cref="ArgumentException">No condition was said, or one that looks into JSON.</exception>
    public static MessagePattern Text(Action<ConditionBuilder> conditions)
    {
        var builder = new ConditionBuilder(ValueTest.WordsOfText);
        conditions(builder);
        return Spoken.Fitting(new MessagePattern.TextWhere(builder.Build()));
    }

    /// <summary>The whole message in hexadecimal digits, two for each byte; <c>?</c> is any: <c>Match.Bytes("9003????00")</c>.</summary>
    /// <param name="hex">The digits, with placeholders between them.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public static MessagePattern Bytes(string hex)
    {
        Spoken.Refuse(TemplatePlaces.Reject(hex, TemplatePlace.Pattern) ?? Words.RejectBytes(hex));
        return new MessagePattern.Bytes(hex);
    }

    /// <summary>The answer to an HTTP request with this status (RFC 9110 section 15). Only for a step with <c>Http</c>.</summary>
    /// <param name="codes">A status, or a span of them, from 100 to 599.</param>
    /// <exception cref="ArgumentException">It is no status.</exception>
    public static MessagePattern Status(CodeRange codes) => codes is { First: >= 100, Last: <= 599 } && codes.First <= codes.Last
        ? new MessagePattern.Status(codes)
        : throw new ArgumentException("expected an HTTP status from 100 to 599, or a span such as \"500-599\"", nameof(codes));

    /// <summary>A message that one of the patterns matches.</summary>
    /// <param name="patterns">The patterns, in the order in which they are tried.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static MessagePattern Any(params MessagePattern[] patterns) => patterns.Length > 0
        ? new MessagePattern.Any([.. patterns])
        : throw new ArgumentException("expected a list of patterns", nameof(patterns));

    /// <summary>JSON in which a pointer leads to this text.</summary>
    /// <param name="pointer">A JSON pointer (RFC 6901), such as <c>/data/0/id</c>.</param>
    /// <param name="value">The text.</param>
    /// <exception cref="FormatException">The pointer or a placeholder is malformed.</exception>
    public static MessagePattern At(string pointer, string value) => AtJson(pointer, Quoted(value));

    /// <summary>JSON in which a pointer leads to this number, compared by value.</summary>
    /// <inheritdoc cref="At(string, string)"/>
    public static MessagePattern At(string pointer, decimal value) => AtJson(pointer, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>JSON in which a pointer leads to true or false.</summary>
    /// <inheritdoc cref="At(string, string)"/>
    public static MessagePattern At(string pointer, bool value) => AtJson(pointer, value ? "true" : "false");

    /// <summary>JSON in which all conditions hold for the value at a pointer: <c>Match.At("/ping", value => value.Exists())</c>.</summary>
    /// <param name="pointer">A JSON pointer (RFC 6901).</param>
    /// <param name="conditions">Says at least one condition.</param>
    /// <exception cref="FormatException">The pointer or a placeholder is malformed.</exception>
    /// <exception cref="ArgumentException">No condition was said.</exception>
    public static MessagePattern At(string pointer, Action<ConditionBuilder> conditions)
    {
        var builder = new ConditionBuilder(ValueTest.AllWords);
        conditions(builder);
        return Pointed(pointer, builder.Build());
    }

    /// <summary>JSON in which a pointer leads to this JSON: null, a list, or an object, which is taken literally.</summary>
    /// <param name="pointer">A JSON pointer (RFC 6901).</param>
    /// <param name="json">The value. Texts in it may have placeholders.</param>
    /// <exception cref="FormatException">The pointer, the JSON or a placeholder is malformed.</exception>
    public static MessagePattern AtJson(string pointer, string json)
    {
        var compact = Spoken.Compact(json);
        return Pointed(pointer, compact.StartsWith('{') ? $"{{\"equals\":{compact}}}" : compact);
    }

    /// <summary>And a pointer in it leads to this text.</summary>
    /// <inheritdoc cref="At(string, string)"/>
    /// <param name="pattern">What holds besides.</param>
    /// <param name="pointer">A JSON pointer (RFC 6901).</param>
    /// <param name="value">The text.</param>
    public static MessagePattern At(this MessagePattern pattern, string pointer, string value) => pattern.And(At(pointer, value));

    /// <summary>And a pointer in it leads to this number.</summary>
    /// <inheritdoc cref="At(MessagePattern, string, string)"/>
    public static MessagePattern At(this MessagePattern pattern, string pointer, decimal value) => pattern.And(At(pointer, value));

    /// <summary>And a pointer in it leads to true or false.</summary>
    /// <inheritdoc cref="At(MessagePattern, string, string)"/>
    public static MessagePattern At(this MessagePattern pattern, string pointer, bool value) => pattern.And(At(pointer, value));

    /// <summary>And the conditions hold for the value at a pointer in it.</summary>
    /// <inheritdoc cref="At(string, Action{ConditionBuilder})"/>
    /// <param name="pattern">What holds besides.</param>
    /// <param name="pointer">A JSON pointer (RFC 6901).</param>
    /// <param name="conditions">Says at least one condition.</param>
    public static MessagePattern At(this MessagePattern pattern, string pointer, Action<ConditionBuilder> conditions) =>
        pattern.And(At(pointer, conditions));

    /// <summary>And a pointer in it leads to this JSON.</summary>
    /// <inheritdoc cref="AtJson(string, string)"/>
    /// <param name="pattern">What holds besides.</param>
    /// <param name="pointer">A JSON pointer (RFC 6901).</param>
    /// <param name="json">The value.</param>
    public static MessagePattern AtJson(this MessagePattern pattern, string pointer, string json) => pattern.And(AtJson(pointer, json));

    /// <summary>The JSON of a pattern stands behind a text, as in <c>42["open"]</c>: <c>Match.At("/0", "open").After("42")</c>.</summary>
    /// <param name="pattern">A pattern with a pointer.</param>
    /// <param name="text">The text before the JSON.</param>
    /// <exception cref="ArgumentException">The pattern has no pointer, or the text is empty.</exception>
    /// <exception cref="FormatException">A placeholder is malformed.</exception>
    public static MessagePattern After(this MessagePattern pattern, string text)
    {
        if (text.Length == 0)
            throw new ArgumentException("expected the text before the JSON", nameof(text));
        return pattern switch
        {
            MessagePattern.Json json => Spoken.Fitting(json with { After = text }),
            MessagePattern.All all when all.Patterns[^1] is MessagePattern.Json last =>
                Spoken.Fitting(new MessagePattern.All([.. all.Patterns.SkipLast(1), last with { After = text }])),
            _ => throw new ArgumentException(
                "after is the text before JSON; add a JSON pointer, or use text { prefix = ... }", nameof(pattern)),
        };
    }

    /// <summary>A message that both patterns match. Pointers of both become one look at its JSON.</summary>
    /// <param name="pattern">One of them.</param>
    /// <param name="other">The other.</param>
    public static MessagePattern And(this MessagePattern pattern, MessagePattern other)
    {
        MessagePattern[] all = [.. PartsOf(pattern), .. PartsOf(other)];
        var pointers = all.OfType<MessagePattern.Json>().ToArray();
        if (pointers.Length < 2 || pointers.Select(each => each.After).Where(after => after.Length > 0).Distinct().Count() > 1)
            return new MessagePattern.All([.. all.Except(pointers), .. pointers]);
        var joined = new MessagePattern.Json([.. pointers.SelectMany(each => each.Expectations)])
        {
            After = pointers.Select(each => each.After).FirstOrDefault(after => after.Length > 0, ""),
        };
        var parts = all.Where(part => part is not MessagePattern.Json).ToArray();
        return parts.Length == 0 ? joined : new MessagePattern.All([.. parts, joined]);
    }

    internal static string Quoted(string text) => CompactJson.Write(json => json.WriteStringValue(text));

    private static IEnumerable<MessagePattern> PartsOf(MessagePattern pattern) =>
        pattern is MessagePattern.All all ? all.Patterns : (MessagePattern[])[pattern];

    private static MessagePattern.Json Pointed(string pointer, string valueJson)
    {
        Spoken.Refuse(
            pointer.Length > 0 && pointer[0] != '/' ? $"the JSON pointer \"{pointer}\" must be empty or begin with '/' (RFC 6901)"
            : JsonExpectation.RejectPointer(pointer)
                ?? (Template.MayBe(pointer) ? "a JSON pointer has no placeholders; the value beside it may" : null));
        return (MessagePattern.Json)Spoken.Fitting(new MessagePattern.Json([Expectation(pointer, valueJson)]));
    }

    private static JsonExpectation Expectation(string pointer, string valueJson)
    {
        try
        {
            return new JsonExpectation(pointer, valueJson);
        }
        catch (ArgumentException wrong) when (wrong.InnerException is FormatException fault)
        {
            throw new FormatException(fault.Message, wrong);
        }
    }
}
