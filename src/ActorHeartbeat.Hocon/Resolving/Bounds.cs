using System.Runtime.CompilerServices;
using ActorHeartbeat.Hocon.Parsing;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>How much substitution may make, and how deep it may go.</summary>
internal sealed class Bounds(HoconLimits limits, ErrorList errors)
{
    private const int StackBytes = 16 * 1024 * 1024;

    /// <summary>Text that a substitution makes counts too: 10 million values stand for 80 MB of it.</summary>
    private const int CharactersPerNode = 8;

    private long _nodes;
    private int _hops;

    public bool IsReached { get; private set; }

    /// <summary>Counts one value; false when it is too many.</summary>
    public bool Count(Node at) => CountMany(at, 1);

    /// <summary>Counts what is copied in joining; false when it is too much.</summary>
    public bool CountMany(Node at, long values)
    {
        _nodes += values;
        if (_nodes > limits.Nodes)
            Reach(at, $"substitutions make this configuration larger than {limits.Nodes:N0} values");
        return !IsReached;
    }

    public bool CountText(Node at, int characters) => CountMany(at, 1 + (characters / CharactersPerNode));

    /// <summary>Goes on with a fresh stack where this one is nearly used up, a bounded number of times.</summary>
    public TResult? Deep<TSelf, TNode, TResult>(TSelf self, TNode node, Node at, Func<TSelf, TNode, TResult?> go)
        where TResult : class
    {
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return go(self, node);
        if (_hops < limits.StackHops)
            return OnFreshStack(self, node, go);
        Reach(at, "substitutions refer to each other in too long a chain");
        return null;
    }

    // Apart from the above, which would else make the closure of this one at every call.
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
