namespace Akka.Configuration;

/// <summary>Reads the plain part of HOCON: objects, paths, lists, comments, quoted and unquoted text; later keys win, objects merge.</summary>
internal sealed class ConfigReader(string text)
{
    private int _at;

    public static Dictionary<string, object> Read(string text)
    {
        var reader = new ConfigReader(text);
        reader.SkipSeparators();
        var braces = reader.TryTake('{');
        var root = reader.ReadObject(braces);
        reader.SkipSeparators();
        return reader._at < text.Length ? throw reader.Error("unexpected text") : root;
    }

    private Dictionary<string, object> ReadObject(bool braces)
    {
        var result = new Dictionary<string, object>();
        while (true)
        {
            SkipSeparators();
            if (_at == text.Length)
                return braces ? throw Error("missing '}'") : result;
            if (braces && TryTake('}'))
                return result;
            var path = ReadPath();
            SkipBlanks();
            if (!TryTake('=') && !TryTake(':') && Peek != '{')
                throw Error("expected '=', ':' or '{'");
            ConfigTree.Set(result, path, ReadValue());
        }
    }

    private List<string> ReadPath()
    {
        var path = new List<string>();
        do
        {
            SkipBlanks();
            path.Add(Peek == '"' ? ReadQuoted() : ReadWhile(c => !"=:{}[],.\n\"#".Contains(c)).Trim());
            SkipBlanks();
        }
        while (TryTake('.'));
        return path;
    }

    private object ReadValue()
    {
        SkipSeparators();
        if (TryTake('{'))
            return ReadObject(braces: true);
        return TryTake('[') ? ReadList() : ReadText();
    }

    private List<object> ReadList()
    {
        var items = new List<object>();
        while (true)
        {
            SkipSeparators();
            if (TryTake(']'))
                return items;
            if (_at == text.Length)
                throw Error("missing ']'");
            items.Add(ReadValue());
        }
    }

    private string ReadText()
    {
        var result = "";
        while (Peek is not ('\n' or ',' or '}' or ']' or '#' or '\0'))
        {
            if (Peek == '/' && _at + 1 < text.Length && text[_at + 1] == '/')
                break;
            result += Peek == '"' ? ReadQuoted() : text[_at++];
        }

        return result.Trim();
    }

    private string ReadQuoted()
    {
        var fence = string.CompareOrdinal(text, _at, "\"\"\"", 0, 3) == 0 ? "\"\"\"" : "\"";
        var end = text.IndexOf(fence, _at + fence.Length, StringComparison.Ordinal);
        if (end < 0)
            throw Error("missing closing quote");
        var quoted = text[(_at + fence.Length)..end];
        _at = end + fence.Length;
        return quoted;
    }

    private string ReadWhile(Func<char, bool> belongs)
    {
        var start = _at;
        while (_at < text.Length && belongs(text[_at]))
            _at++;
        return _at == start ? throw Error("expected a key") : text[start.._at];
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\r')
            _at++;
    }

    private void SkipSeparators()
    {
        while (_at < text.Length)
        {
            if (text[_at] == '#' || string.CompareOrdinal(text, _at, "//", 0, 2) == 0)
                _at = text.IndexOf('\n', _at) is var end and >= 0 ? end : text.Length;
            else if (char.IsWhiteSpace(text[_at]) || text[_at] == ',')
                _at++;
            else
                return;
        }
    }

    private char Peek => _at < text.Length ? text[_at] : '\0';

    private bool TryTake(char expected)
    {
        if (Peek != expected)
            return false;
        _at++;
        return true;
    }

    private FormatException Error(string what) => new($"Line {text.AsSpan(0, Math.Min(_at, text.Length)).Count('\n') + 1}: {what}.");
}

internal static class ConfigTree
{
    public static void Set(Dictionary<string, object> root, List<string> path, object value)
    {
        var node = root;
        foreach (var key in path.SkipLast(1))
        {
            if (!node.TryGetValue(key, out var child) || child is not Dictionary<string, object> tree)
                node[key] = tree = [];
            node = tree;
        }

        node[path[^1]] = node.TryGetValue(path[^1], out var earlier) && earlier is Dictionary<string, object> below && value is Dictionary<string, object> above
            ? Merge(above, below)
            : value;
    }

    /// <summary>A new tree; neither argument changes.</summary>
    public static Dictionary<string, object> Merge(Dictionary<string, object> above, Dictionary<string, object> below)
    {
        var merged = new Dictionary<string, object>(below);
        foreach (var (key, value) in above)
            merged[key] = value is Dictionary<string, object> inner && below.TryGetValue(key, out var other) && other is Dictionary<string, object> under ? Merge(inner, under) : value;
        return merged;
    }
}
