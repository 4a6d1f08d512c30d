using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using static ActorHeartbeat.Tests.Feeds.FeedFixture;

namespace ActorHeartbeat.Tests.Feeds;

public sealed class FeedTests
{
    private readonly FeedFixture _fixture = new();

    private Feed Feed => _fixture.Feed;

    [Fact]
    public async Task A_message_reaches_its_subscriber_as_received_with_its_place_and_time()
    {
        var subscription = _fixture.Subscribe();
        _fixture.Time.Advance(TimeSpan.FromSeconds(3));
        var buffer = Encoding.UTF8.GetBytes("{ \"a\":1 }");

        await Feed.Begin().PublishAsync(MessageKind.Binary, buffer);
        Array.Clear(buffer);

        var feedEvent = Next(subscription);
        Assert.Equal("{ \"a\":1 }", Encoding.UTF8.GetString(feedEvent.Payload.Span));
        Assert.Equal(
            ("run1", FeedFixture.Endpoint, 1, 1L, FeedEventType.Binary, _fixture.Time.GetUtcNow(), "run1;venue.trades=1"),
            (feedEvent.Instance, feedEvent.Endpoint, feedEvent.Epoch, feedEvent.Seq, feedEvent.Type, feedEvent.Time, feedEvent.Id));
    }

    [Fact]
    public void A_reconnect_is_one_gap_before_the_next_message_with_its_cause_and_duration()
    {
        var subscription = _fixture.Subscribe();
        var first = Feed.Begin();
        Publish(first, "a", "b");
        first.End("the peer closed with 1006");
        _fixture.Time.Advance(TimeSpan.FromSeconds(7));

        var second = Feed.Begin();
        Publish(second, "c");

        Assert.Equal(["1 text a", "2 text b"], [Describe(Next(subscription)), Describe(Next(subscription))]);
        var gap = Next(subscription);
        Assert.Equal(new FeedGap(GapReason.Disconnected, 3, null, 2, "the peer closed with 1006", TimeSpan.FromSeconds(7)), gap.Gap);
        Assert.Equal((2, 3L), (gap.Epoch, gap.Seq));
        Assert.Equal(["4 text c"], ReadAll(subscription));
        Assert.Equal(1, Feed.Gaps);
    }

    [Fact]
    public void A_reconnect_is_announced_by_the_open_state_when_no_message_comes()
    {
        var subscription = _fixture.Subscribe(SubscriptionOptions.Default);
        var first = Feed.Begin();
        Feed.StateChanged(new FeedState(FeedState.Open, ""));
        Publish(first, "a");
        first.End("reset");
        Feed.StateChanged(new FeedState(FeedState.BackingOff, "reset"));

        Feed.Begin();
        Feed.StateChanged(new FeedState(FeedState.Open, ""));

        Assert.Equal(
            ["state open", "1 text a", "state backing-off", "2-2 gap Disconnected", "state open"],
            ReadAll(subscription));
    }

    [Fact]
    public void Failed_attempts_between_two_connections_make_one_gap_with_the_first_cause()
    {
        var subscription = _fixture.Subscribe();
        var first = Feed.Begin();
        Publish(first, "a");
        first.End("reset");
        first.End("again");

        for (var attempt = 0; attempt < 3; attempt++)
            Feed.Begin().End("hello refused");
        Publish(Feed.Begin(), "b");

        Assert.Equal("1 text a", Describe(Next(subscription)));
        Assert.Equal("reset", Next(subscription).Gap?.Cause);
        Assert.Equal(["3 text b"], ReadAll(subscription));
    }

    [Fact]
    public void A_rotation_makes_no_gap_and_numbers_both_connections_in_one_sequence()
    {
        var subscription = _fixture.Subscribe();
        var old = Feed.Begin();
        Publish(old, "a");

        var replacement = Feed.Begin();
        Publish(replacement, "b");
        Publish(old, "c");
        old.End("rotated");
        Publish(replacement, "d");

        Assert.Equal(["1 text a", "2 text b", "3 text c", "4 text d"], ReadAll(subscription));
    }

    [Fact]
    public void A_replacement_that_has_not_opened_yet_does_not_cover_for_a_lost_connection()
    {
        var subscription = _fixture.Subscribe();
        var old = Feed.Begin();
        Publish(old, "a");
        var replacement = Feed.Begin();
        Feed.StateChanged(new FeedState(FeedState.Open, ""));

        old.End("reset");
        replacement.Opened();
        Publish(replacement, "b");

        Assert.Equal(["1 text a", "2-2 gap Disconnected", "3 text b"], ReadAll(subscription));
    }

    [Fact]
    public void A_writer_that_has_ended_publishes_nothing_any_more()
    {
        var subscription = _fixture.Subscribe();
        var writer = Feed.Begin();
        writer.End("closed");

        Publish(writer, "late");
        writer.Opened();

        Assert.Empty(ReadAll(subscription));
        Assert.Equal(0, Feed.MessagesIn);
    }

    [Fact]
    public void Counters_tell_what_came_in_and_when()
    {
        Assert.Null(Feed.LastInbound);
        var writer = Feed.Begin();

        _fixture.Time.Advance(TimeSpan.FromMinutes(1));
        Publish(writer, "abc", "de");

        Assert.Equal((2L, 5L, 2L, 0L, 0L), (Feed.MessagesIn, Feed.BytesIn, Feed.LastSeq, Feed.Gaps, Feed.Dropped));
        Assert.Equal(_fixture.Time.GetUtcNow(), Feed.LastInbound);
    }

    [Fact]
    public void Without_subscribers_a_message_allocates_nothing()
    {
        var writer = Feed.Begin();
        var payload = new byte[128];
        for (var warm = 0; warm < 100; warm++)
            writer.PublishAsync(MessageKind.Text, payload);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 1000; count++)
            writer.PublishAsync(MessageKind.Text, payload);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void An_idle_endpoint_costs_a_few_hundred_bytes()
    {
        var endpoints = Enumerable.Range(0, 1000).Select(number => new EndpointId($"e{number}")).ToArray();
        var limits = new LimitSettings();
        var before = GC.GetAllocatedBytesForCurrentThread();

        foreach (var endpoint in endpoints)
            _fixture.Registry.GetOrAdd(endpoint, limits).Begin().Opened();

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / endpoints.Length, 100, 1000);
    }

    [Fact]
    public void A_handler_hears_everything_on_the_pump_in_its_buffer()
    {
        var handler = new Recorder();
        using var subscription = Feed.Subscribe(handler);
        var writer = Feed.Begin();
        var buffer = "ab"u8.ToArray();

        writer.PublishAsync(MessageKind.Text, buffer);
        Feed.StateChanged(new FeedState(FeedState.Paused, "by hand"));
        writer.End("closed");
        Publish(Feed.Begin(), "c");
        Feed.Drain("shutdown");

        Assert.Equal(["1 text ab", "state paused", "2-2 gap Disconnected", "3 text c", "drain shutdown"], handler.Words);
        Assert.True(handler.FirstPayload.Span.Overlaps(buffer));
    }

    [Fact]
    public void A_handler_that_throws_is_removed_and_disturbs_no_other()
    {
        using var faulty = Feed.Subscribe(new Recorder { Throws = true });
        var healthy = new Recorder();
        using var other = Feed.Subscribe(healthy);

        var writer = Feed.Begin();
        Publish(writer, "a", "b");

        Assert.IsType<NotSupportedException>(faulty.Fault);
        Assert.Equal(["1 text a", "2 text b"], healthy.Words);
    }

    [Fact]
    public void A_disposed_handler_hears_nothing()
    {
        var handler = new Recorder();
        Feed.Subscribe(handler).Dispose();

        Publish(Feed.Begin(), "a");

        Assert.Empty(handler.Words);
    }

    private sealed class Recorder : IFeedHandler
    {
        public List<string> Words { get; } = [];

        public bool Throws { get; init; }

        public ReadOnlyMemory<byte> FirstPayload { get; private set; }

        public void OnEvent(in FeedEvent feedEvent)
        {
            if (Throws)
                throw new NotSupportedException("handler");
            if (Words.Count == 0)
                FirstPayload = feedEvent.Payload;
            Words.Add(Describe(feedEvent));
        }
    }
}
