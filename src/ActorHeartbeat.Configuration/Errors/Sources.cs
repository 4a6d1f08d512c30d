using System.Text;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Hocon;

namespace ActorHeartbeat.Configuration.Errors;

/// <summary>The texts that were read. Turns a place in one of them into an error with its line, secrets masked.</summary>
internal sealed class Sources(Diagnostics diagnostics, IReadOnlyList<HoconFile> files)
{
    private readonly Dictionary<string, string[]> _lines = new(StringComparer.Ordinal);

    public Diagnostics Diagnostics { get; } = diagnostics;

    /// <summary>The same texts, with another collection for what is reported.</summary>
    public Sources ReportingTo(Diagnostics others) => new(others, files);

    /// <summary>Reports an error that the HOCON reader found.</summary>
    public void Report(HoconError error) => Add(error.Origin, error.Length, "", error.Message, "", error.SourceLine);

    /// <param name="origin">The place.</param>
    /// <param name="length">Number of characters to mark.</param>
    /// <param name="keyPath">The key.</param>
    /// <param name="message">What was found and what is allowed.</param>
    /// <param name="hint">What may have been meant.</param>
    /// <param name="isSecret">True hides the line, which may hold a secret that no masking rule would find.</param>
    public void Report(HoconOrigin origin, int length, string keyPath, string message, string hint = "", bool isSecret = false)
    {
        var line = isSecret ? null : Line(origin);
        var start = origin.Column - 1;
        var quotes = line is not null && start < line.Length && line[start] == '"' ? 2 : 0;
        Add(origin, length + quotes, keyPath, message, hint, line);
    }

    private void Add(HoconOrigin origin, int length, string keyPath, string message, string hint, string? line)
    {
        var mark = Math.Max(0, origin.Column - 1);
        var shown = line is null ? null : SecretMask.Line(line, ref mark);
        Diagnostics.Add(new ConfigurationError(origin.Source, origin.Line, origin.Column, keyPath, message)
        {
            SourceLine = shown,
            MarkStart = mark,
            MarkLength = length,
            Hint = hint,
        });
    }

    private string? Line(HoconOrigin origin)
    {
        if (!_lines.TryGetValue(origin.Source, out var lines))
            _lines.Add(origin.Source, lines = Text(origin.Source)?.Split('\n') ?? []);
        return origin.Line > 0 && origin.Line <= lines.Length ? lines[origin.Line - 1].TrimEnd('\r') : null;
    }

    private string? Text(string source) =>
        files.FirstOrDefault(file => file.Path == source) is { Content: { } content } ? Encoding.UTF8.GetString(content) : null;
}
