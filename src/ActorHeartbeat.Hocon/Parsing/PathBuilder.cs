using System.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>Puts the elements of a path together from its tokens.</summary>
internal sealed class PathBuilder(int mostElements)
{
    private readonly List<string> _elements = [];
    private readonly StringBuilder _element = new();
    private bool _hasQuoted;
    private string _blanks = ""; // part of the element when more of it follows

    /// <summary>No element is whole yet.</summary>
    public bool IsEmpty => _elements.Count == 0;

    /// <summary>It has as many elements as a path may have.</summary>
    public bool IsFull => _elements.Count >= mostElements;

    /// <summary>The element at the end has begun. An empty one in quotes has.</summary>
    public bool HasElement => _element.Length > 0 || _hasQuoted;

    public void AddBlanks(string blanks) => _blanks = !IsEmpty || HasElement ? blanks : "";

    public void AddQuoted(string text)
    {
        _element.Append(_blanks).Append(text);
        (_hasQuoted, _blanks) = (true, "");
    }

    /// <summary>Text without quotes, whose dots divide. False at a dot that ends nothing.</summary>
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
