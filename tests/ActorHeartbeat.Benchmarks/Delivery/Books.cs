using System.Text;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// Checks one subscriber's view of one line. The feed's numbers must be contiguous or covered by a
/// gap. The peer's numbers inside the messages must agree: they may jump where a gap reports a broken
/// connection, and otherwise by exactly the number of dropped messages. Used by its reader only.
/// </summary>
internal sealed class Books(string name)
{
    private readonly byte[] _name = Encoding.ASCII.GetBytes(name);
    private long _nextSeq;
    private long _nextNumber = -1;
    private long _dropped;
    private int _epoch;
    private bool _broken;

    public string Name => name;

    public long Received { get; private set; }

    /// <summary>The peer's numbers that fell into outages.</summary>
    public long Missed { get; private set; }

    /// <summary>The feed's numbers that this subscriber lost because it did not keep up.</summary>
    public long Lost { get; private set; }

    public long Outages { get; private set; }

    /// <summary>The feed's numbers that are accounted for.</summary>
    public long Accounted => Received + Lost + Outages;

    /// <summary>The first inconsistency; null when there is none.</summary>
    public string? Fault { get; private set; }

    public void Enter(in FeedEvent feedEvent)
    {
        if (!feedEvent.IsNumbered || Fault is not null)
            return;
        if (_nextSeq > 0 && feedEvent.FirstSeq != _nextSeq)
            Fault = $"{feedEvent} begins with {feedEvent.FirstSeq}, expected {_nextSeq}";
        _nextSeq = feedEvent.Seq + 1;
        if (feedEvent.Gap is { } gap)
            Enter(gap, feedEvent.Seq);
        else
            EnterMessage(feedEvent);
    }

    private void Enter(FeedGap gap, long seq)
    {
        if (gap.Reason == GapReason.Disconnected)
        {
            _broken = true;
            Outages++;
            return;
        }
        _dropped += seq - gap.From + 1;
        Lost += seq - gap.From + 1;
    }

    private void EnterMessage(in FeedEvent feedEvent)
    {
        var number = NumberedMessage.Read(feedEvent.Payload.Span, _name);
        var expected = _nextNumber + _dropped;
        // Dropped events may have included the gap of an outage. A new epoch reveals that, but not how many numbers the outage cost.
        var outage = _broken || (_dropped > 0 && feedEvent.Epoch != _epoch);
        if (number < 0)
            Fault = $"{feedEvent} is not a message of {name} as it was sent";
        else if (_nextNumber >= 0 && (outage ? number < _nextNumber : number != expected))
            Fault = $"{feedEvent} carries number {number}, expected {(outage ? $"{_nextNumber} or more" : expected)}";
        if (_nextNumber >= 0 && outage)
            Missed += Math.Max(0, number - expected);
        (_nextNumber, _dropped, _broken, _epoch) = (number + 1, 0, false, feedEvent.Epoch);
        Received++;
    }
}
