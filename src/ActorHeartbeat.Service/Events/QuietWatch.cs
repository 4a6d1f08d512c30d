using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.Events;

/// <summary>
/// Tells who writes a stream when that has been quiet from one look to the next. A timer looks; arming one for each wait would cost more
/// than the events.
/// </summary>
/// <param name="subscription">Wakes the one who writes.</param>
internal sealed class QuietWatch(FeedSubscription subscription)
{
    private volatile bool _hasLooked;
    private bool _hasHeard; // of the one who writes

    /// <summary>Called by the timer.</summary>
    public void Look()
    {
        _hasLooked = true;
        subscription.Wake();
    }

    /// <summary>There was an event.</summary>
    public void Heard() => _hasHeard = true;

    /// <summary>Whether there was none from one look to the next, once for each.</summary>
    public bool IsOver()
    {
        if (!_hasLooked)
            return false;
        _hasLooked = false;
        var isOver = !_hasHeard;
        _hasHeard = false;
        return isOver;
    }
}
