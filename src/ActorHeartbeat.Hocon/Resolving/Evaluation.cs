using ActorHeartbeat.Hocon.Parsing;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>Where to go on looking for a key when an assignment has no value.</summary>
/// <param name="Fields">The object; null when there is nothing below.</param>
/// <param name="End">The layers below this one.</param>
/// <param name="Key">The key.</param>
internal readonly record struct Below(SeenObject? Fields, int End, string Key);

/// <summary>An assignment whose value is being looked for.</summary>
internal sealed class Evaluation(Slot slot, Node node, int index, Below below, int depth)
{
    public Slot Slot { get; } = slot;

    public Node Node { get; } = node;

    /// <summary>Which assignment of the slot is being looked at.</summary>
    public int Index { get; } = index;

    public Below Below { get; } = below;

    public int Depth { get; } = depth;

    public bool WasReached { get; set; }

    public bool IsLookingBelow { get; set; }
}
