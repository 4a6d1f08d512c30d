using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>Makes the parts of a conversation from texts, and throws what is wrong with them. Pure.</summary>
internal static class Spoken
{
    public static MessageTemplate Text(string text, TemplatePlace place) => Fitting(MessageTemplate.Text(text), place);

    public static MessageTemplate Json(string json, TemplatePlace place) => Fitting(MessageTemplate.Json(Compact(json)), place);

    public static MessageTemplate Bytes(string hex, TemplatePlace place) => Fitting(MessageTemplate.Bytes(hex), place);

    public static MessageTemplate Fitting(MessageTemplate message, TemplatePlace place)
    {
        Check(message.Templates, place);
        return message;
    }

    public static MessagePattern Fitting(MessagePattern pattern)
    {
        Check(pattern.Templates, TemplatePlace.Pattern);
        return pattern;
    }

    /// <summary>A pattern of messages, which have no status.</summary>
    public static MessagePattern OfMessage(MessagePattern pattern)
    {
        RefuseTogether(pattern.LooksAtStatus ? "status is that of the answer to an HTTP request; a message has none" : null);
        return Fitting(pattern);
    }

    /// <summary>JSON without blanks, as a reader of a configuration keeps it: equal settings are equal however they were written.</summary>
    /// <exception cref="FormatException">It is no JSON.</exception>
    public static string Compact(string json)
    {
        try
        {
            return CompactJson.Of(JsonElement.Parse(json));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new FormatException("the message is not JSON", wrong);
        }
    }

    public static ValueMap<ValueTemplate> Let(ValueMap<ValueTemplate> let, string name, ValueTemplate value, TemplatePlace place)
    {
        Refuse(new NamedValues(place).Reject(name, value));
        return Added(let, name, value);
    }

    public static SequenceSettings Sequence(IEnumerable<string> at, long? step, SequenceGapAction? onGap)
    {
        string[] pointers = [.. at];
        foreach (var pointer in pointers)
            Refuse(JsonExpectation.RejectPointer(pointer));
        if (step < 1)
            throw new ArgumentOutOfRangeException(nameof(step), "expected a whole number, at least 1");
        var sequence = new SequenceSettings([.. pointers]) { Step = step, OnGap = onGap ?? SequenceGapAction.Tell };
        RefuseTogether(Combinations.RejectSequence(sequence, onGap is not null));
        return sequence;
    }

    public static ValueMap<ValueTemplate> Capture(ValueMap<ValueTemplate> capture, string name, string[] from)
    {
        Refuse(name == TemplateName.Session ? "session stands before a name: session.id" : Words.RejectCaptured(name));
        return Added(capture, name, Taken(from));
    }

    public static ValueMap<ValueTemplate> Set(ValueMap<ValueTemplate> set, string key, string value)
    {
        if (!Policies.DictatedSettings.Knows(key))
            throw new FormatException($"no message may set this; known: {string.Join(", ", Policies.DictatedSettings.Keys)}");
        Refuse(Words.RejectSet(key, value));
        return Added(set, key, ValueTemplate.Text(value));
    }

    public static ValueList<string> Forget(ValueList<string> forget, string[] names)
    {
        if (names.Length == 0)
            throw new ArgumentException("a name is missing: session, sequence, or the name of a captured value", nameof(names));
        foreach (var name in names)
            Refuse(Words.RejectForgotten(name));
        return [.. forget, .. names];
    }

    /// <summary>A text that takes something of a message.</summary>
    public static string Taken(string text, string template, Func<Template, string?> reject)
    {
        Refuse(TemplatePlaces.Reject(template, TemplatePlace.Taken) ?? reject(Template.Parse(template)));
        return text;
    }

    public static ValueMap<SecretValue> Header(ValueMap<SecretValue> headers, string name, SecretValue value)
    {
        Refuse(Words.RejectHeaderName(name));
        Refuse(value.Source switch
        {
            SecretSource.Literal or SecretSource.Template => Words.RejectHeader(value.Text),
            _ => Words.CanBeInHeader(value.Prefix) ? null : "prefix has a character that a header cannot carry (RFC 9110 section 5.5)",
        });
        return new([.. headers, KeyValuePair.Create(name, value)], StringComparer.OrdinalIgnoreCase);
    }

    public static SecretValue HeaderText(string text)
    {
        Refuse(Words.RejectHeader(text));
        return Template.MayBe(text) ? SecretValue.Template(text) : SecretValue.Literal(text);
    }

    /// <summary>A number or a time that its rule takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rule does not take it.</exception>
    public static TValue Within<TValue>(
        ValueRule<TValue> rule, TValue value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        rule.Reject(value) is { } reason ? throw new ArgumentOutOfRangeException(name, reason) : value;

    /// <summary>A number or a time that its setting takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The setting does not take it.</exception>
    public static TValue Within<TValue>(
        Setting<EndpointSettings, TValue> setting, TValue value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        setting.RejectValue(value) is { } reason ? throw new ArgumentOutOfRangeException(name, reason) : value;

    /// <exception cref="ArgumentOutOfRangeException">It is not above zero.</exception>
    public static TimeSpan Positive(TimeSpan time, [CallerArgumentExpression(nameof(time))] string name = "") =>
        Within(ValueRules.Positive, time, name);

    public static ValueMap<TValue> Added<TValue>(ValueMap<TValue> map, string name, TValue value) => map.ContainsKey(name)
        ? throw new ArgumentException($"{name} has a value already; give one of them another name", nameof(name))
        : new([.. map, KeyValuePair.Create(name, value)], map.IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <exception cref="FormatException">There is a fault.</exception>
    public static void Refuse(string? fault)
    {
        if (fault is not null)
            throw new FormatException(fault);
    }

    /// <exception cref="ArgumentException">Two words contradict each other.</exception>
    public static void RefuseTogether(string? fault)
    {
        if (fault is not null)
            throw new ArgumentException(fault);
    }

    private static ValueTemplate Taken(string[] from)
    {
        if (from is [var text] && !text.StartsWith('/'))
        {
            Refuse(
                !Template.MayBe(text) ? $"expected {Words.CaptureExpected}"
                : TemplatePlaces.Reject(text, TemplatePlace.Taken)
                    ?? (Template.Parse(text).HasPlaceholders ? null : $"expected {Words.CaptureExpected}"));
            return ValueTemplate.Text(text);
        }
        Refuse(from.Length == 0 ? $"expected {Words.CaptureExpected}" : null);
        foreach (var pointer in from)
            Refuse(pointer.StartsWith('/') ? Words.RejectGiving(pointer) : "expected a JSON pointer such as \"/id\"");
        return ValueTemplate.At(from);
    }

    private static void Check(IEnumerable<Template> templates, TemplatePlace place)
    {
        foreach (var template in templates)
            Refuse(TemplatePlaces.Reject(template, place));
    }
}
