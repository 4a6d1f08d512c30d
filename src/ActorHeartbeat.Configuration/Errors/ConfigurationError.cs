using System.Text;

namespace ActorHeartbeat.Configuration;

/// <summary>One thing wrong with a configuration, and where.</summary>
/// <param name="File">The file as named by whoever asked for it.</param>
/// <param name="Line">From 1; 0 when the file as a whole is meant.</param>
/// <param name="Column">From 1, in characters; 0 when the file as a whole is meant.</param>
/// <param name="KeyPath">The key, without the leading <c>actor-heartbeat</c>; empty for an error of syntax.</param>
/// <param name="Message">What was found and what is allowed.</param>
public sealed record ConfigurationError(string File, int Line, int Column, string KeyPath, string Message)
{
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
            text.Append(KeyPath).Append(": ");
        text.Append(Message);
        if (SourceLine is not null)
            AppendSource(text, SourceLine);
        else if (Hint.Length > 0)
            text.Append("\n    ").Append(Hint);
        return text.ToString();
    }

    // The line loses its indent; a tab before the mark stays a tab in the line of the mark, so that both are shown alike.
    private void AppendSource(StringBuilder text, string line)
    {
        var indent = line.Length - line.AsSpan().TrimStart().Length;
        var start = Math.Clamp(MarkStart, indent, line.Length);
        text.Append("\n    ").Append(line.AsSpan(indent).TrimEnd()).Append("\n    ");
        foreach (var character in line.AsSpan(indent, start - indent))
            text.Append(character == '\t' ? '\t' : ' ');
        text.Append('^', Math.Max(1, Math.Min(MarkLength, line.TrimEnd().Length - start)));
        if (Hint.Length > 0)
            text.Append("  ").Append(Hint);
    }
}
