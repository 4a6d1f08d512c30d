using System.Text;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Hocon;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>The texts that were read. Turns places in them into errors with their lines, as far as these may be shown.</summary>
internal sealed class Sources(
    Diagnostics diagnostics, IReadOnlyList<HoconFile> files, ConversationExtensions? extensions = null)
{
    private readonly Dictionary<string, string?> _texts = new(StringComparer.Ordinal);

    public Diagnostics Diagnostics { get; } = diagnostics;

    /// <summary>What the host adds to the language of the conversation.</summary>
    public ConversationExtensions Extensions { get; } = extensions ?? ConversationExtensions.Default;

    /// <summary>The resolved tree; null while the texts are not known to parse.</summary>
    public HoconObject? Root { get; set; }

    /// <summary>The errors so far, each with its line.</summary>
    public ConfigurationErrors Errors => new Excerpts(Text, Root).Under(Diagnostics.Sorted);

    /// <summary>The same texts, for reports that are collected apart.</summary>
    public Sources Beside() => new(new Diagnostics(), files, Extensions) { Root = Root };

    /// <summary>Reports an error that the HOCON reader found.</summary>
    public void Report(HoconError error) => Report(error.Origin, error.Length, "", error.Message);

    /// <param name="origin">The place.</param>
    /// <param name="length">Number of characters to mark, quotes included.</param>
    /// <param name="keyPath">The key.</param>
    /// <param name="message">What was found and what is allowed.</param>
    /// <param name="hint">What may have been meant.</param>
    public void Report(HoconOrigin origin, int length, string keyPath, string message, string hint = "") =>
        Diagnostics.Add(new ConfigurationError(origin.Source, origin.Line, origin.Column, keyPath, message)
        {
            MarkLength = length,
            Hint = hint,
        });

    private string? Text(string source)
    {
        if (!_texts.TryGetValue(source, out var text))
        {
            text = files.FirstOrDefault(file => file.Path == source)?.Content is { } content ? Encoding.UTF8.GetString(content) : null;
            _texts.Add(source, text);
        }
        return text;
    }
}
