using System.Text;

namespace ActorHeartbeat.Configuration.Errors;

/// <summary>One thing wrong with a configuration, and where.</summary>
/// <param name="File">The file as named by whoever asked for it.</param>
/// <param name="Line">From 1; 0 when the file as a whole is meant.</param>
/// <param name="Column">From 1, in characters; 0 when the file as a whole is meant.</param>
/// <param name="KeyPath">The key, without the leading <c>actor-heartbeat</c>; empty for an error of syntax.</param>
/// <param name="Message">What was found and what is allowed.</param>
public sealed record ConfigurationError(string File, int Line, int Column, string KeyPath, string Message)
{
    private const int WidestLine = 200;
    private const int BeforeMark = 80;
    private const string Ellipsis = "...";

    /// <summary>A terminal would obey a control character.</summary>
    private const char Unprintable = '\uFFFD';

    /// <summary>The line it is on, secrets masked; null when there is none.</summary>
    public string? SourceLine { get; init; }

    /// <summary>Where the mark under <see cref="SourceLine"/> begins, from 0.</summary>
    public int MarkStart { get; init; }

    /// <summary>How many characters the mark under <see cref="SourceLine"/> spans.</summary>
    public int MarkLength { get; init; } = 1;

    /// <summary>What may have been meant, and what is allowed here; empty for no advice.</summary>
    public string Hint { get; init; } = "";

    /// <summary>Place, key and message, then the line with a mark and the hint, without a newline at the end.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(File);
        if (Line > 0)
            text.Append($":{Line}:{Column}");
        text.Append(": ");
        if (KeyPath.Length > 0)
            text.Append(Printable(KeyPath)).Append(": ");
        text.Append(Printable(Message));
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

    // The line loses its indent; a tab before the mark stays a tab in the line of the mark, so that both are shown alike.
    private void AppendSource(StringBuilder text, string line)
    {
        var whole = line.AsSpan().TrimEnd();
        var indent = whole.Length - whole.TrimStart().Length;
        var start = Math.Clamp(MarkStart, indent, whole.Length);
        // What a program has written can be one line of a megabyte: what stands around the mark is enough.
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
