using System.Text;
using ActorHeartbeat.Hocon.Parsing;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>
/// The value of a node, as far as it has been evaluated. Objects and lists stay unopened until a field or element is needed. A value
/// that grows by appending shares its beginning with the earlier value, so that a long run of assignments to one key copies nothing.
/// </summary>
internal abstract record Seen(Node At);

/// <summary>A failure that is already reported. A value that depends on it is not reported again.</summary>
internal sealed record SeenFailure(Node At) : Seen(At);

internal sealed record SeenScalar(Node At, TokenKind Kind, StringBuilder? Grown, int Length, string? Flat, HoconOrigin? Elsewhere = null)
    : Seen(At)
{
    private const int Short = 64; // up to this length a separate string costs less than a builder

    private string? _text = Flat;

    public HoconOrigin Origin => Elsewhere ?? At.Origin;

    public string Text => _text ??= Grown!.ToString(0, Length);

    public static SeenScalar Of(Node at, TokenKind kind, string text, HoconOrigin? elsewhere = null) =>
        new(at, kind, null, text.Length, text, elsewhere);

    /// <summary>Number of characters that are copied when <paramref name="added"/> characters are appended.</summary>
    public int CostOf(int added) => Grown is not null && Grown.Length == Length ? added : Length + added;

    public SeenScalar Append(Node at, IEnumerable<string> texts, int added)
    {
        if (Length + added <= Short)
            return Of(at, TokenKind.Quoted, string.Concat(texts.Prepend(Text)));
        var grown = Grown is not null && Grown.Length == Length ? Grown : new StringBuilder(Text, Length + added);
        foreach (var text in texts)
            grown.Append(text);
        return new SeenScalar(at, TokenKind.Quoted, grown, grown.Length, null);
    }
}

/// <summary>A list: either as written, or the first <paramref name="Count"/> of shared items.</summary>
internal sealed record SeenArray(Node At, ArrayNode? Written, List<SeenItem> Items, int Count) : Seen(At)
{
    private static readonly List<SeenItem> None = [];

    public static SeenArray Of(ArrayNode written) => new(written, written, None, written.Items.Count);

    public SeenItem this[int index] => Written is null ? Items[index] : new SeenItem(Written.Items[index], null);

    public int CostOf(SeenArray other) => Written is null && Items.Count == Count ? other.Count : Count + other.Count;

    public SeenArray Append(SeenArray other)
    {
        var items = Items;
        if (Written is not null || Items.Count != Count)
        {
            items = new List<SeenItem>(Count + other.Count);
            for (var index = 0; index < Count; index++)
                items.Add(this[index]);
        }
        for (var index = 0; index < other.Count; index++)
            items.Add(other[index]);
        return new SeenArray(At, null, items, items.Count);
    }
}

/// <summary>An element: either as written, or already evaluated.</summary>
internal readonly record struct SeenItem(Node? Written, Seen? Known);

/// <summary>An object as layers, the uppermost last. A key is looked up in each layer from the top.</summary>
internal sealed record SeenObject(Node At, ObjectNode? Only, List<ObjectNode> Layers, int Count) : Seen(At)
{
    private const int Few = 16; // up to this size a linear search is faster than a table

    private static readonly List<ObjectNode> None = [];

    private Dictionary<string, List<int>>? _layersOf;

    public static SeenObject Of(ObjectNode only) => new(only, only, None, 1);

    public ObjectNode this[int index] => Only ?? Layers[index];

    public int CostOf(SeenObject above) => Only is null && Layers.Count == Count ? above.Count : Count + above.Count;

    /// <summary>How much <see cref="Under"/> compares and copies.</summary>
    public long WorkOf(SeenObject above) =>
        Only is null && Layers == above.Layers && Count <= above.Count ? 1 : Math.Min(Count, above.Count) + CostOf(above);

    public SeenObject Over(SeenObject below) => below.Under(this);

    /// <summary>This object with another on top. The result has the origin of the upper object.</summary>
    public SeenObject Under(SeenObject above)
    {
        if (IsBeginningOf(above))
            return above;
        var layers = Layers;
        if (Only is not null || Layers.Count != Count)
        {
            layers = new List<ObjectNode>(Count + above.Count);
            for (var index = 0; index < Count; index++)
                layers.Add(this[index]);
        }
        for (var index = 0; index < above.Count; index++)
            layers.Add(above[index]);
        return new SeenObject(above.At, null, layers, layers.Count);
    }

    /// <summary>
    /// True when the upper object begins with the layers of this one: otherwise a = ${a} {..} thirty times would double thirty times.
    /// </summary>
    private bool IsBeginningOf(SeenObject above)
    {
        if (Count > above.Count)
            return false;
        if (Only is null && Layers == above.Layers)
            return true;
        for (var index = 0; index < Count; index++)
        {
            if (this[index] != above[index])
                return false;
        }
        return true;
    }

    /// <summary>The uppermost layer below <paramref name="end"/> that has a key; -1 when there is none.</summary>
    /// <param name="work">Increased by the number of layers and keys visited.</param>
    public int LayerBelow(int end, string key, ref long work)
    {
        work++;
        if (Count > Few)
        {
            if (!(_layersOf ??= Table(ref work)).TryGetValue(key, out var layers))
                return -1;
            var found = layers.BinarySearch(end);
            var below = (found < 0 ? ~found : found) - 1;
            return below < 0 ? -1 : layers[below];
        }
        for (var index = end - 1; index >= 0; index--)
        {
            work++;
            if (this[index].Find(key) is not null)
                return index;
        }
        return -1;
    }

    private Dictionary<string, List<int>> Table(ref long work)
    {
        var table = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var index = 0; index < Count; index++)
        {
            work += 1 + this[index].Slots.Count;
            foreach (var slot in this[index].Slots)
            {
                if (!table.TryGetValue(slot.Key, out var layers))
                    table[slot.Key] = layers = [];
                layers.Add(index);
            }
        }
        return table;
    }
}
