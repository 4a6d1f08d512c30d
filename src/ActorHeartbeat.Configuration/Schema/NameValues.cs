using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hocon;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of what gives values to names, takes them away, or asks for them.</summary>
internal static class NameValues
{
    private static readonly ValueReader<string> AnyName = Name(
        "the name of a captured value such as session.id, or sequence",
        Words.RejectAsked);

    public static readonly ValueReader<ValueMap<ValueTemplate>> Let = Named(ValueRules.ValuesOfMessage);

    public static readonly ValueReader<string?> OptionalName = new OptionalObject<string>(null, AnyName);

    public static readonly ValueReader<ValueList<string>> Forget = new ListOf<string>(
        Name(
            "session, sequence, or the name of a captured value",
            Words.RejectForgotten),
        orOne: true);

    /// <summary>The name of a secret. Errors do not show what stands there: it may be the secret by mistake.</summary>
    public static readonly ValueReader<string> Captured = new Judged<string>(
        ValueRules.CapturedName.Expected,
        name => ValueRules.CapturedName.Reject(name) is { } reason ? (null, reason) : (name, null),
        name => name)
    {
        HoldsSecret = true,
    };

    public static readonly ValueReader<ValueMap<ValueTemplate>> Capture = new FlatMap(
        "an object of names and JSON pointers",
        "a name is missing: { id = \"/id\" }",
        (at, name) => name == TemplateName.Session && at.Fields is not null,
        name => name == TemplateName.Session ? "session is an object of names: session { id = \"/id\" }" : Words.RejectCaptured(name),
        new CaptureReader());

    public static readonly ValueReader<ValueMap<ValueTemplate>> Set = new FlatMap(
        $"an object of keys and times: {string.Join(", ", DictatedSettings.Keys)}",
        $"a key is missing; known: {string.Join(", ", DictatedSettings.Keys)}",
        (at, _) => at.Fields is not null,
        name => DictatedSettings.Knows(name) ? null
            : "no message may set this; "
                + (Nearest.To(name, DictatedSettings.Keys) is { } near
                    ? $"did you mean {near}?"
                    : $"known: {string.Join(", ", DictatedSettings.Keys)}"),
        new SetReader());

    public static readonly ValueReader<SequenceSettings?> Sequence = new OptionalObject<SequenceSettings>(
        null,
        new ObjectOf<SequenceSettings>(
            "a sequence",
            new Shape<SequenceSettings>(
                Part.Of<SequenceSettings, ValueList<string>>(
                    "at",
                    new ListOf<string>(
                        new Judged<string>(
                            "a JSON pointer such as \"/seq\"",
                            text => JsonExpectation.RejectPointer(text) is { } reason ? (null, reason) : (text, null),
                            text => text),
                        orOne: true),
                    sequence => sequence.At,
                    (sequence, at) => new SequenceSettings(at) { Step = sequence.Step, OnGap = sequence.OnGap }),
                Part.Of<SequenceSettings, long?>(
                    "step",
                    new OptionalValue<long>("any", new Scalar<long>(
                        "a whole number, at least 1",
                        text => long.TryParse(text, out var step) && step > 0 ? (true, step) : default,
                        step => $"{step}")
                    { Bare = true }),
                    sequence => sequence.Step,
                    (sequence, step) => sequence with { Step = step }),
                Part.Of<SequenceSettings, SequenceGapAction>(
                    "on-gap",
                    Values.Word<SequenceGapAction>(),
                    sequence => sequence.OnGap,
                    (sequence, action) => sequence with { OnGap = action })),
            new SequenceSettings([]),
            "at")
        {
            Reject = (sequence, layer) => Combinations.RejectSequence(sequence, layer.Find("on-gap") is not null),
        });

    /// <summary>Values by name.</summary>
    public static ValueReader<ValueMap<ValueTemplate>> Named(NamedValues rule) => new MapOf<ValueTemplate>(
        "an object of names and values", new LetReader(rule.Place), StringComparer.Ordinal, TemplateName.Reject);

    private static Judged<string> Name(string expected, Func<string, string?> reject) => new(
        expected,
        name => Template.MayBe(name) ? (null, "a name stands here as it is, without @{ and }")
            : reject(name) is { } reason ? (null, reason)
            : (name, null),
        name => name);

    /// <summary>Reads a value of any JSON type with placeholders in its texts; what is written as a number stays one.</summary>
    private sealed class LetReader(TemplatePlace place) : ValueReader<ValueTemplate>
    {
        public override string Expected => "text, a number, true, false, an object or a list";

        public override bool MayHoldSecret => true;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out ValueTemplate value)
        {
            value = null;
            if (at.IsNull)
                return at.Refuse(Expected);
            if (!(MessageValues.HasNoSecretOfHeader(at, "value") & Placeholders.AreSound(at, place)))
                return false;
            if (at.Text is null && !PatternReader.TryParse(at, out _))
                return false;
            value = at is { Text: { } text, Value: HoconString } ? ValueTemplate.Text(text) : ValueTemplate.Json(at.Json);
            return true;
        }

        public override void Write(Utf8JsonWriter json, ValueTemplate value, bool asWritten)
        {
            if (value.IsJson && (asWritten || value.Written[0] is '{' or '['))
                SecretMask.WriteJson(json, value.Written, asWritten);
            else
                SecretMask.WriteText(json, value.Written, asWritten);
        }
    }

    /// <summary>Reads a pointer, a list of pointers of which the first that leads somewhere counts, or a template.</summary>
    private sealed class CaptureReader : ValueReader<ValueTemplate>
    {
        public override string Expected => Words.CaptureExpected;

        public override bool MayHoldSecret => true;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out ValueTemplate value)
        {
            value = null;
            if (at.Text is { } text)
                return text.StartsWith('/')
                    ? IsPointer(at, text) && TryReadText(at, $"@{{{text}}}", out value)
                    : TryReadText(at, text, out value);
            if (at.Fields is not null || at.Elements is not { Count: > 0 } elements)
                return at.Refuse(Expected);
            var (isSound, pointers) = (true, new List<string>());
            for (var index = 0; index < elements.Count; index++)
            {
                var element = at.Element(index, elements[index]);
                if (element.Text is { } pointer && pointer.StartsWith('/'))
                    isSound &= IsPointer(element, pointer);
                else
                    isSound = element.Refuse("a JSON pointer such as \"/id\"");
                pointers.Add(element.Text ?? "");
            }
            return isSound && TryReadText(at, $"@{{{string.Join(" ?? ", pointers)}}}", out value);
        }

        public override void Write(Utf8JsonWriter json, ValueTemplate value, bool asWritten) =>
            SecretMask.WriteText(json, value.Written, asWritten);

        private static bool IsPointer(Cursor at, string pointer) =>
            Words.RejectGiving(pointer) is not { } fault || at.Report(fault);

        private bool TryReadText(Cursor at, string text, [MaybeNullWhen(false)] out ValueTemplate value)
        {
            value = null;
            if (!Template.MayBe(text))
                return at.Refuse(Expected);
            if (TemplatePlaces.Reject(text, TemplatePlace.Taken) is { } fault)
                return at.Report(fault);
            if (!Template.Parse(text).HasPlaceholders)
                return at.Refuse(Expected);
            value = ValueTemplate.Text(text);
            return true;
        }
    }

    /// <summary>Reads a time that a message sets.</summary>
    private sealed class SetReader : ValueReader<ValueTemplate>
    {
        public override string Expected => "a time with its unit, such as \"@{/interval}ms\"";

        public override bool MayHoldSecret => true;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out ValueTemplate value)
        {
            value = null;
            if (at.Text is not { } text)
                return at.Refuse(Expected);
            if (Words.RejectSet(KeyOf(at), text) is { } fault)
                return at.Report(fault);
            value = ValueTemplate.Text(text);
            return true;
        }

        public override void Write(Utf8JsonWriter json, ValueTemplate value, bool asWritten) =>
            SecretMask.WriteText(json, value.Written, asWritten);

        /// <summary>The key that is set: the names behind the last <c>set</c>.</summary>
        private static string KeyOf(Cursor at) => string.Join('.', at.Path.Names.Reverse().TakeWhile(name => name != "set").Reverse());
    }

    /// <summary>A map whose keys may have dots, which are objects in the tree.</summary>
    /// <param name="expected">What is allowed.</param>
    /// <param name="missing">What is wrong with an empty object.</param>
    /// <param name="isObject">Whether a value is an object of further names.</param>
    /// <param name="reject">Why a name is not allowed, in one line; null when it is.</param>
    /// <param name="element">Reads a value.</param>
    private sealed class FlatMap(
        string expected,
        string missing,
        Func<Cursor, string, bool> isObject,
        Func<string, string?> reject,
        ValueReader<ValueTemplate> element)
        : ValueReader<ValueMap<ValueTemplate>>
    {
        public override string Expected => expected;

        public override bool MayHoldSecret => element.MayHoldSecret;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out ValueMap<ValueTemplate> value)
        {
            value = null;
            if (at.Fields is null)
                return at.Refuse(expected);
            var read = new List<KeyValuePair<string, ValueTemplate>>();
            if (!TryRead(at, "", read))
                return false;
            value = new ValueMap<ValueTemplate>(read);
            return true;
        }

        public override void Write(Utf8JsonWriter json, ValueMap<ValueTemplate> value, bool asWritten)
        {
            json.WriteStartObject();
            foreach (var (name, one) in value)
            {
                json.WritePropertyName(name);
                element.Write(json, one, asWritten);
            }
            json.WriteEndObject();
        }

        private bool TryRead(Cursor at, string prefix, List<KeyValuePair<string, ValueTemplate>> read)
        {
            if (at.Fields is not { Count: > 0 } fields)
                return at.Report(missing);
            var isSound = true;
            foreach (var below in fields.Select(at.Below))
            {
                var name = prefix + below.Key;
                if (isObject(below, name))
                    isSound &= TryRead(below, name + ".", read);
                else if (reject(name) is { } reason)
                    isSound = below.ReportKey(reason);
                else if (read.Exists(each => each.Key == name))
                    isSound = below.ReportKey("the same name is given twice");
                else if (element.TryRead(below, out var one))
                    read.Add(new(name, one));
                else
                    isSound = false;
            }
            return isSound;
        }
    }
}
