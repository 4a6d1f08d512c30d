namespace ActorHeartbeat.Feeds;

/// <summary>
/// The keys received while two connections carry one feed. A key is a duplicate only if the other connection has delivered it;
/// a connection may repeat its own keys. Bounded: past <see cref="MaxKeys"/> the oldest keys are forgotten. Not thread-safe.
/// </summary>
internal sealed class DuplicateWindow(MessageKey key, TimeProvider time)
{
    public const int MaxKeys = 65_536;

    /// <summary>The new connection may lag behind the old one, so keys are remembered beyond the end of the old one.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, int> _epochs = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long? _closed;

    /// <summary>Whether there are two connections, or soon will be.</summary>
    public bool IsOpen => _closed is null;

    /// <summary>Whether only one connection has been left for longer than <see cref="Linger"/>.</summary>
    public bool IsOver => _closed is { } closed && time.GetElapsedTime(closed) > Linger;

    /// <summary>Records that only one connection is left.</summary>
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
