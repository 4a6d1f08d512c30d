using System.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>Builds the elements of a path from its tokens.</summary>
internal sealed class PathBuilder(int mostElements)
{
    private readonly List<string> _elements = [];
    private readonly StringBuilder _element = new();
    private bool _hasQuoted;
    private string _blanks = ""; // part of the element when more of the path follows

    /// <summary>True while no element is complete.</summary>
    public bool IsEmpty => _elements.Count == 0;

    /// <summary>True when the path has the maximum number of elements.</summary>
    public bool IsFull => _elements.Count >= mostElements;

    /// <summary>True when the last element has begun. An empty quoted text counts.</summary>
    public bool HasElement => _element.Length > 0 || _hasQuoted;

    public void AddBlanks(string blanks) => _blanks = !IsEmpty || HasElement ? blanks : "";

    public void AddQuoted(string text)
    {
        _element.Append(_blanks).Append(text);
        (_hasQuoted, _blanks) = (true, "");
    }

    /// <summary>Adds unquoted text, in which dots separate elements. Returns false at a dot that ends no element.</summary>
    public bool TryAdd(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (character != '.')
            {
                _element.Append(_blanks).Append(character);
                _blanks = "";
                continue;
            }
            if (!HasElement && _blanks.Length == 0)
                return false;
            _elements.Add(_element.Append(_blanks).ToString());
            _element.Clear();
            (_hasQuoted, _blanks) = (false, "");
            if (IsFull)
                break;
        }
        return true;
    }

    public string[] ToArray() => [.. _elements, _element.ToString()];
}
