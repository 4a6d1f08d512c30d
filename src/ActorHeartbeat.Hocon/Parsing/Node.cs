using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>A value as it was written, before substitution.</summary>
internal abstract class Node(SourceText source, int start, int length)
{
    public SourceText Source { get; } = source;

    public int Start { get; } = start;

    public int Length { get; } = length;

    public HoconOrigin Origin => Source.OriginAt(Start);
}

/// <summary>A string, number, boolean or null.</summary>
internal sealed class ScalarNode(SourceText source, int start, int length, TokenKind kind, string text) : Node(source, start, length)
{
    public ScalarNode(SourceText source, in Token token)
        : this(source, token.Start, token.Length, token.Kind, token.Text)
    {
    }

    public TokenKind Kind { get; } = kind;

    public string Text { get; } = text;
}

internal sealed class ArrayNode(SourceText source, int start) : Node(source, start, 1)
{
    public List<Node> Items { get; } = [];
}

/// <summary>Fields in the order of first appearance, each key with all its assignments.</summary>
internal sealed class ObjectNode(SourceText source, int start) : Node(source, start, 1)
{
    private const int Few = 8; // up to this size a linear search is faster than a table

    private Dictionary<string, Slot>? _byKey;

    public List<Slot> Slots { get; } = [];

    public Slot? Find(string key)
    {
        if (_byKey is not null)
            return _byKey.GetValueOrDefault(key);
        foreach (var slot in Slots)
        {
            if (string.Equals(slot.Key, key, StringComparison.Ordinal))
                return slot;
        }
        return null;
    }

    public Slot SlotOf(string key)
    {
        if (Find(key) is { } found)
            return found;
        var slot = new Slot(key);
        Slots.Add(slot);
        if (_byKey is null && Slots.Count > Few)
            _byKey = Slots.ToDictionary(each => each.Key, StringComparer.Ordinal);
        else
            _byKey?.Add(key, slot);
        return slot;
    }

    /// <summary>Puts the assignments of another object on top of its own. The other object must not be used afterwards.</summary>
    public void Absorb(ObjectNode other)
    {
        foreach (var slot in other.Slots)
        {
            var mine = SlotOf(slot.Key);
            for (var index = 0; index < slot.Count; index++)
                mine.Assign(slot[index]);
        }
    }
}

/// <summary>
/// All assignments to one key, oldest first. The last one wins; objects merge; a substitution can refer to earlier assignments.
/// </summary>
internal sealed class Slot(string key)
{
    private Assignment _first; // nearly all keys are assigned once
    private List<Assignment>? _later;

    public string Key { get; } = key;

    public int Count { get; private set; }

    public Assignment Last => this[Count - 1];

    public Assignment this[int index] => index == 0 ? _first : _later![index - 1];

    public void Assign(in Assignment assignment)
    {
        // Two consecutive literal objects become one, so that their fields find each other's earlier values.
        if (assignment.Value is ObjectNode above && Count > 0 && Last.Value is ObjectNode below)
        {
            below.Absorb(above);
            ReplaceLast(assignment with { Value = below });
            return;
        }
        if (assignment.Value is ScalarNode or ArrayNode)
            Count = 0; // a literal hides the assignments below and cannot refer to them: drop them
        if (Count == 0)
            (_first, _later) = (assignment, null);
        else
            (_later ??= []).Add(assignment);
        Count++;
    }

    private void ReplaceLast(in Assignment assignment)
    {
        if (Count == 1)
            _first = assignment;
        else
            _later![^1] = assignment;
    }
}

/// <param name="KeySource">The text that contains the key.</param>
/// <param name="KeyStart">Offset of the key.</param>
/// <param name="Value">The assigned value.</param>
internal readonly record struct Assignment(SourceText KeySource, int KeyStart, Node Value);

/// <summary>${path} or ${?path}.</summary>
/// <param name="path">The path as written, from the root of its own file.</param>
/// <param name="prefix">The path at which the file is included. A lookup under it is tried first.</param>
internal sealed class SubstitutionNode(
    SourceText source,
    int start,
    int length,
    string[] path,
    string[] prefix,
    bool isOptional,
    bool isAppend = false
) : Node(source, start, length)
{
    public string[] Path { get; } = path;

    public string[] Prefix { get; } = prefix;

    public bool IsOptional { get; } = isOptional;

    /// <summary>True for the previous value in a +=, which is looked up only under the prefix and never in the environment.</summary>
    public bool IsAppend { get; } = isAppend;
}

/// <summary>A value that is concatenated from pieces on one line.</summary>
internal sealed class ConcatenationNode(SourceText source, int start, int length, List<Piece> pieces) : Node(source, start, length)
{
    public List<Piece> Pieces { get; } = pieces;
}

/// <param name="Blanks">The exact blanks before the piece; empty for the first piece.</param>
/// <param name="Value">The piece.</param>
internal readonly record struct Piece(string Blanks, Node Value);
