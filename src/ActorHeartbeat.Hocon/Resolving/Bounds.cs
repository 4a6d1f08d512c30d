using System.Runtime.CompilerServices;
using ActorHeartbeat.Hocon.Parsing;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>Bounds the values, the steps and the depth of substitution.</summary>
internal sealed class Bounds(HoconLimits limits, ErrorList errors)
{
    private const int StackBytes = 16 * 1024 * 1024;

    /// <summary>Text that a substitution makes counts too: this many characters count as one value.</summary>
    private const int CharactersPerNode = 8;

    private long _nodes;
    private long _steps;
    private int _depth;
    private int _hops;

    public bool IsReached { get; private set; }

    /// <summary>Counts one value; false when it is too many.</summary>
    public bool Count(Node at) => CountMany(at, 1);

    /// <summary>Counts the values that joining copies; false when there are too many.</summary>
    public bool CountMany(Node at, long values)
    {
        _nodes += values;
        if (_nodes > limits.Nodes)
            Reach(at, $"substitutions make this configuration larger than {limits.Nodes:N0} values");
        return !IsReached;
    }

    /// <summary>Counts work that makes no value; false when it is too much.</summary>
    public bool Step(Node at, long steps = 1)
    {
        _steps += steps;
        if (_steps > limits.Steps)
            Reach(at, $"resolving substitutions takes more than {limits.Steps:N0} steps");
        return !IsReached;
    }

    /// <summary>Goes into an object or list; false when it lies too deep in the result.</summary>
    public bool Enter(Node at)
    {
        if (_depth >= limits.Depth)
            Reach(at, $"substitutions nest this configuration more than {limits.Depth:N0} deep");
        else
            _depth++;
        return !IsReached;
    }

    public void Leave() => _depth--;

    public bool CountText(Node at, int characters) => CountMany(at, 1 + (characters / CharactersPerNode));

    /// <summary>Runs a function, on a fresh stack when this one is nearly used up. The number of fresh stacks is bounded.</summary>
    public TResult? Deep<TSelf, TNode, TResult>(TSelf self, TNode node, Node at, Func<TSelf, TNode, TResult?> go)
        where TResult : class
    {
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return go(self, node);
        if (_hops < limits.StackHops)
            return OnFreshStack(self, node, go);
        Reach(at, $"substitutions refer to each other in a chain longer than {limits.StackHops} stacks of {StackBytes / 1024 / 1024} MiB");
        return null;
    }

    // Separate from Deep, which would otherwise allocate this closure on every call.
    private TResult? OnFreshStack<TSelf, TNode, TResult>(TSelf self, TNode node, Func<TSelf, TNode, TResult?> go)
        where TResult : class
    {
        _hops++;
        TResult? result = null;
        var thread = new Thread(() => result = go(self, node), StackBytes);
        thread.Start();
        thread.Join();
        _hops--;
        return result;
    }

    private void Reach(Node at, string message)
    {
        if (!IsReached)
            errors.Add(at.Source, at.Start, at.Length, message);
        IsReached = true;
    }
}
