using System.Text;
using System.Text.RegularExpressions;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// A text with placeholders that a client's text is compared with. A placeholder that is a name without a value takes the shortest text
/// that fits, and gives the name that value. Immutable.
/// </summary>
internal sealed class TextPattern
{
    private static readonly Regex Placeholder = new(@"@\{(?:[^}']|'[^']*')*\}", RegexOptions.NonBacktracking);

    /// <exception cref="FormatException">A placeholder is not known or has no end.</exception>
    public TextPattern(string text)
    {
        Text = text;
        _ = Template.Parse(text);
    }

    public string Text { get; }

    /// <summary>Whether a text is like this; gives names their values.</summary>
    /// <exception cref="FormatException">A placeholder has no value.</exception>
    public bool Matches(string text, PeerNames names)
    {
        if (!Template.MayBe(Text))
            return text == Text;
        var groups = new List<string>();
        var matched = Compile($"\\A{Expression(names, groups, out var repeats)}\\z", repeats).Match(text);
        if (!matched.Success)
            return false;
        var taken = groups.Select((placeholder, index) => (placeholder, matched.Groups[index + 1].Value)).ToArray();
        foreach (var (placeholder, value) in taken)
        {
            if (names.Free(placeholder) is { } name)
                names.Give(name, TemplateValue.Of(value));
        }
        // What was made of names that this text gives is known only now.
        return Array.TrueForAll(taken, each => TextOf(each.placeholder, names) == each.Value);
    }

    // Several names in a text could be parted in more ways than there is time to try; only what stands in it twice needs such tries.
    private static Regex Compile(string expression, bool repeats) =>
        new(expression, RegexOptions.Singleline | (repeats ? RegexOptions.None : RegexOptions.NonBacktracking));

    private string Expression(PeerNames names, List<string> groups, out bool repeats)
    {
        repeats = false;
        var expression = new StringBuilder();
        var at = 0;
        foreach (Match placeholder in Placeholder.Matches(Text))
        {
            expression.Append(Regex.Escape(Text[at..placeholder.Index]));
            at = placeholder.Index + placeholder.Length;
            if (!names.IsOpen(placeholder.Value))
                expression.Append(Regex.Escape(TextOf(placeholder.Value, names)));
            else if (groups.IndexOf(placeholder.Value) is >= 0 and var before)
            {
                expression.Append($"\\{before + 1}");
                repeats = true;
            }
            else
            {
                groups.Add(placeholder.Value);
                expression.Append("(.+?)");
            }
        }
        return expression.Append(Regex.Escape(Text[at..])).ToString();
    }

    private static string TextOf(string placeholder, PeerNames names) =>
        names.Evaluate(placeholder).AsText() ?? throw NoText(placeholder);

    private static FormatException NoText(string placeholder) => new($"{placeholder} is no text");

    public override string ToString() => Text;
}
