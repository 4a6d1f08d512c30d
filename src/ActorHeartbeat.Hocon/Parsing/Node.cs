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
internal sealed class ScalarNode(SourceText source, in Token token) : Node(source, token.Start, token.Length)
{
    public TokenKind Kind { get; } = token.Kind;

    public string Text { get; } = token.Text;
}

internal sealed class ArrayNode(SourceText source, int start) : Node(source, start, 1)
{
    public List<Node> Items { get; } = [];
}

/// <summary>Fields in the order of first appearance; each key with all that was assigned to it.</summary>
internal sealed class ObjectNode(SourceText source, int start) : Node(source, start, 1)
{
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    public List<Slot> Slots { get; } = [];

    public Slot? Find(string key) => _slots.GetValueOrDefault(key);

    public Slot SlotOf(string key)
    {
        if (!_slots.TryGetValue(key, out var slot))
        {
            _slots[key] = slot = new Slot(key);
            Slots.Add(slot);
        }
        return slot;
    }

    /// <summary>Puts what another object assigns on top of what this one does. The other is not used again.</summary>
    public void Absorb(ObjectNode other)
    {
        foreach (var slot in other.Slots)
        {
            var mine = SlotOf(slot.Key);
            foreach (var assignment in slot.Assignments)
                mine.Assign(assignment);
        }
    }
}

/// <summary>Everything assigned to one key, oldest first. The last wins; objects merge; a substitution can look back at what is below.</summary>
internal sealed class Slot(string key)
{
    public string Key { get; } = key;

    public List<Assignment> Assignments { get; } = [];

    public void Assign(Assignment assignment)
    {
        // Two literal objects in a row are one: their fields find each other's earlier values.
        if (assignment.Value is ObjectNode above && Assignments is [.., { Value: ObjectNode below }])
        {
            below.Absorb(above);
            Assignments[^1] = assignment with { Value = below };
        }
        else
        {
            if (assignment.Value is ScalarNode or ArrayNode)
                Assignments.Clear(); // hidden for good, and never looked back at: a literal cannot refer to them
            Assignments.Add(assignment);
        }
    }
}

/// <param name="KeySource">Where the key stands.</param>
/// <param name="KeyStart">Offset of the key.</param>
/// <param name="Value">What was assigned.</param>
internal readonly record struct Assignment(SourceText KeySource, int KeyStart, Node Value);

/// <summary>${path} or ${?path}.</summary>
/// <param name="path">As written, from the root of its own file.</param>
/// <param name="prefix">The keys under which its file was included; tried first.</param>
internal sealed class SubstitutionNode(SourceText source, int start, int length, string[] path, string[] prefix, bool isOptional, bool isAppend = false)
    : Node(source, start, length)
{
    public string[] Path { get; } = path;

    public string[] Prefix { get; } = prefix;

    public bool IsOptional { get; } = isOptional;

    /// <summary>The previous value in a +=; never sought at the root of another file.</summary>
    public bool IsAppend { get; } = isAppend;
}

/// <summary>Pieces on one line.</summary>
internal sealed class ConcatenationNode(SourceText source, int start, int length, List<Piece> pieces) : Node(source, start, length)
{
    public List<Piece> Pieces { get; } = pieces;
}

/// <param name="Blanks">The blanks before it, exactly; empty for the first.</param>
/// <param name="Value">The piece.</param>
internal readonly record struct Piece(string Blanks, Node Value);
