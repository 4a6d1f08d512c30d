using ActorHeartbeat.Hocon.Parsing;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>Where to continue the lookup of a key when an assignment has no value.</summary>
/// <param name="Fields">The object; null when there is nothing below.</param>
/// <param name="End">Index of a layer; only the layers below it are searched.</param>
/// <param name="Key">The key.</param>
internal readonly record struct Below(SeenObject? Fields, int End, string Key);

/// <summary>An assignment that is being evaluated.</summary>
internal sealed class Evaluation(Slot slot, Node node, int index, Below below, int depth)
{
    public Slot Slot { get; } = slot;

    public Node Node { get; } = node;

    /// <summary>Index of the assignment in its slot.</summary>
    public int Index { get; } = index;

    public Below Below { get; } = below;

    public int Depth { get; } = depth;

    public bool WasReached { get; set; }

    public bool IsLookingBelow { get; set; }
}
