using ActorHeartbeat.Hocon.Parsing;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>
/// Evaluates nodes lazily: to evaluate one field, nothing beside it is opened. The value of a
/// substitution or concatenation is remembered per occurrence. A field that refers to itself sees
/// its earlier assignments. Inside a list or object literal there are none, and the loop is an error.
/// </summary>
internal sealed class Resolver
{
    private readonly ObjectNode _root;
    private readonly SeenObject _all;
    private readonly ErrorList _errors;
    private readonly Func<string, string?> _environment;
    private readonly Bounds _bounds;
    private readonly Joining _joining;
    private readonly Dictionary<Node, Seen?> _known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, SeenObject> _merged = new(ReferenceEqualityComparer.Instance); // an assigned object and all below it
    private readonly Dictionary<Slot, Evaluation> _evaluating = new(ReferenceEqualityComparer.Instance);
    private readonly List<Evaluation> _stack = [];
    private readonly Dictionary<string, string?> _variables = new(StringComparer.Ordinal);
    private int _reachedBack = int.MaxValue; // depth of the outermost evaluation that a look-back has reached since the last reset

    private Resolver(ObjectNode root, ErrorList errors, HoconOptions options)
    {
        (_root, _all, _errors, _environment) = (root, SeenObject.Of(root), errors, options.Environment);
        _bounds = new Bounds(options.Limits, errors);
        _joining = new Joining(this, _bounds, errors);
    }

    public static HoconValue? Resolve(Node node, ErrorList errors, HoconOptions options)
    {
        var resolver = new Resolver(node as ObjectNode ?? new ObjectNode(node.Source, 0), errors, options);
        return new Opener(resolver, resolver._bounds, errors).Open(node);
    }

    // ---- fields ----

    /// <summary>The value of a key, looked up in the layers from the top.</summary>
    public Seen? Field(SeenObject fields, string key) => Look(new Below(fields, fields.Count, key));

    private Seen? Look(in Below below)
    {
        if (below.Fields is not { } fields)
            return null;
        var work = 0L;
        var objects = default(Stacked);
        Seen? lowest = null;
        for (
            var index = fields.LayerBelow(below.End, below.Key, ref work);
            index >= 0;
            index = fields.LayerBelow(index, below.Key, ref work))
        {
            var slot = fields[index].Find(below.Key)!;
            var seen = Value(slot, below with { End = index });
            if (!_bounds.Step(fields.At, work))
                return null;
            work = 0;
            if (seen is SeenObject lower)
                objects.PutBelow(lower);
            else if ((lowest = seen) is not null)
                break;
        }
        return objects.IsEmpty ? lowest : Merged(objects);
    }

    /// <summary>
    /// The value of a slot's assignments. For a slot that is being evaluated: of its earlier assignments, or else the value below.
    /// </summary>
    private Seen? Value(Slot slot, in Below below)
    {
        if (!_evaluating.TryGetValue(slot, out var running) || slot.Count <= running.Index)
            return Assigned(slot, slot.Count, below);
        // The slot refers to itself: it sees the value below the assignment that is being evaluated.
        _reachedBack = Math.Min(_reachedBack, running.Depth);
        running.WasReached = true;
        // An object can lie below itself (a = ${a}): look below it only once.
        if (running.IsLookingBelow)
            return null;
        var earlier = Assigned(slot, running.Index, running.Below);
        if (earlier is not (null or SeenObject))
            return earlier;
        running.IsLookingBelow = true;
        var beneath = Look(running.Below);
        running.IsLookingBelow = false;
        return Over(earlier, beneath);
    }

    // Merges from the lowest up, so that each layer is appended to the rest: a million layers are copied once.
    private SeenObject Merged(Stacked objects)
    {
        var merged = objects.TakeLowest();
        while (!objects.IsEmpty && _bounds.Step(merged.At))
        {
            var upper = objects.TakeLowest();
            _bounds.Step(upper.At, merged.WorkOf(upper));
            merged = merged.Under(upper);
        }
        return merged;
    }

    private static Seen? Over(Seen? above, Seen? below) => (above, below) switch
    {
        (null, _) => below,
        (SeenObject upper, SeenObject lower) => upper.Over(lower),
        _ => above,
    };

    /// <summary>
    /// The value of the assignments below <paramref name="count"/>, searched from the last: one value, or merged objects.
    /// </summary>
    private Seen? Assigned(Slot slot, int count, in Below below)
    {
        var reachedBefore = _reachedBack;
        _reachedBack = int.MaxValue;
        var objects = default(Stacked);
        for (var index = count - 1; index >= 0; index--)
        {
            var node = slot[index].Value;
            if (!_bounds.Step(node))
                return null;
            var isMerged = _merged.TryGetValue(node, out var merged);
            var seen = isMerged ? merged : node is SubstitutionNode or ConcatenationNode ? Evaluate(slot, index, below) : Look(node);
            if (seen is null)
                continue;
            if (seen is not SeenObject fields)
            {
                _reachedBack = Math.Min(_reachedBack, reachedBefore);
                return objects.IsEmpty ? seen : Merged(objects);
            }
            objects.PutBelow(fields);
            if (isMerged)
                break;
        }
        var above = objects.IsEmpty ? null : Merged(objects);
        if (above is not null && count > 1 && _reachedBack == int.MaxValue)
            _merged[slot[count - 1].Value] = above;
        _reachedBack = Math.Min(_reachedBack, reachedBefore);
        return above;
    }

    private Seen? Evaluate(Slot slot, int index, in Below below)
    {
        var node = slot[index].Value;
        if (_known.TryGetValue(node, out var known))
            return known;
        if (!_bounds.Step(node))
            return null;
        // Evaluate a long run of += from its beginning: each needs the one before, and so no evaluation recurses deeply.
        var first = index;
        while (first > 0 && IsAppend(slot[first].Value) && IsAppend(slot[first - 1].Value) && !_known.ContainsKey(slot[first - 1].Value))
            first--;
        for (; first < index; first++)
            EvaluateNow(slot, first, below);
        return EvaluateNow(slot, index, below);
    }

    private static bool IsAppend(Node node) => node is ConcatenationNode { Pieces: [{ Value: SubstitutionNode { IsAppend: true } }, ..] };

    private Seen? EvaluateNow(Slot slot, int index, in Below below)
    {
        var node = slot[index].Value;
        var outer = _evaluating.GetValueOrDefault(slot);
        var evaluation = new Evaluation(slot, node, index, below, _stack.Count);
        var reachedBefore = _reachedBack;
        _reachedBack = int.MaxValue;
        _evaluating[slot] = evaluation;
        _stack.Add(evaluation);
        var seen = _bounds.Deep(this, node, node, static (self, node) => self.Join(node));
        _stack.RemoveAt(_stack.Count - 1);
        if (outer is null)
            _evaluating.Remove(slot);
        else
            _evaluating[slot] = outer;
        // A value that depends on an outer evaluation may differ when reached from elsewhere; a failure does not.
        if (_reachedBack >= evaluation.Depth || seen is SeenFailure)
        {
            _known[node] = seen;
            _reachedBack = int.MaxValue;
        }
        _reachedBack = Math.Min(_reachedBack, reachedBefore);
        return seen;
    }

    // ---- nodes ----

    public Seen? Look(Node node) => node switch
    {
        ScalarNode scalar => SeenScalar.Of(scalar, scalar.Kind, scalar.Text),
        ArrayNode array => SeenArray.Of(array),
        ObjectNode fields => SeenObject.Of(fields),
        _ => Known(node),
    };

    /// <summary>
    /// The value of a substitution or concatenation that is an element or a piece. It belongs to no slot, so it has no earlier value.
    /// </summary>
    private Seen? Known(Node node)
    {
        if (_known.TryGetValue(node, out var known))
            return known;
        if (!_bounds.Step(node))
            return null;
        var reachedBefore = _reachedBack;
        _reachedBack = int.MaxValue;
        var seen = _bounds.Deep(this, node, node, static (self, node) => self.Join(node));
        if (_reachedBack == int.MaxValue || seen is SeenFailure)
            _known[node] = seen;
        _reachedBack = Math.Min(_reachedBack, reachedBefore);
        return seen;
    }

    public Seen? Join(Node node) => node switch
    {
        SubstitutionNode substitution => Substitute(substitution),
        ConcatenationNode concatenation => _joining.Concatenate(concatenation),
        _ => Look(node),
    };

    private Seen? Substitute(SubstitutionNode node)
    {
        var found = Find(node, node.Prefix);
        if (found is null && !node.IsAppend)
            found = (node.Prefix.Length > 0 ? Find(node, []) : null) ?? FromEnvironment(node);
        if (found is not null || node.IsOptional)
            return found;
        if (!_bounds.IsReached && !_errors.IsFull)
            _errors.Add(node.Source, node.Start, node.Length, Missing.Say(node, _root, _stack));
        return new SeenFailure(node);
    }

    private Seen? Find(SubstitutionNode node, string[] prefix)
    {
        if (!_bounds.Step(node, prefix.Length + node.Path.Length))
            return null;
        Seen? at = _all;
        foreach (var key in prefix)
            at = at is SeenObject fields ? Field(fields, key) : at as SeenFailure;
        foreach (var key in node.Path)
            at = at is SeenObject fields ? Field(fields, key) : at as SeenFailure;
        return at;
    }

    // Look up each name once: the runtime copies the text on each call.
    private string? Variable(string name)
    {
        if (!_variables.TryGetValue(name, out var text))
            _variables.Add(name, text = _environment(name));
        return text;
    }

    private SeenScalar? FromEnvironmentScalar(SubstitutionNode node, string name) =>
        Variable(name) is { } text
            ? SeenScalar.Of(node, TokenKind.Quoted, text, new HoconOrigin($"environment variable {name}", 0, 0))
            : null;

    private Seen? FromEnvironment(SubstitutionNode node)
    {
        var name = string.Join('.', node.Path);
        if (FromEnvironmentScalar(node, name) is { } scalar)
            return scalar;
        var items = new List<SeenItem>();
        while (FromEnvironmentScalar(node, $"{name}.{items.Count}") is { } item)
            items.Add(new SeenItem(null, item));
        return items.Count == 0 || !_bounds.CountMany(node, items.Count) ? null : new SeenArray(node, null, items, items.Count);
    }
}
