namespace ActorHeartbeat.Feeds;

/// <summary>
/// The keys that came in while two connections carried one feed. A key that one connection repeats is its own affair; only what
/// the other has brought already is a duplicate. Bounded: past <see cref="MaxKeys"/> the oldest keys are forgotten. Not thread-safe.
/// </summary>
internal sealed class DuplicateWindow(MessageKey key, TimeProvider time)
{
    public const int MaxKeys = 65_536;

    /// <summary>The new connection may lag behind the old one, so keys are remembered beyond its end.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, int> _epochs = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long? _closed;

    /// <summary>Whether there are two connections, or soon will be.</summary>
    public bool IsOpen => _closed is null;

    /// <summary>Whether the two connections have been one for long enough.</summary>
    public bool IsOver => _closed is { } closed && time.GetElapsedTime(closed) > Linger;

    /// <summary>Only one connection is left.</summary>
    public void Close() => _closed ??= time.GetTimestamp();

    public bool WasBroughtByAnother(int epoch, ReadOnlySpan<byte> payload)
    {
        if (key.Of(payload) is not { } name)
            return false;
        if (_epochs.TryGetValue(name, out var first))
            return first != epoch;
        _epochs.Add(name, epoch);
        _order.Enqueue(name);
        if (_order.Count > MaxKeys)
            _epochs.Remove(_order.Dequeue());
        return false;
    }
}
