using System.Text;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>
/// Reads files and the files they include. A relative name is relative to the file that includes it, never to the working directory.
/// </summary>
internal sealed class Includer(HoconOptions options, ErrorList errors)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private const int LongestName = 4096; // PATH_MAX of Linux

    private readonly TreeBudget _budget = new(options.Limits, errors);
    private readonly List<HoconFile> _files = [];
    private readonly Stack<(string Path, SourceText Source, int Line)> _chain = new();
    private string _current = "";
    private int _includes;

    /// <summary>Every file read or looked for, in order, including missing files.</summary>
    public IReadOnlyList<HoconFile> Files => _files;

    public Node? ReadRoot(string path)
    {
        var content = Read(path, out var problem);
        if (content is null)
        {
            errors.Add(new HoconError(new HoconOrigin(path, 0, 0), 1, problem ?? "no such file", null));
            return null;
        }
        return Parse(path, content, []);
    }

    public Node? ReadText(string name, string text) => Parse(name, Encoding.UTF8.GetBytes(text), []);

    /// <summary>The fields of an included file; null when there are none.</summary>
    public ObjectNode? Include(SourceText from, int start, string name, bool required, string[] prefix)
    {
        if (RejectName(name) is { } reason)
        {
            errors.Add(from, start, "include".Length, reason);
            return null;
        }
        var path = Path.Combine(Path.GetDirectoryName(_current) ?? "", name);
        if (!MayInclude(from, start, path))
            return null;
        var found = Candidates(path).Select(candidate => (candidate, Content: Read(candidate, out var problem), problem)).ToArray();
        foreach (var (candidate, _, problem) in found)
        {
            if (problem is not null)
                errors.Add(from, start, "include".Length, $"cannot read {candidate}: {problem}");
        }
        if (found.All(file => file.Content is null))
        {
            if (required && found.All(file => file.problem is null))
                errors.Add(from, start, "include".Length, $"required file {path} is not there");
            return null;
        }
        var line = from.OriginAt(start).Line;
        ObjectNode? merged = null;
        foreach (var (candidate, content, _) in found)
        {
            if (content is null || Enter(candidate, from, line, () => Parse(candidate, content, prefix)) is not { } root)
                continue;
            if (root is not ObjectNode fields)
                errors.Add(from, start, "include".Length, $"{candidate} is a list; an included file must be an object");
            else if (merged is null)
                merged = fields;
            else
                merged.Absorb(fields);
        }
        return merged;
    }

    private static string? RejectName(string name) =>
        name.Length == 0 || name.Contains('\0', StringComparison.Ordinal)
            ? "the name of an included file is empty or holds the character U+0000"
        : name.Length > LongestName ? $"the name of an included file is longer than {LongestName:N0} characters"
        : null;

    /// <summary>
    /// False when the bounds allow no more files or the file is already open in the chain. Reports a cycle or an exceeded bound.
    /// </summary>
    private bool MayInclude(SourceText from, int start, string path)
    {
        if (_budget.IsSpent || errors.IsFull || ++_includes > options.Limits.Includes)
        {
            if (_includes == options.Limits.Includes + 1)
                errors.Add(from, start, "include".Length, $"more than {options.Limits.Includes:N0} include statements");
            return false;
        }
        if (IsSame(_current, path) || _chain.Any(step => IsSame(step.Path, path)))
        {
            var steps = _chain
                .Reverse()
                .SkipWhile(step => !IsSame(step.Path, path))
                .Select(step => $"{step.Path}:{step.Line}")
                .Append($"{_current}:{from.OriginAt(start).Line}")
                .Append(path);
            // The place of a cycle is the cycle itself.
            errors.Add(new HoconError(new HoconOrigin(string.Join(" -> ", steps), 0, 0), 1, "include cycle", null));
            return false;
        }
        if (_chain.Count >= options.Limits.IncludeDepth)
        {
            errors.Add(from, start, "include".Length, $"more than {options.Limits.IncludeDepth} files include each other in a chain");
            return false;
        }
        return true;
    }

    // One file has many spellings: x/../a.conf is a.conf.
    private static bool IsSame(string path, string other) =>
        string.Equals(path, other, StringComparison.Ordinal)
        || (path.Length > 0 && string.Equals(Path.GetFullPath(path), Path.GetFullPath(other), StringComparison.Ordinal));

    private Node? Enter(string path, SourceText from, int line, Func<Node?> parse)
    {
        var outer = _current;
        _chain.Push((outer, from, line));
        _current = path;
        try
        {
            return parse();
        }
        finally
        {
            _current = outer;
            _chain.Pop();
        }
    }

    /// <summary>A name without an extension stands for its .json and .conf forms; the .conf form wins.</summary>
    private static string[] Candidates(string path) => Path.HasExtension(path) ? [path] : [$"{path}.json", $"{path}.conf"];

    private byte[]? Read(string path, out string? problem)
    {
        problem = null;
        byte[]? content = null;
        try
        {
            content = options.ReadFile(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = failure.Message;
        }
        _files.Add(new HoconFile(path, content));
        if (content is null || _budget.CountBytes(content.Length))
            return content;
        problem = $"with it the files of this configuration are larger than {options.Limits.TotalBytes:N0} bytes together";
        return null;
    }

    private Node? Parse(string path, byte[] content, string[] prefix)
    {
        if (_chain.Count == 0)
            _current = path;
        if (content.Length > options.Limits.Bytes)
        {
            errors.Add(new HoconError(new HoconOrigin(path, 1, 1), 1, $"larger than {options.Limits.Bytes:N0} bytes", null));
            return null;
        }
        string text;
        try
        {
            text = Strict.GetString(content);
        }
        catch (DecoderFallbackException flaw)
        {
            var sound = Encoding.UTF8.GetString(content, 0, Math.Max(0, flaw.Index));
            errors.Add(new SourceText(path, Encoding.UTF8.GetString(content)), sound.Length, 1, "not UTF-8");
            return null;
        }
        return new Parser(new SourceText(path, text), errors, options.Limits, _budget, this, prefix).ParseRoot();
    }
}
