using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>
/// A text with references to secrets: <c>@{env.NAME}</c> is the value of an environment variable, <c>@{file:PATH}</c> what a file holds,
/// and <c>@@{</c> the characters <c>@{</c>. Immutable, compared by its text.
/// </summary>
public sealed class Template : IEquatable<Template>
{
    private const string Begin = "@{", Escaped = "@@{", Environment = "env.", File = "file:";

    private readonly Part[] _parts;

    private Template(string text, Part[] parts)
    {
        Text = text;
        _parts = parts;
        References = [.. parts.Select(part => part.Reference).OfType<SecretReference>().Distinct()];
    }

    /// <summary>The text as written.</summary>
    public string Text { get; }

    /// <summary>The references in it, each once.</summary>
    public IReadOnlyList<SecretReference> References { get; }

    /// <exception cref="FormatException">A placeholder is not known or has no end; the message is one line and repeats no text.</exception>
    public static Template Parse(string text) => Parse(text, isJson: false);

    /// <summary>Why <paramref name="text"/> is not a template, or null when it is.</summary>
    public static string? Reject(string text) => Read(text, isJson: false, out var fault) is null ? fault : null;

    /// <summary>Whether a text may hold references: the others need no template.</summary>
    internal static bool MayBe(string text) => text.Contains(Begin, StringComparison.Ordinal);

    /// <summary>Reads JSON: a path inside its strings is escaped like everything in them.</summary>
    internal static Template Parse(string text, bool isJson) => Read(text, isJson, out var fault) ?? throw new FormatException(fault);

    /// <summary>Puts values in the place of the references.</summary>
    /// <param name="values">The values.</param>
    /// <param name="spell">Spells a value for the text around it; null (default) takes it as it is.</param>
    /// <returns>Null when a value is missing.</returns>
    public string? Fill(IReadOnlyDictionary<SecretReference, string> values, Func<string, string>? spell = null)
    {
        var filled = new StringBuilder();
        foreach (var part in _parts)
        {
            if (part.Reference is not { } reference)
                filled.Append(part.Literal);
            else if (values.TryGetValue(reference, out var value))
                filled.Append(spell is null ? value : spell(value));
            else
                return null;
        }
        return filled.ToString();
    }

    /// <summary>The text without its references.</summary>
    internal string Literals => string.Concat(_parts.Select(part => part.Literal));

    /// <summary>The text as it may be shown: references as written, everything else as <paramref name="mask"/>.</summary>
    internal string Masked(string mask) =>
        string.Concat(_parts.Select(part => part.Reference?.ToString() ?? mask));

    public bool Equals(Template? other) => other is not null && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as Template);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Its references, never the text around them.</summary>
    public override string ToString() => Masked("***");

    private static Template? Read(string text, bool isJson, out string? fault)
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
            var end = text.IndexOf('}', at);
            if (end < 0 || ReferenceOf(text[at..end], isJson) is not { } reference)
            {
                fault = end < 0
                    ? $"a placeholder has no end; write {Escaped} for the characters {Begin}"
                    : $"unknown placeholder; {Begin}{Environment}NAME}} and {Begin}{File}PATH}} are known, {Escaped} stands for {Begin}";
                return null;
            }
            if (literal.Length > 0)
                parts.Add(new Part(literal.ToString(), null));
            literal.Clear();
            parts.Add(new Part("", reference));
            at = end + 1;
        }
        if (literal.Length > 0)
            parts.Add(new Part(literal.ToString(), null));
        return new Template(text, [.. parts]);
    }

    private static SecretReference? ReferenceOf(string placeholder, bool isJson)
    {
        if (placeholder.StartsWith(File, StringComparison.Ordinal) && placeholder.Length > File.Length)
        {
            var path = placeholder[File.Length..];
            return new SecretReference(SecretSource.File, isJson ? Unescape(path) : path);
        }
        var isVariable = placeholder.StartsWith(Environment, StringComparison.Ordinal) && placeholder.Length > Environment.Length;
        return isVariable && !placeholder.AsSpan().ContainsAny("= \t\"\\\r\n@{}")
            ? new SecretReference(SecretSource.Environment, placeholder[Environment.Length..])
            : null;
    }

    private static string Unescape(string text) =>
        text.Contains('\\', StringComparison.Ordinal) ? JsonElement.Parse($"\"{text}\"").GetString()! : text;

    private sealed record Part(string Literal, SecretReference? Reference);
}
