using ActorHeartbeat.Hocon.Parsing;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>Makes values of what was seen.</summary>
internal sealed class Opener(Resolver resolver, Bounds bounds, ErrorList errors)
{
    private readonly HashSet<object> _opening = new(ReferenceEqualityComparer.Instance);
    private readonly List<object> _openingOrder = [];
    private readonly HashSet<object> _cut = new(ReferenceEqualityComparer.Instance); // values that a loop is cut at

    public HoconValue? Open(Node node) => node switch
    {
        ScalarNode scalar => bounds.Count(scalar) ? Scalar(scalar.Kind, scalar.Origin, scalar.Text) : null,
        _ => resolver.Look(node) is { } seen ? Open(seen) : null,
    };

    private HoconValue? Open(Seen seen) => bounds.Deep(this, seen, seen.At, static (self, seen) => self.OpenNow(seen));

    private HoconValue? OpenNow(Seen seen)
    {
        if (seen is SeenFailure || !bounds.Count(seen.At))
            return null;
        return seen switch
        {
            SeenScalar { Grown: not null } grown => bounds.CountText(grown.At, grown.Length) ? Scalar(grown.Kind, grown.Origin, grown.Text) : null,
            SeenScalar scalar => Scalar(scalar.Kind, scalar.Origin, scalar.Text),
            SeenArray array => OpenArray(array),
            SeenObject fields => OpenObject(fields),
            _ => throw new InvalidOperationException($"{seen} is no value"),
        };
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
        var items = new List<HoconValue>(array.Count);
        for (var index = 0; index < array.Count && !bounds.IsReached; index++)
        {
            var item = array[index];
            var value = item.Known is { } known ? Open(known)
                : item.Written is ScalarNode scalar ? Open(scalar)
                : Enter(item.Written!) ? Leave(item.Written!, Open(item.Written!))
                : null;
            if (value is not null)
                items.Add(value);
        }
        return new HoconArray(array.At.Origin, items);
    }

    private HoconObject OpenObject(SeenObject fields)
    {
        var opened = new List<HoconField>(fields[0].Slots.Count);
        var met = fields.Count > 1 ? new HashSet<string>(StringComparer.Ordinal) : null;
        for (var layer = 0; layer < fields.Count && !bounds.IsReached; layer++)
        {
            foreach (var slot in fields[layer].Slots)
            {
                if (met?.Add(slot.Key) == false)
                    continue;
                var top = met is null ? slot : fields[fields.LayerBelow(fields.Count, slot.Key)].Find(slot.Key)!;
                // Most fields are one literal in one object: then there is nothing to ask for.
                var value = met is null && slot.Count == 1 && slot.Last.Value is ScalarNode scalar ? Open(scalar)
                    : Enter(top) ? Leave(top, resolver.Field(fields, slot.Key) is { } seen ? Open(seen) : null)
                    : null;
                if (value is not null)
                    opened.Add(new HoconField(slot.Key, top.Last.KeySource.OriginAt(top.Last.KeyStart), value));
            }
        }
        return new HoconObject(fields.At.Origin, opened);
    }

    /// <summary>
    /// Opening a value that is being opened further up is a loop through literals: an error, unless an optional substitution is part of
    /// it, which then counts as missing.
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
