using System.Text.Json;
using System.Text.RegularExpressions;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// Conditions on one value, such as <c>{"prefix":"a","not":"abc"}</c>, all of which must hold. Their operands may have placeholders:
/// until these are filled nothing holds. Immutable.
/// </summary>
internal sealed class Conditions
{
    private readonly Operand[] _operands;
    private readonly ValueTest[]? _tests; // null until the placeholders are filled
    private readonly bool _holdForNothing;

    private Conditions(Operand[] operands, ValueTest[]? tests)
    {
        (_operands, _tests) = (operands, tests);
        _holdForNothing = tests is not null && Array.TrueForAll(tests, test => test.Holds(null));
    }

    /// <summary>The texts that have placeholders.</summary>
    public IEnumerable<Template> Templates => _operands.SelectMany(operand => operand.Value?.Templates ?? []);

    /// <summary>The names of the groups in regular expressions.</summary>
    public IEnumerable<string> Groups => _operands.SelectMany(operand => operand.Groups);

    /// <summary>The text that a value has to be; null when anything else may hold.</summary>
    public string? Text => _tests is [ValueTest.OneOf { Only: { } only }] ? only : null;

    /// <summary>The value that a value has to equal, with its placeholders; null when it has none, or anything else may hold.</summary>
    public ValueTemplate? EqualTo => _operands is [{ Word: "equals", Value: { } only }] ? only : null;

    /// <summary>Whether a value has to be there.</summary>
    public bool NeedValue => !_holdForNothing;

    /// <param name="conditions">An object of words and operands.</param>
    /// <exception cref="FormatException">A word is not known, or its operand is of the wrong kind, or no template.</exception>
    public static Conditions Of(JsonElement conditions) =>
        Make([.. conditions.EnumerateObject().Select(member => new Operand(member.Name, member.Value))]);

    /// <summary>The condition that a value is this one.</summary>
    /// <exception cref="FormatException">A text in it is no template.</exception>
    public static Conditions Be(JsonElement value) => Make([new Operand("equals", value)]);

    /// <summary>The same with its values; null when one has none.</summary>
    public Conditions? Fix(TemplateScope scope)
    {
        if (_tests is not null)
            return this;
        var tests = new ValueTest[_operands.Length];
        for (var index = 0; index < tests.Length; index++)
        {
            if (_operands[index].Fill(scope) is not { } test)
                return null;
            tests[index] = test;
        }
        return new Conditions(_operands, tests);
    }

    /// <summary>Whether a value that a pointer leads to holds them; null when the pointer leads nowhere.</summary>
    public bool Hold(JsonElement? value)
    {
        foreach (var test in _tests ?? [ValueTest.Never])
        {
            if (!test.Holds(value))
                return false;
        }
        return true;
    }

    /// <summary>Whether the value at a place of a JSON text holds them; null where only a document tells.</summary>
    public bool? Hold(JsonPlace place, ReadOnlySpan<byte> json)
    {
        if (_tests is null)
            return false;
        if (place.Token == JsonTokenType.None)
            return place.IsHidden ? null : _holdForNothing;
        bool? hold = true;
        foreach (var test in _tests)
        {
            if (test.HoldsAt(place, json) is not { } holds)
                hold = null;
            else if (!holds)
                return false;
        }
        return hold;
    }

    /// <summary>Whether a whole text holds them.</summary>
    public bool HoldText(ReadOnlySpan<byte> text)
    {
        foreach (var test in _tests ?? [ValueTest.Never])
        {
            if (!test.HoldsText(text))
                return false;
        }
        return true;
    }

    /// <summary>What the groups of regular expressions have found in a text for which the conditions hold.</summary>
    public void Capture(string text, Action<string, string> found)
    {
        foreach (var test in _tests ?? [])
            test.Capture(text, found);
    }

    private static Conditions Make(Operand[] operands) =>
        new(operands, Array.TrueForAll(operands, operand => operand.Value is null)
            ? Array.ConvertAll(operands, operand => operand.Fill(new TemplateScope())!)
            : null);

    private sealed class Operand
    {
        private readonly ValueTest? _test;
        private readonly Template? _regex;

        public Operand(string word, JsonElement operand)
        {
            Word = word;
            var json = operand.GetRawText();
            if (!Template.MayBe(json) && !(operand.ValueKind == JsonValueKind.String && Template.MayBe(operand.GetString()!)))
            {
                _test = ValueTest.Parse(word, operand);
                Groups = _test.Groups;
                return;
            }
            var value = operand.ValueKind == JsonValueKind.String
                ? ValueTemplate.Text(operand.GetString()!)
                : ValueTemplate.Json(json);
            _regex = word == ValueTest.RegexWord ? Template.Parse(operand.GetString() ?? "") : null;
            if (_regex is not null)
                Groups = ValueTest.Parse(word, JsonSerializer.SerializeToElement(_regex.Literals)).Groups;
            if (value.Templates.Any(template => template.HasPlaceholders))
                Value = value;
            else
                _test = ValueTest.Parse(word, value.Fill(new TemplateScope())!.AsJson()!.Value);
        }

        public string Word { get; }

        /// <summary>What has to be filled; null for nothing.</summary>
        public ValueTemplate? Value { get; }

        public IReadOnlyList<string> Groups { get; } = [];

        /// <summary>The test; null when a value is not there, or of a kind that the word cannot use.</summary>
        public ValueTest? Fill(TemplateScope scope)
        {
            if (_test is not null)
                return _test;
            var operand = _regex is null
                ? Value!.Fill(scope)?.AsJson() // without a test there is a value to fill
                : _regex.FillSpelled(scope, value => value.AsText() is { } text ? Regex.Escape(text) : null) is { } pattern
                    ? JsonSerializer.SerializeToElement(pattern)
                    : null;
            return operand is { } filled && ValueTest.Reject(Word, filled) is null ? ValueTest.Parse(Word, filled) : null;
        }
    }
}
