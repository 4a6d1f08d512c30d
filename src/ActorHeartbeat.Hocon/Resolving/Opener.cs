using ActorHeartbeat.Hocon.Parsing;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>Builds resolved values from evaluated nodes.</summary>
internal sealed class Opener(Resolver resolver, Bounds bounds, ErrorList errors)
{
    private readonly HashSet<object> _opening = new(ReferenceEqualityComparer.Instance);
    private readonly List<object> _openingOrder = [];
    private readonly HashSet<object> _cut = new(ReferenceEqualityComparer.Instance); // values at which a loop is cut

    public HoconValue? Open(Node node) => node switch
    {
        ScalarNode scalar => bounds.Count(scalar) ? Scalar(scalar.Kind, scalar.Origin, scalar.Text) : null,
        ArrayNode or ObjectNode => bounds.Deep(this, node, node, static (self, node) => self.OpenWritten(node)),
        _ => resolver.Look(node) is { } seen ? Open(seen) : null,
    };

    private HoconValue? OpenWritten(Node node)
    {
        if (!bounds.Count(node) || !bounds.Enter(node))
            return null;
        // The caller passes no other kind of node.
        HoconValue opened = node is ObjectNode fields ? OpenAlone(fields, node) : OpenArray(SeenArray.Of((ArrayNode)node));
        bounds.Leave();
        return opened;
    }

    private HoconValue? Open(Seen seen) => bounds.Deep(this, seen, seen.At, static (self, seen) => self.OpenNow(seen));

    private HoconValue? OpenNow(Seen seen)
    {
        if (seen is SeenFailure || !bounds.Count(seen.At))
            return null;
        return seen switch
        {
            SeenScalar { Grown: not null } grown => bounds.CountText(grown.At, grown.Length)
                ? Scalar(grown.Kind, grown.Origin, grown.Text)
                : null,
            SeenScalar scalar => Scalar(scalar.Kind, scalar.Origin, scalar.Text),
            _ => OpenContainer(seen),
        };
    }

    private HoconValue? OpenContainer(Seen seen)
    {
        if (!bounds.Enter(seen.At))
            return null;
        HoconValue opened = seen switch
        {
            SeenArray array => OpenArray(array),
            SeenObject fields => OpenObject(fields),
            _ => throw new InvalidOperationException($"{seen} is no value"),
        };
        bounds.Leave();
        return opened;
    }

    private static HoconValue Scalar(TokenKind kind, HoconOrigin origin, string text) => kind switch
    {
        TokenKind.Number => new HoconNumber(origin, text),
        TokenKind.True or TokenKind.False => new HoconBoolean(origin, kind == TokenKind.True),
        TokenKind.Null => new HoconNull(origin),
        _ => new HoconString(origin, text),
    };

    private HoconArray OpenArray(SeenArray array)
    {
        if (array.Count == 0)
            return new HoconArray(array.At.Origin, []);
        var items = new HoconValue[array.Count];
        var count = 0;
        for (var index = 0; index < array.Count && !bounds.IsReached; index++)
        {
            var item = array[index];
            var value = item.Known is { } known ? Open(known)
                : item.Written is ScalarNode scalar ? Open(scalar)
                : Enter(item.Written!) ? Leave(item.Written!, Open(item.Written!))
                : null;
            if (value is not null)
                items[count++] = value;
        }
        return new HoconArray(array.At.Origin, count == items.Length ? items : items[..count]);
    }

    private HoconObject OpenObject(SeenObject fields)
    {
        if (fields.Count == 1)
            return OpenAlone(fields[0], fields.At);
        var opened = new List<HoconField>(fields[0].Slots.Count);
        var work = 0L;
        var met = new HashSet<string>(StringComparer.Ordinal);
        for (var layer = 0; layer < fields.Count && !bounds.IsReached; layer++)
        {
            foreach (var slot in fields[layer].Slots)
            {
                if (!bounds.Step(fields.At, 1 + work))
                    break;
                work = 0;
                if (!met.Add(slot.Key))
                    continue;
                var top = fields[fields.LayerBelow(fields.Count, slot.Key, ref work)].Find(slot.Key)!;
                if (Enter(top) && Leave(top, resolver.Field(fields, slot.Key) is { } seen ? Open(seen) : null) is { } value)
                    opened.Add(Field(top, value));
            }
        }
        return new HoconObject(fields.At.Origin, opened);
    }

    /// <summary>Opens an object of a single layer, as nearly all are.</summary>
    private HoconObject OpenAlone(ObjectNode fields, Node at)
    {
        if (fields.Slots.Count == 0)
            return new HoconObject(at.Origin, []);
        var opened = new HoconField[fields.Slots.Count];
        var count = 0;
        for (var index = 0; index < opened.Length && !bounds.IsReached; index++)
        {
            var slot = fields.Slots[index];
            var value = slot.Count == 1 && slot.Last.Value is ScalarNode scalar ? Open(scalar)
                : Enter(slot) ? Leave(slot, OpenAlone(fields, slot))
                : null;
            if (value is not null)
                opened[count++] = Field(slot, value);
        }
        return new HoconObject(at.Origin, count == opened.Length ? opened : opened[..count]);
    }

    // A list or object that is assigned once is opened as written; only the other cases need the resolver.
    private HoconValue? OpenAlone(ObjectNode fields, Slot slot) =>
        slot.Count == 1 && slot.Last.Value is ArrayNode or ObjectNode ? Open(slot.Last.Value)
        : resolver.Field(SeenObject.Of(fields), slot.Key) is { } seen ? Open(seen)
        : null;

    private static HoconField Field(Slot slot, HoconValue value) => new(slot.Key, slot.Last.KeySource.OriginAt(slot.Last.KeyStart), value);

    /// <summary>
    /// Returns false when the value is already being opened further up: a loop through literals. The
    /// loop is an error, unless it contains an optional substitution, which then counts as missing.
    /// </summary>
    private bool Enter(object key)
    {
        if (!_opening.Add(key))
        {
            var loop = _openingOrder[_openingOrder.IndexOf(key)..];
            _cut.Add(loop.FindLast(IsOptional) ?? key);
            return false;
        }
        _openingOrder.Add(key);
        return true;
    }

    private HoconValue? Leave(object key, HoconValue? value)
    {
        _openingOrder.RemoveAt(_openingOrder.Count - 1);
        _opening.Remove(key);
        if (_cut.Count == 0 || !_cut.Remove(key))
            return value;
        if (!IsOptional(key))
        {
            var node = Written(key);
            errors.Add(node.Source, node.Start, node.Length, $"{Describe(key)} contains itself");
        }
        return null;
    }

    private static bool IsOptional(object key) => Written(key) is SubstitutionNode { IsOptional: true };

    private static Node Written(object key) => key as Node ?? ((Slot)key).Last.Value;

    private static string Describe(object key) => key is Slot slot ? $"\"{slot.Key}\"" : "this list";
}
