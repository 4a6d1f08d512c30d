using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Connections;

/// <summary>
/// What the connection of a successor has to prove before it takes over. The actor says what counts, the pump what has come in. Both
/// connections of a rotation have one: their data are compared. Hold it in a field that is not read-only.
/// </summary>
/// <param name="plane">Has the kinds of data of both connections.</param>
internal struct Succession(EndpointPlane plane)
{
    private volatile MessagePattern? _proof;
    private int _wantsData;
    private long _dataMessages; // used only by the pump
    private volatile bool _isSuccessor, _isProven;

    /// <summary>Whether the message that proves a successor has come in.</summary>
    public bool IsProven => _isProven;

    /// <summary>Makes it the connection of a successor, until <see cref="End"/>.</summary>
    /// <param name="proof">The message whose arrival proves that it works; null for none.</param>
    public void Begin(MessagePattern? proof) => (_isSuccessor, _proof) = (true, proof);

    /// <summary>Makes the first data message the proof.</summary>
    public void ExpectData() => Volatile.Write(ref _wantsData, 1);

    /// <summary>Begins to compare its data with those of the connection that it is to replace.</summary>
    public void Compare() => plane.Shapes.Begin();

    /// <summary>The successor has taken over, or is gone.</summary>
    public void End()
    {
        if (!_isSuccessor)
            return;
        _isSuccessor = false;
        plane.Shapes.End();
    }

    /// <summary>A message came in, of whatever role. True when it is the proof.</summary>
    public bool Received(ReadOnlySpan<byte> payload)
    {
        if (_proof is not { } proof || !proof.Matches(payload))
            return false;
        _proof = null;
        return _isProven = true;
    }

    /// <summary>A data message came in. True when it is the proof.</summary>
    public bool DataReceived(MessageKind kind, ReadOnlySpan<byte> payload)
    {
        plane.Shapes.Received(++_dataMessages, _isSuccessor, kind, payload);
        return Volatile.Read(ref _wantsData) != 0 && Interlocked.Exchange(ref _wantsData, 0) != 0 && (_isProven = true);
    }
}
