using System.Text.RegularExpressions;

namespace ActorHeartbeat.Protocol;

/// <summary>Finds what sounds secret in JSON that nothing else is known about: the values beside names such as <c>token</c>.</summary>
internal static class SecretWords
{
    private const string Words = "secret|token|passw|passphrase|api[-_]?key|listen[-_]?key|signature|authorization|cookie|credential";

    private static readonly Regex Name = new(Words, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase);

    /// <summary>A member with such a name and a text that is no placeholder, or a number, behind it. The text may be cut.</summary>
    private static readonly Regex Member = new(
        $$"""(?<name>"[^"\\]*(?:{{Words}})[^"\\]*"\s*:\s*)(?:"(?<text>(?:[^"\\]|\\.)*)(?<end>"?)|-?[0-9][^,}\]\s]*)""",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase);

    /// <summary>The same in JSON that is a text of other JSON, such as the data of Pusher.</summary>
    private static readonly Regex Inner = new(
        $$"""(?<name>\\"[^"\\]*(?:{{Words}})[^"\\]*\\"\s*:\s*)"""
            + """(?:\\"(?<text>(?:[^"\\]|\\\\(?:\\["\\]|[^"\\]))*)(?<end>(?:\\")?)|-?[0-9][^,}\]\s]*)""",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase);

    /// <summary>Such a name in the query of a URL.</summary>
    private static readonly Regex Parameter = new(
        $$"""(?<name>[?&][^=&"\s]*(?:{{Words}})[^=&"\s]*=)(?<text>[^&"\\\s]+)""", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase);

    public static bool Is(string name) => Name.IsMatch(name);

    /// <summary>The text with these values masked. Placeholders stay, since they are what stands in place of a secret.</summary>
    public static string Hide(string text) => Parameter.Replace(
        Inner.Replace(Member.Replace(text, static found => Mask(found, "\"")), static found => Mask(found, "\\\"")),
        static found => Mask(found, ""));

    private static string Mask(Match found, string quote) =>
        found.Groups["text"] is not { Success: true } value ? $"{found.Groups["name"].ValueSpan}{quote}***{quote}"
        : value.ValueSpan.StartsWith("@{") || value.Length == 0 ? found.Value
        : $"{found.Groups["name"].ValueSpan}{quote}***{found.Groups["end"].ValueSpan}";
}
