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

    /// <summary>The first messages of a connection may be greetings, which prove nothing: they are not remembered.</summary>
    private const int Greetings = 4;

    private readonly Lock _gate = new();
    private HashSet<int>? _before; // of the primary, over its life; null until there is one
    private Dictionary<int, int>? _beside; // of the primary since the successor opened, with how often; null outside of rotations
    private HashSet<int>? _successor;
    private volatile bool _compares, _hasData;

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
        // The fourth, the eighth, the sixteenth ...: of a long life a few tell what its data look like.
        if (!_compares && (number & (number - 1)) != 0)
            return;
        _hasData |= !isSuccessor;
        var shape = MessageShape.Of(kind, payload);
        lock (_gate)
        {
            if (isSuccessor)
                Add(_successor, shape);
            else if (_beside is not null && (_beside.Count < Most || _beside.ContainsKey(shape)))
                _beside[shape] = _beside.GetValueOrDefault(shape) + 1;
            if (!isSuccessor && number >= Greetings)
                Add(_before ??= [], shape);
        }
    }

    /// <summary>
    /// Whether the successor receives what the primary receives: a kind of the primary's data, and every kind that came to the primary
    /// twice since the successor opened. While the primary receives none, its kinds of before count.
    /// </summary>
    /// <param name="silenceIsFine">Whether a successor without data agrees with a primary that is silent now.</param>
    public bool Agree(bool silenceIsFine)
    {
        lock (_gate)
        {
            if (_successor is null || _beside is null)
                return true;
            if (_successor.Count == 0)
                return _beside.Count == 0 && (silenceIsFine || !_hasData);
            return _beside.Count == 0
                ? _before is not null && _successor.Overlaps(_before)
                : _successor.Overlaps(_beside.Keys) && _beside.All(kind => kind.Value < 2 || _successor.Contains(kind.Key));
        }
    }

    private static void Add(HashSet<int>? shapes, int shape)
    {
        if (shapes?.Count < Most)
            shapes.Add(shape);
    }
}
