using System.Globalization;
using System.Text;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Tests.Feeds;

/// <summary>The events that a feed has numbered, recorded by a handler on the pump. Subscribers are checked against it.</summary>
internal sealed class Truth : IFeedHandler
{
    private readonly List<string> _entries = ["nothing has number 0"];

    public long LastSeq => _entries.Count - 1;

    public string this[long seq] => _entries[(int)seq];

    public void OnEvent(in FeedEvent feedEvent)
    {
        if (!feedEvent.IsNumbered)
            return;
        if (feedEvent.Seq != _entries.Count)
            throw new InvalidOperationException($"the feed numbered {feedEvent.Seq} after {LastSeq}");
        _entries.Add(Words(feedEvent));
    }

    public static string Words(in FeedEvent feedEvent) =>
        feedEvent.Gap is null ? Encoding.UTF8.GetString(feedEvent.Payload.Span) : "gap";
}

/// <summary>Checks one subscriber: every number arrives in order, or a gap stands for it. The content is compared at the end.</summary>
internal sealed class Ledger
{
    private readonly List<(long Seq, string Words)> _received = [];
    private long _next;

    /// <summary>The numbers inside gaps, except gaps for a lost connection.</summary>
    public long Lost { get; private set; }

    public long LastSeq => Math.Max(Volatile.Read(ref _next), 1) - 1;

    public long Received => _received.Count;

    public void Enter(in FeedEvent feedEvent)
    {
        if (_next > 0 && feedEvent.FirstSeq != _next)
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"expected {_next}, got {feedEvent} from {feedEvent.FirstSeq}"));
        if (feedEvent.Gap is { Reason: not GapReason.Disconnected })
            Lost += feedEvent.Seq - feedEvent.FirstSeq + 1;
        else if (feedEvent.IsNumbered)
            _received.Add((feedEvent.Seq, Truth.Words(feedEvent)));
        _next = feedEvent.Seq + 1;
    }

    public void AssertAgreesWith(Truth truth)
    {
        foreach (var (seq, words) in _received)
        {
            if (words != truth[seq])
                Assert.Fail($"number {seq} was \"{words}\", the feed had \"{truth[seq]}\"");
        }
    }

    public void AssertIsComplete(Truth truth, long from)
    {
        AssertAgreesWith(truth);
        Assert.Equal(truth.LastSeq, LastSeq);
        Assert.Equal(truth.LastSeq - from + 1, Received + Lost);
    }
}
