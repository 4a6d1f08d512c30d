using System.Collections.Immutable;

namespace ActorHeartbeat.Connections;

/// <summary>
/// Who listens to the conversation of one endpoint. Thread-safe; while nobody listens there is an empty array to look at.
/// </summary>
internal sealed class ConversationTaps
{
    private ImmutableArray<ConversationTap> _taps = [];

    public bool IsHeard => !_taps.IsEmpty;

    public void Add(ConversationTap tap)
    {
        ImmutableInterlocked.Update(ref _taps, static (taps, added) => taps.Add(added), tap);
        if (!tap.TryBegin(() => Remove(tap)))
            Remove(tap);
    }

    public void Tell(ConversationLine line)
    {
        foreach (var tap in _taps)
            tap.Offer(line);
    }

    /// <summary>Ends every tap: the endpoint has nothing to say any more.</summary>
    public void End()
    {
        foreach (var tap in _taps)
            tap.End();
    }

    private void Remove(ConversationTap tap) => ImmutableInterlocked.Update(ref _taps, static (taps, gone) => taps.Remove(gone), tap);
}
