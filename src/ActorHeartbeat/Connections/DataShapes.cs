using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>
/// The kinds of data (<see cref="MessageShape"/>) that the connections of an endpoint receive, so that the successor of a rotation can be
/// compared with the connection that it is to replace. Outside of rotations only a few messages are looked at. Thread-safe.
/// </summary>
internal sealed class DataShapes
{
    /// <summary>Kinds that are remembered of each side; what is beyond them is not looked for.</summary>
    private const int Most = 64;

    private readonly Lock _gate = new();
    private HashSet<int>? _before; // of the primary, over its life
    private HashSet<int>? _beside, _successor; // of both since the successor opened; null outside of rotations
    private volatile bool _compares;

    /// <summary>The successor has opened: from now on every message of both connections is looked at.</summary>
    public void Begin()
    {
        lock (_gate)
            (_beside, _successor, _compares) = ([], [], true);
    }

    /// <summary>The rotation is over. Does nothing when none is under way.</summary>
    public void End()
    {
        lock (_gate)
            (_beside, _successor, _compares) = (null, null, false);
    }

    /// <summary>Looks at a data message. Only its pump calls this for a connection.</summary>
    /// <param name="number">How many data messages the connection has received, this one included.</param>
    /// <param name="isSuccessor">Whether the connection waits to take over.</param>
    /// <param name="kind">Text or binary.</param>
    /// <param name="payload">The message.</param>
    public void Received(long number, bool isSuccessor, MessageKind kind, ReadOnlySpan<byte> payload)
    {
        // The first, the second, the fourth ...: of a long life a few tell what its data look like.
        if (!_compares && (number & (number - 1)) != 0)
            return;
        var shape = MessageShape.Of(kind, payload);
        lock (_gate)
        {
            Add(isSuccessor ? _successor : _beside, shape);
            if (!isSuccessor)
                Add(_before ??= [], shape);
        }
    }

    /// <summary>
    /// Whether nothing speaks against the successor: it has received data of a kind that the primary has received meanwhile. While the
    /// primary receives none, its kinds of before count, and none at all is as good.
    /// </summary>
    public bool Agree()
    {
        lock (_gate)
        {
            if (_successor is null || _beside is null)
                return true;
            if (_beside.Count > 0)
                return _successor.Overlaps(_beside);
            return _successor.Count == 0 || _before is null || _successor.Overlaps(_before);
        }
    }

    private static void Add(HashSet<int>? shapes, int shape)
    {
        if (shapes?.Count < Most)
            shapes.Add(shape);
    }
}
