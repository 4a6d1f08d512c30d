using System.Globalization;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Tests.Feeds;

/// <summary>A registry with one endpoint, and short helpers for tests.</summary>
internal sealed class FeedFixture
{
    public static readonly EndpointId Endpoint = new("venue.trades");

    public FeedFixture(LimitSettings? limits = null, int maxSubscribers = 100)
    {
        Registry = new FeedRegistry(Time, "run1", maxSubscribers);
        Feed = Registry.GetOrAdd(Endpoint, limits ?? new LimitSettings(), Labels(("venue", "binance")));
    }

    public ManualTime Time { get; } = new();

    public FeedRegistry Registry { get; }

    public Feed Feed { get; }

    public FeedSubscription Subscribe(SubscriptionOptions? options = null) =>
        Registry.Subscribe(Endpoint, options ?? Quiet);

    /// <summary>Subscription options without state events.</summary>
    public static SubscriptionOptions Quiet => new() { IncludeState = false };

    public static ValueMap<string> Labels(params (string Key, string Value)[] labels) =>
        new(labels.Select(label => KeyValuePair.Create(label.Key, label.Value)));

    /// <summary>Publishes texts and checks that the feed takes each at once.</summary>
    public static void Publish(FeedWriter writer, params string[] texts)
    {
        foreach (var text in texts)
            Assert.True(writer.PublishAsync(MessageKind.Text, Encoding.UTF8.GetBytes(text)).IsCompletedSuccessfully);
    }

    public static void PublishNumbers(FeedWriter writer, int first, int last) =>
        Publish(writer, [.. Enumerable.Range(first, last - first + 1).Select(number => number.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>Reads all waiting events as words such as <c>1 text a</c> or <c>2-5 gap Overflow</c>.</summary>
    public static string[] ReadAll(FeedSubscription subscription)
    {
        var words = new List<string>();
        while (subscription.TryRead(out var feedEvent))
            words.Add(Describe(feedEvent));
        return [.. words];
    }

    /// <summary>Reads the next event and fails when there is none.</summary>
    public static FeedEvent Next(FeedSubscription subscription)
    {
        Assert.True(subscription.TryRead(out var feedEvent), "there is nothing to read");
        return feedEvent;
    }

    public static string Describe(in FeedEvent feedEvent) =>
        feedEvent switch
        {
            { Gap: { } gap } => $"{gap.From}-{feedEvent.Seq} gap {gap.Reason}",
            { State: { } state } => $"state {state.Name}",
            { DrainReason: { } reason } => $"drain {reason}",
            _ =>
                $"{feedEvent.Seq} {(feedEvent.Type == FeedEventType.Text ? "text" : "binary")} "
                    + $"{Encoding.UTF8.GetString(feedEvent.Payload.Span)}",
        };
}

/// <summary>A clock that only a test moves.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by) => _ticks += by.Ticks;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(_ticks);

    public override long GetTimestamp() => _ticks;
}
