using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>One condition of a pattern, such as <c>prefix = PING</c>: its word, and whether a value holds it. Immutable.</summary>
internal abstract class ValueTest
{
    public const string RegexWord = "regex";

    /// <summary>Every word, and how its operand makes a test; a <see cref="FormatException"/> says what the operand has to be.</summary>
    private static readonly Dictionary<string, Func<JsonElement, ValueTest>> Words = new(StringComparer.Ordinal)
    {
        ["equals"] = static operand => new OneOf([operand]),
        ["one-of"] = static operand => new OneOf([.. List(operand)]),
        ["not"] = static operand => new Not(operand),
        ["prefix"] = static operand => new PartOfText(Text(operand), static (text, part) => text.StartsWith(part)),
        ["suffix"] = static operand => new PartOfText(Text(operand), static (text, part) => text.EndsWith(part)),
        ["contains"] = static operand => new PartOfText(Text(operand), static (text, part) => text.IndexOf(part) >= 0),
        [RegexWord] = static operand => new OfRegex(Text(operand)),
        ["exists"] = static operand => new Exists(Switch(operand)),
        ["above"] = static operand => new OfNumber(Number(operand), above: true),
        ["below"] = static operand => new OfNumber(Number(operand), above: false),
        ["type"] = static operand => new OfType(Text(operand)),
        ["has"] = static operand => new Has(operand),
    };

    /// <summary>The words that test a text or bytes as a whole; the others look into JSON.</summary>
    public static readonly IReadOnlyList<string> WordsOfText = ["equals", "not", "one-of", "prefix", "suffix", "contains", RegexWord];

    /// <summary>Holds for nothing.</summary>
    public static readonly ValueTest Never = new OneOf([]);

    public static IReadOnlyCollection<string> AllWords => Words.Keys;

    /// <exception cref="FormatException">The word is not known, or its operand is of the wrong kind; it repeats no operand.</exception>
    public static ValueTest Parse(string word, JsonElement operand) => Words.TryGetValue(word, out var make)
        ? make(operand.Clone())
        : throw new FormatException($"unknown word \"{word}\"");

    /// <summary>What is wrong with the operand of a word, or null when nothing is.</summary>
    public static string? Reject(string word, JsonElement operand)
    {
        try
        {
            Parse(word, operand);
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    /// <summary>Whether a value that a pointer leads to holds it; null when the pointer leads nowhere.</summary>
    public abstract bool Holds(JsonElement? value);

    /// <summary>Whether the value at a place of a JSON text holds it; null where only a document tells.</summary>
    public abstract bool? HoldsAt(JsonPlace place, ReadOnlySpan<byte> json);

    /// <summary>Whether a whole text holds it.</summary>
    public virtual bool HoldsText(ReadOnlySpan<byte> text) => false;

    /// <summary>The names of groups that it captures.</summary>
    public virtual IReadOnlyList<string> Groups => [];

    /// <summary>Tells what its groups have found in a text that holds it.</summary>
    public virtual void Capture(string text, Action<string, string> found)
    {
    }

    /// <summary>Whether a string at a place holds what <see cref="HoldsText"/> asks of a text; null where only a document tells.</summary>
    private bool? HoldsStringAt(JsonPlace place, ReadOnlySpan<byte> json) =>
        place.Token != JsonTokenType.String ? false
        : place.IsHidden || !Utf8.IsValid(place.TextIn(json)) ? null
        : HoldsText(place.TextIn(json));

    private static string Text(JsonElement operand) =>
        operand.ValueKind == JsonValueKind.String ? operand.GetString()! : throw new FormatException("expected text");

    private static JsonElement.ArrayEnumerator List(JsonElement operand) =>
        operand.ValueKind == JsonValueKind.Array ? operand.EnumerateArray() : throw new FormatException("expected a list");

    private static decimal Number(JsonElement operand) =>
        operand.ValueKind == JsonValueKind.Number && operand.TryGetDecimal(out var number)
            ? number
            : throw new FormatException("expected a number");

    private static bool Switch(JsonElement operand) => operand.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when operand.GetString() is "on" or "yes" => true,
        JsonValueKind.String when operand.GetString() is "off" or "no" => false,
        _ => throw new FormatException("expected on or off"),
    };

    private static byte[]? TextOf(JsonElement operand) =>
        operand.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(operand.GetString()!) : null;

    /// <summary>Numbers are equal by value, objects whatever the order of their members.</summary>
    public sealed class OneOf(JsonElement[] values) : ValueTest
    {
        private readonly byte[]?[] _texts = Array.ConvertAll(values, TextOf);
        private readonly JsonLiteral[] _literals = Array.ConvertAll(values, JsonLiteral.Of);

        /// <summary>The one value, if it is a text.</summary>
        public string? Only => values is [{ ValueKind: JsonValueKind.String } only] ? only.GetString() : null;

        public override bool Holds(JsonElement? value) =>
            value is { } present && Array.Exists(values, one => JsonElement.DeepEquals(one, present));

        public override bool? HoldsAt(JsonPlace place, ReadOnlySpan<byte> json)
        {
            bool? isOne = false;
            foreach (var literal in _literals)
            {
                if (literal.IsAt(place, json) is not { } isIt)
                    return null;
                isOne |= isIt;
            }
            return isOne;
        }

        public override bool HoldsText(ReadOnlySpan<byte> text)
        {
            foreach (var one in _texts)
            {
                if (one is not null && text.SequenceEqual(one))
                    return true;
            }
            return false;
        }
    }

    private sealed class Not(JsonElement value) : ValueTest
    {
        private readonly byte[]? _text = TextOf(value);
        private readonly JsonLiteral _literal = JsonLiteral.Of(value);

        public override bool Holds(JsonElement? other) => other is { } present && !JsonElement.DeepEquals(value, present);

        public override bool? HoldsAt(JsonPlace place, ReadOnlySpan<byte> json) => !_literal.IsAt(place, json);

        public override bool HoldsText(ReadOnlySpan<byte> text) => !text.SequenceEqual(_text);
    }

    private delegate bool IsPart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part);

    private sealed class PartOfText(string part, IsPart isPart) : ValueTest
    {
        private readonly byte[] _part = Encoding.UTF8.GetBytes(part);

        public override bool Holds(JsonElement? value) =>
            value is { ValueKind: JsonValueKind.String } text && isPart(Encoding.UTF8.GetBytes(text.GetString()!), _part);

        public override bool? HoldsAt(JsonPlace place, ReadOnlySpan<byte> json) => HoldsStringAt(place, json);

        public override bool HoldsText(ReadOnlySpan<byte> text) => isPart(text, _part);
    }

    private sealed class OfRegex : ValueTest
    {
        private readonly Regex _regex;
        private readonly string[] _groups;

        public OfRegex(string pattern)
        {
            try
            {
                _regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
                _groups = [.. _regex.GetGroupNames().Where(name => !char.IsAsciiDigit(name[0]))];
            }
            catch (NotSupportedException wrong)
            {
                throw new FormatException("expected a regular expression without lookarounds and backreferences, and not too large", wrong);
            }
            catch (ArgumentException wrong)
            {
                throw new FormatException("expected a regular expression; its syntax is wrong", wrong);
            }
        }

        public override bool Holds(JsonElement? value) =>
            value is { ValueKind: JsonValueKind.String } text && _regex.IsMatch(text.GetString()!);

        public override bool? HoldsAt(JsonPlace place, ReadOnlySpan<byte> json) => HoldsStringAt(place, json);

        public override IReadOnlyList<string> Groups => _groups;

        public override void Capture(string text, Action<string, string> found)
        {
            if (_groups.Length == 0)
                return;
            var match = _regex.Match(text);
            foreach (var name in _groups)
            {
                if (match.Groups[name] is { Success: true } group)
                    found(name, group.Value);
            }
        }

        /// <summary>Every message may be looked at: the characters are of a pool.</summary>
        public override bool HoldsText(ReadOnlySpan<byte> text)
        {
            var characters = ArrayPool<char>.Shared.Rent(text.Length);
            try
            {
                return Utf8.ToUtf16(text, characters, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done
                    && _regex.IsMatch(characters.AsSpan(0, length));
            }
            finally
            {
                ArrayPool<char>.Shared.Return(characters);
            }
        }
    }

    private sealed class Exists(bool wanted) : ValueTest
    {
        public override bool Holds(JsonElement? value) => value is not null == wanted;

        public override bool? HoldsAt(JsonPlace place, ReadOnlySpan<byte> json) => wanted;
    }

    private sealed class OfNumber(decimal bound, bool above) : ValueTest
    {
        public override bool Holds(JsonElement? value)
        {
            if (value is not { ValueKind: JsonValueKind.Number } number)
                return false;
            var difference = number.TryGetDecimal(out var exact) ? exact.CompareTo(bound) : number.GetDouble().CompareTo((double)bound);
            return above ? difference > 0 : difference < 0;
        }

        public override bool? HoldsAt(JsonPlace place, ReadOnlySpan<byte> json)
        {
            if (place.Token != JsonTokenType.Number)
                return false;
            if (!Utf8Parser.TryParse(place.TextIn(json), out decimal number, out var read) || read != place.Length)
                return null;
            return above ? number > bound : number < bound;
        }
    }

    private sealed class OfType : ValueTest
    {
        private readonly string _type;

        public OfType(string type) => _type = type is "string" or "number" or "boolean" or "object" or "array" or "null"
            ? type
            : throw new FormatException("expected string, number, boolean, object, array or null");

        public override bool Holds(JsonElement? value) => value is { } present && _type == present.ValueKind switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            _ => "null",
        };

        public override bool? HoldsAt(JsonPlace place, ReadOnlySpan<byte> json) => _type == place.Token switch
        {
            JsonTokenType.String => "string",
            JsonTokenType.Number => "number",
            JsonTokenType.True or JsonTokenType.False => "boolean",
            JsonTokenType.StartObject => "object",
            JsonTokenType.StartArray => "array",
            _ => "null",
        };
    }

    private sealed class Has(JsonElement element) : ValueTest
    {
        public override bool Holds(JsonElement? value)
        {
            if (value is not { ValueKind: JsonValueKind.Array } array)
                return false;
            foreach (var item in array.EnumerateArray())
            {
                if (JsonElement.DeepEquals(item, element))
                    return true;
            }
            return false;
        }

        public override bool? HoldsAt(JsonPlace place, ReadOnlySpan<byte> json) => place.Token == JsonTokenType.StartArray ? null : false;
    }
}
