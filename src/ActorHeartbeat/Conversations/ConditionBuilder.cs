using System.Globalization;
using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>
/// Says what has to hold for a text, or for the value that a JSON pointer leads to: <c>value => value.Prefix("PING ")</c>. All
/// conditions must hold. Operands may have placeholders (<see cref="Template"/>). Each word can be said once.
/// </summary>
public sealed class ConditionBuilder
{
    private readonly IReadOnlyCollection<string> _words;
    private readonly List<(string Word, string Operand)> _said = [];

    internal ConditionBuilder(IReadOnlyCollection<string> words) => _words = words;

    /// <summary>It is this text.</summary>
    /// <exception cref="FormatException">A placeholder in the text is malformed.</exception>
    public ConditionBuilder EqualTo(string text) => Say("equals", Match.Quoted(text));

    /// <summary>It is this JSON, taken literally.</summary>
    /// <exception cref="FormatException">It is no JSON.</exception>
    public ConditionBuilder EqualToJson(string json) => Say("equals", Spoken.Compact(json));

    /// <summary>There is a value, and it is another one than this text.</summary>
    /// <exception cref="FormatException">A placeholder in the text is malformed.</exception>
    public ConditionBuilder Not(string text) => Say("not", Match.Quoted(text));

    /// <summary>There is a value, and it is another one than this JSON.</summary>
    /// <exception cref="FormatException">It is no JSON.</exception>
    public ConditionBuilder NotJson(string json) => Say("not", Spoken.Compact(json));

    /// <summary>It is one of these texts.</summary>
    /// <exception cref="FormatException">A placeholder in a text is malformed.</exception>
    public ConditionBuilder OneOf(params string[] texts) => Say("one-of", $"[{string.Join(',', texts.Select(Match.Quoted))}]");

    /// <summary>It is one of these numbers.</summary>
    public ConditionBuilder OneOf(params decimal[] numbers) => Say("one-of", $"[{string.Join(',', numbers.Select(Spelled))}]");

    /// <summary>It is a text that begins so.</summary>
    /// <exception cref="FormatException">A placeholder in the text is malformed.</exception>
    public ConditionBuilder Prefix(string text) => Say("prefix", Match.Quoted(text));

    /// <summary>It is a text that ends so.</summary>
    /// <exception cref="FormatException">A placeholder in the text is malformed.</exception>
    public ConditionBuilder Suffix(string text) => Say("suffix", Match.Quoted(text));

    /// <summary>It is a text that has this in it.</summary>
    /// <exception cref="FormatException">A placeholder in the text is malformed.</exception>
    public ConditionBuilder Contains(string text) => Say("contains", Match.Quoted(text));

    /// <summary>It is a text that a regular expression matches somewhere. Named groups are captured.</summary>
    /// <param name="pattern">A regular expression without lookarounds and backreferences (non-backtracking).</param>
    /// <exception cref="FormatException">It is no such expression, or a group has a name that no value can have.</exception>
    public ConditionBuilder Regex(string pattern) => Say("regex", Match.Quoted(pattern));

    /// <summary>There is a value, or with false there is none. Only behind a pointer.</summary>
    /// <exception cref="ArgumentException">It is said of a whole text.</exception>
    public ConditionBuilder Exists(bool exists = true) => Say("exists", exists ? "\"on\"" : "\"off\"");

    /// <summary>It is a number above this one. Only behind a pointer.</summary>
    /// <exception cref="ArgumentException">It is said of a whole text.</exception>
    public ConditionBuilder Above(decimal number) => Say("above", Spelled(number));

    /// <summary>It is a number below this one. Only behind a pointer.</summary>
    /// <exception cref="ArgumentException">It is said of a whole text.</exception>
    public ConditionBuilder Below(decimal number) => Say("below", Spelled(number));

    /// <summary>It is of this JSON type. Only behind a pointer.</summary>
    /// <param name="type"><c>string</c>, <c>number</c>, <c>boolean</c>, <c>object</c>, <c>array</c> or <c>null</c>.</param>
    /// <exception cref="FormatException">There is no such type.</exception>
    /// <exception cref="ArgumentException">It is said of a whole text.</exception>
    public ConditionBuilder Type(string type) => Say("type", Match.Quoted(type));

    /// <summary>It is an array in which this text is an element. Only behind a pointer.</summary>
    /// <exception cref="ArgumentException">It is said of a whole text.</exception>
    public ConditionBuilder Has(string text) => Say("has", Match.Quoted(text));

    /// <summary>It is an array in which this JSON is an element. Only behind a pointer.</summary>
    /// <exception cref="FormatException">It is no JSON.</exception>
    /// <exception cref="ArgumentException">It is said of a whole text.</exception>
    public ConditionBuilder HasJson(string json) => Say("has", Spoken.Compact(json));

    internal string Build() => _said.Count > 0
        ? $"{{{string.Join(',', _said.Select(each => $"\"{each.Word}\":{each.Operand}"))}}}"
        : throw new ArgumentException($"a condition is missing: {string.Join(", ", _words)}");

    private ConditionBuilder Say(string word, string operand)
    {
        if (!_words.Contains(word))
            throw new ArgumentException($"{word} looks into JSON; a whole text has the conditions {string.Join(", ", _words)}");
        if (_said.Any(each => each.Word == word))
            throw new ArgumentException($"{word} is said already");
        var value = JsonElement.Parse(operand);
        if (value.ValueKind == JsonValueKind.String)
            Spoken.Refuse(TemplatePlaces.Reject(value.GetString()!, TemplatePlace.Pattern));
        Spoken.Refuse(Words.RejectOperand(word, value));
        _said.Add((word, operand));
        return this;
    }

    private static string Spelled(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
