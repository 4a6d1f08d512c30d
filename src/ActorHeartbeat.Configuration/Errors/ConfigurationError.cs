using System.Text;

namespace ActorHeartbeat.Configuration.Errors;

/// <summary>One error in a configuration, or a warning of it, and its place.</summary>
/// <param name="File">The path under which the file was read.</param>
/// <param name="Line">Counted from 1; 0 for the file as a whole.</param>
/// <param name="Column">Counted from 1, in characters; 0 for the file as a whole.</param>
/// <param name="KeyPath">The key, without the leading <c>actor-heartbeat</c>; empty for a syntax error.</param>
/// <param name="Message">What was found and what is allowed.</param>
public sealed record ConfigurationError(string File, int Line, int Column, string KeyPath, string Message)
{
    private const int WidestLine = 200;
    private const int BeforeMark = 80;
    private const string Ellipsis = "...";

    /// <summary>Replaces control characters, which a terminal would obey.</summary>
    private const char Unprintable = '\uFFFD';

    /// <summary>The line of the error, every value masked whose key can hold a secret or is not known; null when there is none.</summary>
    public string? SourceLine { get; init; }

    /// <summary>Where the mark under <see cref="SourceLine"/> begins, from 0.</summary>
    public int MarkStart { get; init; }

    /// <summary>How many characters the mark under <see cref="SourceLine"/> spans.</summary>
    public int MarkLength { get; init; } = 1;

    /// <summary>A suggestion of what may have been meant and what is allowed here; empty when there is none.</summary>
    public string Hint { get; init; } = "";

    /// <summary>Place, key and message on one line.</summary>
    public string Summary
    {
        get
        {
            var text = new StringBuilder(File);
            if (Line > 0)
                text.Append($":{Line}:{Column}");
            text.Append(": ");
            if (KeyPath.Length > 0)
                text.Append(Printable(KeyPath)).Append(": ");
            return text.Append(Printable(Message)).ToString();
        }
    }

    /// <summary>The summary, then the line with a mark and the hint, without a newline at the end.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Summary);
        if (SourceLine is not null)
            AppendSource(text, SourceLine);
        else if (Hint.Length > 0)
            text.Append("\n    ").Append(Hint);
        return text.ToString();
    }

    private static string Printable(ReadOnlySpan<char> text) =>
        string.Create(text.Length, text, static (printable, text) =>
        {
            for (var index = 0; index < text.Length; index++)
                printable[index] = char.IsControl(text[index]) && text[index] != '\t' ? Unprintable : text[index];
        });

    // Drops the indent of the line. A tab before the mark stays a tab in the mark's line, so that the two align.
    private void AppendSource(StringBuilder text, string line)
    {
        var whole = line.AsSpan().TrimEnd();
        var indent = whole.Length - whole.TrimStart().Length;
        var start = Math.Clamp(MarkStart, indent, whole.Length);
        // A generated file can be a single line of a megabyte: show only the part around the mark.
        var from = whole.Length - indent > WidestLine ? Math.Max(indent, start - BeforeMark) : indent;
        var to = Math.Min(whole.Length, from + WidestLine);
        var cut = from > indent ? Ellipsis : "";
        text.Append("\n    ").Append(cut);
        text.Append(Printable(whole[from..to])).Append(to < whole.Length ? Ellipsis : "").Append("\n    ").Append(' ', cut.Length);
        foreach (var character in whole[from..start])
            text.Append(character == '\t' ? '\t' : ' ');
        text.Append('^', Math.Max(1, Math.Min(MarkLength, to - start)));
        if (Hint.Length > 0)
            text.Append("  ").Append(Hint);
    }
}
