using System.Runtime.CompilerServices;
using ActorHeartbeat.Hocon.Parsing;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>
/// Turns nodes into values. Lazy: to know one field, nothing beside it is opened. What a substitution or concatenation comes to is
/// remembered per occurrence. A field that reaches itself sees what was assigned to it before; inside a list or object literal there is
/// no such before, and the loop is an error.
/// </summary>
internal sealed class Resolver
{
    private readonly ObjectNode _root;
    private readonly ErrorList _errors;
    private readonly Func<string, string?> _environment;
    private readonly HoconLimits _limits;
    private readonly Dictionary<Node, Seen?> _known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Slot, Evaluation> _evaluating = new(ReferenceEqualityComparer.Instance);
    private readonly List<Evaluation> _stack = [];
    private readonly HashSet<object> _opening = new(ReferenceEqualityComparer.Instance);
    private readonly List<object> _openingOrder = [];
    private readonly HashSet<object> _cut = new(ReferenceEqualityComparer.Instance); // values that a loop is cut at
    private int _reachedBack = int.MaxValue; // the outermost evaluation that a look-back has reached since it was last set
    private long _nodes;
    private bool _tooLarge;

    public Resolver(ObjectNode root, ErrorList errors, Func<string, string?> environment, HoconLimits limits)
    {
        (_root, _errors, _environment, _limits) = (root, errors, environment, limits);
    }

    public HoconValue? Resolve(Node node) => Look(node) is { } seen ? Open(seen) : null;

    // ---- from what was seen to a value ----

    private HoconValue? Open(Seen seen) => Deep(() => OpenNow(seen));

    private HoconValue? OpenNow(Seen seen)
    {
        if (!Count(seen))
            return null;
        switch (seen)
        {
            case SeenScalar scalar:
                return scalar.Kind switch
                {
                    TokenKind.Number => new HoconNumber(scalar.Origin, scalar.Text),
                    TokenKind.True or TokenKind.False => new HoconBoolean(scalar.Origin, scalar.Kind == TokenKind.True),
                    TokenKind.Null => new HoconNull(scalar.Origin),
                    _ => new HoconString(scalar.Origin, scalar.Text),
                };
            case SeenArray array:
                return OpenArray(array);
            case SeenObject fields:
                return OpenObject(fields);
            default:
                throw new InvalidOperationException($"{seen} is no value");
        }
    }

    private HoconArray OpenArray(SeenArray array)
    {
        var items = new List<HoconValue>(array.Count);
        for (var index = 0; index < array.Count && !_tooLarge; index++)
        {
            var item = array.Items[index];
            if (item.Known is { } known)
                Add(Open(known));
            else
                Add(Guarded(item.Written!, () => Look(item.Written!) is { } seen ? Open(seen) : null));
        }
        return new HoconArray(array.At.Origin, items);

        void Add(HoconValue? value)
        {
            if (value is not null)
                items.Add(value);
        }
    }

    private HoconObject OpenObject(SeenObject fields)
    {
        var order = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var layer in fields.Layers)
        {
            foreach (var slot in layer.Slots.Slots)
            {
                if (seen.Add(slot.Key))
                    order.Add(slot.Key);
            }
        }
        var opened = new List<HoconField>(order.Count);
        foreach (var key in order)
        {
            if (_tooLarge)
                break;
            var top = Top(fields, key);
            var value = Guarded(top, () => Field(fields, key) is { } value ? Open(value) : null);
            if (value is not null)
                opened.Add(new HoconField(key, KeyOrigin(top), value));
        }
        return new HoconObject(fields.At.Origin, opened);
    }

    private static Slot Top(SeenObject fields, string key)
    {
        for (var index = fields.Layers.Length - 1; ; index--)
        {
            if (fields.Layers[index].Slots.Find(key) is { } slot)
                return slot;
        }
    }

    private static HoconOrigin KeyOrigin(Slot slot) => slot.Last is var last ? last.KeySource.OriginAt(last.KeyStart) : default;

    /// <summary>
    /// Opening a value that is being opened further up is a loop through literals: an error, unless an optional substitution is part of
    /// it, which then counts as missing.
    /// </summary>
    private HoconValue? Guarded(object key, Func<HoconValue?> open)
    {
        if (!_opening.Add(key))
        {
            var loop = _openingOrder[_openingOrder.IndexOf(key)..];
            _cut.Add(loop.FindLast(IsOptional) ?? key);
            return null;
        }
        _openingOrder.Add(key);
        try
        {
            var value = open();
            if (!_cut.Remove(key))
                return value;
            if (!IsOptional(key))
                Error(Written(key), $"{Describe(key)} contains itself");
            return null;
        }
        finally
        {
            _openingOrder.RemoveAt(_openingOrder.Count - 1);
            _opening.Remove(key);
        }
    }

    private static bool IsOptional(object key) => Written(key) is SubstitutionNode { IsOptional: true };

    private static Node Written(object key) => key as Node ?? ((Slot)key).Last.Value;

    private static string Describe(object key) => key is Slot slot ? $"\"{slot.Key}\"" : "this list";

    // ---- fields ----

    /// <summary>What a key of an object means: asked of the layers from the top.</summary>
    private Seen? Field(SeenObject fields, string key) => FieldBelow(fields.Layers, fields.Layers.Length, key);

    private Seen? FieldBelow(Layer[] layers, int end, string key)
    {
        SeenObject? above = null;
        for (var index = end - 1; index >= 0; index--)
        {
            if (layers[index].Slots.Find(key) is not { } slot)
                continue;
            var below = index;
            var seen = Value(slot, slot.Count, () => FieldBelow(layers, below, key));
            if (seen is null)
                continue;
            if (seen is not SeenObject fields)
                return above ?? seen;
            above = above is null ? fields : above.Over(fields);
        }
        return above;
    }

    /// <summary>What the first <paramref name="count"/> assignments of a slot come to, or else what lies below the slot.</summary>
    private Seen? Value(Slot slot, int count, Func<Seen?> below)
    {
        if (_evaluating.TryGetValue(slot, out var running) && count > running.Index)
        {
            // It reaches itself: it sees what is below the assignment that is being looked at.
            _reachedBack = Math.Min(_reachedBack, running.Depth);
            running.WasReached = true;
            // An object can lie below itself (a = ${a}): it is looked at there once.
            if (running.IsLookingBelow)
                return null;
            count = running.Index;
            below = () => LookBelow(running);
        }
        SeenObject? above = null;
        for (var index = count - 1; index >= 0; index--)
        {
            var at = index;
            var node = slot[index].Value;
            Seen? seen = node is SubstitutionNode or ConcatenationNode
                ? Evaluate(slot, at, below)
                : Look(node);
            if (seen is null)
                continue;
            if (seen is not SeenObject fields)
                return above ?? seen;
            above = above is null ? fields : above.Over(fields);
        }
        var beneath = below();
        return above is null ? beneath : beneath is SeenObject lower ? above.Over(lower) : above;
    }

    private static Seen? LookBelow(Evaluation running)
    {
        running.IsLookingBelow = true;
        try
        {
            return running.Below();
        }
        finally
        {
            running.IsLookingBelow = false;
        }
    }

    private Seen? Evaluate(Slot slot, int index, Func<Seen?> below)
    {
        var node = slot[index].Value;
        if (_known.TryGetValue(node, out var known))
            return known;
        var outer = _evaluating.GetValueOrDefault(slot);
        var evaluation = new Evaluation(slot, node, index, below, _stack.Count);
        var reachedBefore = _reachedBack;
        _reachedBack = int.MaxValue;
        _evaluating[slot] = evaluation;
        _stack.Add(evaluation);
        try
        {
            var seen = Deep(() => Join(node));
            // What was found while an outer evaluation was running may mean something else when asked from elsewhere.
            if (_reachedBack >= evaluation.Depth)
            {
                _known[node] = seen;
                _reachedBack = int.MaxValue;
            }
            return seen;
        }
        finally
        {
            _stack.RemoveAt(_stack.Count - 1);
            if (outer is null)
                _evaluating.Remove(slot);
            else
                _evaluating[slot] = outer;
            _reachedBack = Math.Min(_reachedBack, reachedBefore);
        }
    }

    // ---- nodes ----

    private Seen? Look(Node node) => node switch
    {
        ScalarNode scalar => new SeenScalar(scalar, scalar.Kind, scalar.Text),
        ArrayNode array => new SeenArray(array, [.. array.Items.Select(item => new SeenItem(item, null))], array.Items.Count),
        ObjectNode fields => new SeenObject(fields, [new Layer(fields)]),
        _ => Known(node),
    };

    /// <summary>A substitution or concatenation that is an element or a piece: it belongs to no slot, so there is nothing to look back at.</summary>
    private Seen? Known(Node node)
    {
        if (_known.TryGetValue(node, out var known))
            return known;
        var reachedBefore = _reachedBack;
        _reachedBack = int.MaxValue;
        var seen = Deep(() => Join(node));
        if (_reachedBack == int.MaxValue)
            _known[node] = seen;
        _reachedBack = Math.Min(_reachedBack, reachedBefore);
        return seen;
    }

    private Seen? Join(Node node) => node switch
    {
        SubstitutionNode substitution => Substitute(substitution),
        ConcatenationNode concatenation => Concatenate(concatenation),
        _ => Look(node),
    };

    private Seen? Substitute(SubstitutionNode node)
    {
        var found = Find([.. node.Prefix, .. node.Path]);
        if (found is null && !node.IsAppend)
            found = (node.Prefix.Length > 0 ? Find(node.Path) : null) ?? FromEnvironment(node);
        if (found is not null)
            return found;
        if (!node.IsOptional)
            Error(node, Missing(node));
        return null;
    }

    private Seen? Find(ReadOnlySpan<string> path)
    {
        Seen? at = new SeenObject(_root, [new Layer(_root)]);
        foreach (var key in path)
            at = at is SeenObject fields ? Field(fields, key) : null;
        return at;
    }

    private SeenScalar? FromEnvironmentScalar(SubstitutionNode node, string name) =>
        _environment(name) is { } text ? new SeenScalar(node, TokenKind.Quoted, text, new HoconOrigin($"environment variable {name}", 0, 0)) : null;

    private Seen? FromEnvironment(SubstitutionNode node)
    {
        var name = string.Join('.', node.Path);
        if (FromEnvironmentScalar(node, name) is { } scalar)
            return scalar;
        var items = new List<SeenItem>();
        while (FromEnvironmentScalar(node, $"{name}.{items.Count}") is { } item)
            items.Add(new SeenItem(null, item));
        return items.Count == 0 ? null : new SeenArray(node, items, items.Count);
    }

    private string Missing(SubstitutionNode node)
    {
        var path = PathText.Of(node.Path);
        if (_stack.FirstOrDefault(evaluation => evaluation.WasReached) is { } loop && _stack.Count > 1)
        {
            var chain = string.Join(" -> ", _stack.SkipWhile(evaluation => evaluation != loop).Select(evaluation => evaluation.Slot.Key));
            return $"${{{path}}} is a cycle: {chain} -> {node.Path[^1]}";
        }
        if (_stack is [.., { WasReached: true } self])
            return $"${{{path}}} refers to itself: there is no earlier value of \"{self.Slot.Key}\"";
        var tried = node.Prefix.Length == 0 ? path : $"{PathText.Of([.. node.Prefix, .. node.Path])}, {path}";
        var nearest = Nearest.PathTo(_root, node.Path);
        return $"${{{path}}} has no value (tried {tried}, environment){(nearest is null ? "" : $"; nearest: {nearest}")}";
    }

    private Seen? Concatenate(ConcatenationNode node)
    {
        var seen = new (string Blanks, Node At, Seen? Value)[node.Pieces.Count];
        for (var index = 0; index < seen.Length; index++)
            seen[index] = (node.Pieces[index].Blanks, node.Pieces[index].Value, Join(node.Pieces[index].Value));
        if (seen.Any(piece => piece.Value is SeenArray or SeenObject))
            return JoinContainers(node, seen);
        if (seen.All(piece => piece.Value is null && piece.Blanks.Length == 0))
            return null;
        if (!Grow(seen.Sum(piece => piece.Blanks.Length + ((piece.Value as SeenScalar)?.Text.Length ?? 0))))
            return null;
        var text = new System.Text.StringBuilder();
        foreach (var (blanks, _, value) in seen)
            text.Append(blanks).Append((value as SeenScalar)?.Text);
        return new SeenScalar(node, TokenKind.Quoted, text.ToString());
    }

    private Seen? JoinContainers(ConcatenationNode node, (string Blanks, Node At, Seen? Value)[] pieces)
    {
        Seen? joined = null;
        foreach (var (_, at, value) in pieces)
        {
            switch (joined, value)
            {
                case (_, null):
                    break;
                case (null, _):
                    joined = value;
                    break;
                case (SeenArray left, SeenArray right):
                    if (!Grow(right.Count))
                        return null;
                    joined = left.Append(right);
                    break;
                case (SeenObject left, SeenObject right):
                    if (!Grow(left.Layers.Length + right.Layers.Length))
                        return null;
                    joined = right.Over(left);
                    break;
                case (SeenObject left, SeenArray right) when Numbered(left) is { } items:
                    joined = items.Append(right);
                    break;
                case (SeenArray left, SeenObject right) when Numbered(right) is { } items:
                    joined = left.Append(items);
                    break;
                default:
                    Error(at, $"{Kind(joined)} and {Kind(value)} cannot stand side by side in one value");
                    return null;
            }
        }
        return joined switch
        {
            SeenArray array => array with { At = node },
            SeenObject fields => fields with { At = node },
            _ => joined,
        };
    }

    /// <summary>An object whose keys are numbers, as the list it stands for.</summary>
    private SeenArray? Numbered(SeenObject fields)
    {
        var keys = fields.Layers.SelectMany(layer => layer.Slots.Slots).Select(slot => slot.Key).Distinct(StringComparer.Ordinal)
            .Select(key => (Key: key, IsNumber: int.TryParse(key, System.Globalization.NumberStyles.None, null, out var number), Number: number))
            .Where(key => key.IsNumber).OrderBy(key => key.Number).ToArray();
        if (keys.Length == 0)
            return null;
        var items = keys.Select(key => Field(fields, key.Key)).OfType<Seen>().Select(seen => new SeenItem(null, seen)).ToList();
        return new SeenArray(fields.At, items, items.Count);
    }

    private static string Kind(Seen? seen) => seen switch
    {
        SeenArray => "a list",
        SeenObject => "an object",
        SeenScalar { Kind: TokenKind.Number } => "a number",
        _ => "a string",
    };

    // ---- bounds ----

    private bool Count(Seen seen)
    {
        if (++_nodes > _limits.Nodes)
            TooLarge(seen switch { SeenScalar scalar => scalar.At, SeenArray array => array.At, SeenObject fields => fields.At, _ => _root });
        return !_tooLarge;
    }

    /// <summary>Text that a substitution makes counts too: 10 million values stand for 80 MB of it.</summary>
    private const int CharactersPerNode = 8;

    private bool Grow(int by)
    {
        _nodes += 1 + (by / CharactersPerNode);
        if (_nodes > _limits.Nodes)
            TooLarge(_stack is [.., var last] ? last.Node : _root);
        return !_tooLarge;
    }

    private void TooLarge(Node node)
    {
        if (!_tooLarge)
            Error(node, $"substitutions make this configuration larger than {_limits.Nodes:N0} values");
        _tooLarge = true;
    }

    private int _hops;

    /// <summary>Goes on with a fresh stack where this one is nearly used up, a bounded number of times.</summary>
    private T? Deep<T>(Func<T?> go)
        where T : class
    {
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return go();
        if (_hops >= _limits.StackHops)
        {
            if (!_tooLarge)
                Error(_stack is [.., var last] ? last.Node : _root, "substitutions refer to each other in too long a chain");
            _tooLarge = true;
            return null;
        }
        _hops++;
        T? result = null;
        var thread = new Thread(() => result = go(), 16 * 1024 * 1024);
        thread.Start();
        thread.Join();
        _hops--;
        return result;
    }

    private void Error(Node node, string message) => _errors.Add(node.Source, node.Start, node.Length, message);

    private sealed class Evaluation(Slot slot, Node node, int index, Func<Seen?> below, int depth)
    {
        public Slot Slot { get; } = slot;

        public Node Node { get; } = node;

        /// <summary>Which assignment of the slot is being looked at.</summary>
        public int Index { get; } = index;

        public Func<Seen?> Below { get; } = below;

        public int Depth { get; } = depth;

        public bool WasReached { get; set; }

        public bool IsLookingBelow { get; set; }
    }
}
