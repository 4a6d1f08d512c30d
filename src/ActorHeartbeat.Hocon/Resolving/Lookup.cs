using ActorHeartbeat.Hocon.Parsing;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>What a node comes to, as far as it has been looked at. Objects and lists stay unopened until a field or element is wanted.</summary>
internal abstract record Seen;

internal sealed record SeenScalar(Node At, Text.TokenKind Kind, string Text, HoconOrigin? Elsewhere = null) : Seen
{
    public HoconOrigin Origin => Elsewhere ?? At.Origin;
}

/// <summary>A list so far: the first <paramref name="Count"/> of shared items, so that appending to a growing list copies nothing.</summary>
internal sealed record SeenArray(Node At, List<SeenItem> Items, int Count) : Seen
{
    public SeenArray Append(SeenArray other)
    {
        var items = Items.Count == Count ? Items : Items.GetRange(0, Count);
        for (var index = 0; index < other.Count; index++)
            items.Add(other.Items[index]);
        return new SeenArray(At, items, items.Count);
    }
}

/// <summary>An element: written, or already looked at.</summary>
internal readonly record struct SeenItem(Node? Written, Seen? Known);

/// <summary>An object as layers, the uppermost last: what a key means is asked of each from the top.</summary>
internal sealed record SeenObject(Node At, Layer[] Layers) : Seen
{
    public SeenObject Over(SeenObject below) => new(At, [.. below.Layers, .. Layers]);
}

/// <summary>One object literal; <paramref name="Slots"/> hold what it assigns.</summary>
internal sealed record Layer(ObjectNode Slots);
