using System.Collections.Frozen;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>The keys of one kind of object, as a tree of names. Reading an object returns a layer: its values and their places.</summary>
internal sealed class Shape<TSettings>
{
    private readonly Node _root = new();

    public Shape(params IReadOnlyList<Key<TSettings>> keys)
    {
        Keys = keys;
        foreach (var key in keys)
            _root.Add(key.Path.Split('.'), key);
    }

    public IReadOnlyList<Key<TSettings>> Keys { get; }

    /// <summary>Every name in a path of a key.</summary>
    public IEnumerable<string> Names => Keys.SelectMany(key => key.Path.Split('.'));

    /// <summary>The key that a path leads to or into; null when it leads to none.</summary>
    public Key<TSettings>? Find(ReadOnlySpan<string> path)
    {
        var node = _root;
        foreach (var name in path)
        {
            if (!node.Children.TryGetValue(name, out node))
                return null;
            if (node.Key is { } key)
                return key;
        }
        return null;
    }

    /// <summary>Reads every known key of an object and reports every unknown one.</summary>
    public Layer<TSettings> Read(Cursor at, string name)
    {
        var settings = new List<Assignment<TSettings>>();
        var faults = new HashSet<string>(StringComparer.Ordinal);
        Read(at, _root, "", settings, faults);
        return new Layer<TSettings>(name, settings) { Faults = faults };
    }

    private static void Read(Cursor at, Node node, string section, List<Assignment<TSettings>> settings, HashSet<string> faults)
    {
        if (at.Fields is not { } fields)
        {
            at.Refuse($"an object with {string.Join(", ", node.Names)}");
            faults.Add(section);
            return;
        }
        for (var index = 0; index < fields.Count; index++)
        {
            var below = at.Below(fields[index]);
            if (!node.Children.TryGetValue(below.Key, out var child))
            {
                below.RefuseKey(node.Names);
                faults.Add(section);
                continue;
            }
            var inside = section.Length > 0 ? section : below.Key;
            if (child.Key is not { } key)
            {
                Read(below, child, inside, settings, faults);
                continue;
            }
            var errors = at.Diagnostics.Count;
            if (key.Read(below) is { } assignment)
                settings.Add(assignment);
            if (at.Diagnostics.Count > errors)
                faults.Add(inside);
        }
    }

    private sealed class Node
    {
        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        public Key<TSettings>? Key { get; private set; }

        public IEnumerable<string> Names => Children.Keys.Order(StringComparer.Ordinal);

        public void Add(ReadOnlySpan<string> names, Key<TSettings> key)
        {
            if (names.IsEmpty)
            {
                Key = Key is null ? key : throw new InvalidOperationException($"the key {key.Path} has two rows");
                return;
            }
            if (!Children.TryGetValue(names[0], out var child))
                Children.Add(names[0], child = new Node());
            child.Add(names[1..], key);
        }
    }
}

/// <summary>The assignments of one object, in their order.</summary>
/// <param name="Name">The name of the layer, such as <c>template mexc</c>.</param>
/// <param name="Assignments">A value and its place for each key that it names.</param>
internal sealed record Layer<TSettings>(string Name, IReadOnlyList<Assignment<TSettings>> Assignments)
{
    /// <summary>
    /// The first names of the keys in which errors were found; the empty name for an unknown key beside them, which may be any of them
    /// misspelled.
    /// </summary>
    public IReadOnlySet<string> Faults { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Whether it comes with the product: the operator has not written it.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>Whether the layer was read without an error.</summary>
    public bool IsSound => Faults.Count == 0;

    /// <summary>Whether nothing near the key was in error: half a section allows no conclusion.</summary>
    public bool IsSoundAt(string path) =>
        IsSound || (!Faults.Contains("") && !Faults.Contains(path.Split('.')[0]));

    public TSettings Over(TSettings lower)
    {
        var settings = lower;
        for (var index = 0; index < Assignments.Count; index++)
            settings = Assignments[index].Apply(settings);
        return settings;
    }

    public Assignment<TSettings>? Find(string path)
    {
        for (var index = 0; index < Assignments.Count; index++)
        {
            if (Assignments[index].Key.Path == path)
                return Assignments[index];
        }
        return null;
    }
}

/// <summary>One key set to one value.</summary>
/// <param name="key">The row of the schema.</param>
/// <param name="at">The value and its place.</param>
internal abstract class Assignment<TSettings>(Key<TSettings> key, in Cursor at)
{
    public Key<TSettings> Key { get; } = key;

    public Cursor At { get; } = at;

    /// <summary>The settings with the value in them.</summary>
    public abstract TSettings Apply(TSettings settings);
}
