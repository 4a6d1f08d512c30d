namespace ActorHeartbeat.Connections;

/// <summary>Who listens to the conversation of one endpoint. Thread-safe; while nobody listens there is one null to look at.</summary>
internal sealed class ConversationTaps
{
    private readonly Lock _gate = new();
    private volatile ConversationTap[]? _taps;

    public bool IsHeard => _taps is not null;

    public void Add(ConversationTap tap)
    {
        lock (_gate)
        {
            if (tap.TryBegin(() => Remove(tap)))
                _taps = [.. _taps ?? [], tap];
        }
    }

    public void Tell(ConversationLine line)
    {
        foreach (var tap in _taps ?? [])
            tap.Offer(line);
    }

    /// <summary>Ends every tap: the endpoint has nothing to say any more.</summary>
    public void End()
    {
        foreach (var tap in _taps ?? [])
            tap.End();
    }

    private void Remove(ConversationTap tap)
    {
        lock (_gate)
            _taps = _taps is { } taps && Array.FindAll(taps, each => each != tap) is { Length: > 0 } left ? left : null;
    }
}
