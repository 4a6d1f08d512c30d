using System.Text;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.Templates;

/// <summary>
/// A text with placeholders, such as <c>@{env.NAME}</c> for an environment variable, <c>@{file:PATH}</c> for what a file holds,
/// <c>@{/pointer}</c> for a value of the message that is answered, and <c>@{base64(sha256(env.NAME, now.s))}</c>. <c>@@{</c> stands for the
/// characters <c>@{</c>. Immutable, compared by its text.
/// </summary>
public sealed class Template : IEquatable<Template>
{
    internal const string Begin = "@{", Escaped = "@@{";

    private static readonly Regex Quoted = new("'[^']*'", RegexOptions.NonBacktracking);

    /// <summary>The placeholder of a message's whole text.</summary>
    internal const string TextOfMessage = "text";

    private readonly Part[] _parts;

    private Template(string text, Part[] parts)
    {
        Text = text;
        _parts = parts;
        var expressions = parts.SelectMany(part => part.Expression?.All() ?? []).ToArray();
        References = [.. expressions.OfType<TemplateExpression.Secret>().Select(secret => secret.Reference).Distinct()];
        OfMessage = [.. expressions.OfType<TemplateExpression.OfMessage>().Select(value => value.Name).Distinct()];
        Names = [.. expressions.OfType<TemplateExpression.Named>().Select(value => value.Name).Distinct()];
        HostCalls = [.. expressions.OfType<TemplateExpression.HostCall>().Select(call => (call.Name, call.Parts.Count))];
        IsNewEachTime = expressions.Any(each => each is TemplateExpression.Counter or TemplateExpression.Uuid);
        NeedsConnection = expressions.Any(each => each is TemplateExpression.Counter or TemplateExpression.OfConnection);
    }

    /// <summary>The text as written.</summary>
    public string Text { get; }

    /// <summary>The secrets that it needs, each once.</summary>
    public IReadOnlyList<SecretReference> References { get; }

    /// <summary>What it takes from the message at hand: pointers, and <see cref="TextOfMessage"/>.</summary>
    internal IReadOnlyList<string> OfMessage { get; }

    /// <summary>The names that it takes values of, each once; see <see cref="TemplateName"/>.</summary>
    internal IReadOnlyList<string> Names { get; }

    /// <summary>The names without which it has no value, whatever else has one.</summary>
    internal IEnumerable<string> NeededNames => _parts.SelectMany(part => part.Expression?.NeededNames ?? []);

    /// <summary>The functions in it that are not built in, each with the number of its arguments.</summary>
    internal IReadOnlyList<(string Name, int Arguments)> HostCalls { get; }

    /// <summary>Whether it has a counter or a UUID: only what is said takes these, in its order.</summary>
    internal bool IsNewEachTime { get; }

    /// <summary>Whether it has numbers of a connection, such as a counter.</summary>
    internal bool NeedsConnection { get; }

    /// <summary>Whether anything in it is filled.</summary>
    internal bool HasPlaceholders => Array.Exists(_parts, part => part.Expression is not null);

    /// <summary>The text without its placeholders.</summary>
    internal string Literals => string.Concat(_parts.Select(part => part.Literal));

    /// <remarks>
    /// A function that is not built in may be one of the host: whether it is there is known when it is called, or by
    /// <c>ConversationExtensions.Reject</c> before.
    /// </remarks>
    /// <exception cref="FormatException">A placeholder is not known or has no end; the message is one line and repeats no text.</exception>
    public static Template Parse(string text) => Read(text, out var fault) ?? throw new FormatException(fault);

    /// <summary>Why <paramref name="text"/> is not a template, or null when it is.</summary>
    public static string? Reject(string text) => Read(text, out var fault) is null ? fault : null;

    /// <summary>Whether a text may have placeholders: the others need no template.</summary>
    internal static bool MayBe(string text) => text.Contains(Begin, StringComparison.Ordinal);

    /// <summary>Puts values in the place of the placeholders.</summary>
    /// <returns>Null when one has no value, or one that is no text; the scope tells which.</returns>
    /// <param name="scope">Where the values come from.</param>
    /// <param name="fits">Whether the value of a placeholder may stand here; null for any.</param>
    internal string? Fill(TemplateScope scope, Func<string, bool>? fits = null)
    {
        var filled = new StringBuilder();
        foreach (var part in _parts)
        {
            filled.Append(part.Literal);
            if (part.Expression is null)
                continue;
            var text = ValueOf(part, scope)?.AsText();
            if (text is null || fits?.Invoke(text) == false)
            {
                scope.Lack(part.Shown, doesNotFit: text is not null);
                return null;
            }
            filled.Append(text);
        }
        return filled.ToString();
    }

    /// <summary>The value of a text that is one placeholder and nothing else; otherwise the filled text.</summary>
    /// <returns>Null as in <see cref="Fill"/>.</returns>
    internal TemplateValue? FillValue(TemplateScope scope)
    {
        if (_parts is not [{ Literal: "", Expression: not null } only])
        {
            var made = scope.Made.Count;
            return Fill(scope) is { } text ? TemplateValue.Of(text) with { IsSecret = scope.Made.Count > made } : null;
        }
        var value = ValueOf(only, scope);
        if (value is null)
            scope.Lack(only.Shown);
        return value;
    }

    /// <summary>The text with the values in it, each as <paramref name="spell"/> writes it.</summary>
    /// <returns>Null as in <see cref="Fill"/>.</returns>
    internal string? FillSpelled(TemplateScope scope, Func<TemplateValue, string?> spell)
    {
        var filled = new StringBuilder();
        foreach (var part in _parts)
        {
            filled.Append(part.Literal);
            if (part.Expression is null)
                continue;
            if (ValueOf(part, scope) is not { } value || spell(value) is not { } spelled)
            {
                scope.Lack(part.Shown);
                return null;
            }
            filled.Append(spelled);
        }
        return filled.ToString();
    }

    /// <summary>The bytes that a text of hexadecimal digits and placeholders stands for.</summary>
    /// <returns>Null as in <see cref="Fill"/>.</returns>
    internal byte[]? FillBytes(TemplateScope scope)
    {
        var filled = new MemoryStream();
        foreach (var part in _parts)
        {
            filled.Write(Convert.FromHexString(part.Literal));
            if (part.Expression is null)
                continue;
            if (ValueOf(part, scope)?.AsBytes() is not { } bytes)
            {
                scope.Lack(part.Shown);
                return null;
            }
            filled.Write(bytes);
        }
        return filled.ToArray();
    }

    /// <summary>Whether a placeholder is this secret as it is.</summary>
    internal bool HasAlone(SecretReference reference) =>
        Array.Exists(_parts, part => part.Expression is TemplateExpression.Secret secret && secret.Reference == reference);

    /// <summary>The text before and behind a name, where the whole is these and nothing else; null otherwise.</summary>
    internal (string Before, string Behind)? Around(string name) => _parts switch
    {
        [{ Expression: TemplateExpression.Named only } alone] when only.Name == name => (alone.Literal, ""),
        [{ Expression: TemplateExpression.Named only } first, { Expression: null } last] when only.Name == name =>
            (first.Literal, last.Literal),
        _ => null,
    };

    /// <summary>Whether everything beside the placeholders is hexadecimal digits, two for each byte.</summary>
    internal bool IsHex => IsHexBut(null);

    /// <summary>The same, where one more character stands for a digit.</summary>
    internal bool IsHexBut(char? wildcard) => Array.TrueForAll(
        _parts, part => part.Literal.Length % 2 == 0 && part.Literal.All(digit => char.IsAsciiHexDigit(digit) || digit == wildcard));

    /// <summary>The text as it may be shown: placeholders as written, everything else as <paramref name="mask"/>.</summary>
    internal string Masked(string mask) =>
        string.Concat(_parts.Select(part => (part.Literal.Length > 0 ? mask : "") + part.Shown));

    public bool Equals(Template? other) => other is not null && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as Template);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Its placeholders, never the text around them.</summary>
    public override string ToString() => Masked("***");

    private static TemplateValue? ValueOf(Part part, TemplateScope scope)
    {
        var value = scope.Evaluate(part.Expression!, part.Shown);
        if (value is { IsSecret: true } && value.AsText() is { } made)
            scope.Make(made);
        return value;
    }

    private static Template? Read(string text, out string? fault)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        fault = null;
        for (var at = 0; at < text.Length;)
        {
            var next = text.IndexOf(Begin, at, StringComparison.Ordinal);
            literal.Append(text, at, (next < 0 ? text.Length : next) - at);
            if (next < 0)
                break;
            at = next + Begin.Length;
            if (next > 0 && text.AsSpan(next - 1).StartsWith(Escaped)) // its first @ is in the literal already
            {
                literal.Append('{');
                continue;
            }
            if (TemplateParser.Read(text, ref at, out fault) is not { } expression)
                return null;
            parts.Add(new Part(literal.ToString(), expression, Quoted.Replace(text[next..at], "'***'")));
            literal.Clear();
        }
        if (literal.Length > 0)
            parts.Add(new Part(literal.ToString(), null, ""));
        return new Template(text, [.. parts]);
    }

    /// <summary>Text, and the placeholder behind it as it may be shown: what stands in quotes is text too.</summary>
    private sealed record Part(string Literal, TemplateExpression? Expression, string Shown);
}
