using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using static ActorHeartbeat.Tests.Feeds.FeedFixture;

namespace ActorHeartbeat.Tests.Feeds;

public sealed class FeedSubscriptionTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly FeedFixture _fixture = new();

    private Feed Feed => _fixture.Feed;

    [Fact]
    public void Drop_oldest_keeps_the_newest_and_announces_the_loss_first()
    {
        var subscription = _fixture.Subscribe(Quiet with { Capacity = 3, Overflow = OverflowPolicy.DropOldest });

        PublishNumbers(Feed.Begin(), 1, 10);

        Assert.Equal(["1-7 gap Overflow", "8 text 8", "9 text 9", "10 text 10"], ReadAll(subscription));
        Assert.Equal(7, Feed.Dropped);
    }

    [Fact]
    public void Drop_newest_keeps_the_oldest_and_announces_the_loss_when_the_reader_has_caught_up()
    {
        var subscription = _fixture.Subscribe(Quiet with { Capacity = 3, Overflow = OverflowPolicy.DropNewest });
        var writer = Feed.Begin();

        PublishNumbers(writer, 1, 10);
        var caughtUp = ReadAll(subscription);
        PublishNumbers(writer, 11, 12);

        Assert.Equal(["1 text 1", "2 text 2", "3 text 3", "4-10 gap Overflow"], caughtUp);
        Assert.Equal(["11 text 11", "12 text 12"], ReadAll(subscription));
    }

    [Fact]
    public async Task Disconnect_ends_the_stream_with_a_gap_and_frees_the_queue()
    {
        var subscription = _fixture.Subscribe(Quiet with { Capacity = 3, Overflow = OverflowPolicy.Disconnect });
        var writer = Feed.Begin();

        PublishNumbers(writer, 1, 3);
        Assert.False(subscription.WhenEnded.IsCompleted);
        PublishNumbers(writer, 4, 5);

        Assert.True(subscription.WhenEnded.IsCompleted);
        Assert.Equal(SubscriptionStatus.Overflowed, subscription.Status);
        Assert.Equal(["1-4 gap Overflow"], ReadAll(subscription));
        Assert.Equal(0, _fixture.Registry.Subscribers);
        await subscription.Completion.WaitAsync(Deadline);
    }

    [Fact]
    public void A_subscription_that_is_disposed_with_events_unread_is_complete()
    {
        var subscription = _fixture.Subscribe(Quiet with { Capacity = 3 });
        PublishNumbers(Feed.Begin(), 1, 2);
        Assert.False(subscription.Completion.IsCompleted);

        subscription.Dispose();

        Assert.True(subscription.Completion.IsCompletedSuccessfully);
        Assert.Empty(ReadAll(subscription));
    }

    [Fact]
    public void Bytes_bound_a_queue_as_well_and_one_large_message_neither_drives_others_out_nor_is_driven_out()
    {
        const string large = "a message of more than ten bytes";
        var subscription = _fixture.Subscribe(Quiet with { CapacityBytes = 10 });

        Publish(Feed.Begin(), "1234", "5678", large, "9", "0123", "4567");

        Assert.Equal(
            ["1-1 gap Overflow", "2 text 5678", $"3 text {large}", "4 text 9", "5 text 0123", "6 text 4567"], ReadAll(subscription));
    }

    [Fact]
    public void When_the_large_message_is_read_the_bytes_are_bounded_as_before()
    {
        var subscription = _fixture.Subscribe(Quiet with { CapacityBytes = 10 });
        var writer = Feed.Begin();
        Publish(writer, "a message of more than ten bytes");
        ReadAll(subscription);

        Publish(writer, "1234", "5678", "9012", "3456", "7890");

        Assert.Equal(["2-2 gap Overflow", "3 text 5678", "4 text 9012", "5 text 3456", "6 text 7890"], ReadAll(subscription));
    }

    [Fact]
    public async Task Pause_reading_keeps_the_pump_waiting_until_half_of_the_queue_is_read()
    {
        var subscription = _fixture.Subscribe(Quiet with { Capacity = 4, Overflow = OverflowPolicy.PauseReading });
        var writer = Feed.Begin();
        PublishNumbers(writer, 1, 3);
        Assert.False(writer.IsPaused);

        var pump = writer.PublishAsync(MessageKind.Text, "4"u8.ToArray()).AsTask();
        Assert.False(pump.IsCompleted);
        Assert.True(writer.IsPaused);
        var read = ReadAll(subscription);
        await pump.WaitAsync(Deadline);

        Assert.Equal(["1 text 1", "2 text 2", "3 text 3", "4 text 4"], read);
        Assert.False(writer.IsPaused);
        Assert.Equal(0, Feed.Dropped);
    }

    [Theory]
    [InlineData("the connection ends")]
    [InlineData("the subscriber leaves")]
    [InlineData("the process drains")]
    [InlineData("the policy changes")]
    public async Task A_paused_pump_goes_on_when(string reason)
    {
        using var fixture = new Pausing(_fixture);

        switch (reason)
        {
            case "the connection ends":
                fixture.Writer.End("aborted");
                break;
            case "the subscriber leaves":
                fixture.Subscription.Dispose();
                break;
            case "the process drains":
                _fixture.Registry.Drain("shutdown");
                break;
            default:
                Feed.Configure(new LimitSettings { Overflow = OverflowPolicy.DropOldest });
                break;
        }

        await fixture.Pump.WaitAsync(Deadline);
        Assert.False(fixture.Writer.IsPaused);
    }

    [Fact]
    public void Under_pause_reading_states_and_gaps_are_bounded_too()
    {
        using var fixture = new Pausing(_fixture);
        fixture.Writer.End("reset");

        for (var connection = 0; connection < 20; connection++)
        {
            var writer = Feed.Begin();
            writer.Opened();
            writer.End("reset");
            Feed.StateChanged(new FeedState(FeedState.Paused, ""));
        }

        Assert.Equal(["1 text a", "2 text b", "3-3 gap Disconnected", "state paused", "4-22 gap Overflow"], ReadAll(fixture.Subscription));
    }

    [Fact]
    public async Task A_waiting_reader_is_woken_by_the_next_event()
    {
        var subscription = _fixture.Subscribe();
        var reading = subscription.ReadAsync().AsTask();
        Assert.False(reading.IsCompleted);

        Publish(Feed.Begin(), "a");

        Assert.Equal("1 text a", Describe(await reading.WaitAsync(Deadline)));
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_begun_again()
    {
        var subscription = _fixture.Subscribe();
        using var cancellation = new CancellationTokenSource();
        var waiting = subscription.WaitToReadAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var again = subscription.WaitToReadAsync().AsTask();
        Publish(Feed.Begin(), "a");

        Assert.True(await again.WaitAsync(Deadline));
        Assert.Equal(["1 text a"], ReadAll(subscription));
    }

    [Fact]
    public void A_second_waiting_reader_is_refused()
    {
        var subscription = _fixture.Subscribe();
        _ = subscription.WaitToReadAsync().AsTask();

        Assert.Throws<InvalidOperationException>(() => { _ = subscription.WaitToReadAsync().AsTask(); });
    }

    [Fact]
    public async Task Leaving_the_loop_ends_the_subscription()
    {
        var subscription = _fixture.Subscribe();
        PublishNumbers(Feed.Begin(), 1, 3);

        await foreach (var feedEvent in subscription)
        {
            if (feedEvent.Seq == 2)
                break;
        }

        Assert.Equal(SubscriptionStatus.Disposed, subscription.Status);
        Assert.Equal(0, _fixture.Registry.Subscribers);
    }

    [Fact]
    public async Task A_drain_is_the_last_event_after_everything_that_waits()
    {
        var subscription = _fixture.Subscribe(Quiet with { Capacity = 2 });
        PublishNumbers(Feed.Begin(), 1, 3);

        Feed.Drain("removed from the configuration");
        var words = new List<string>();
        await foreach (var feedEvent in subscription)
            words.Add(Describe(feedEvent));

        Assert.Equal(["1-1 gap Overflow", "2 text 2", "3 text 3", "drain removed from the configuration"], words);
        await subscription.Completion.WaitAsync(Deadline);
    }

    [Fact]
    public void Subscribers_share_one_copy_of_a_payload()
    {
        var (one, other) = (_fixture.Subscribe(), _fixture.Subscribe());

        Publish(Feed.Begin(), "a");

        Assert.True(Next(one).Payload.Equals(Next(other).Payload));
    }

    [Fact]
    public void A_lost_state_leaves_no_hole_in_the_numbers()
    {
        var subscription = _fixture.Subscribe(new SubscriptionOptions { Capacity = 1 });
        var writer = Feed.Begin();

        Publish(writer, "a");
        Feed.StateChanged(new FeedState(FeedState.Paused, ""));
        Publish(writer, "b");

        Assert.Equal(["1-1 gap Overflow", "2 text b"], ReadAll(subscription));
    }

    /// <summary>A pump that waits for a subscriber that does not read.</summary>
    private sealed class Pausing : IDisposable
    {
        public Pausing(FeedFixture fixture)
        {
            fixture.Feed.Configure(new LimitSettings { Overflow = OverflowPolicy.PauseReading });
            Subscription = fixture.Subscribe(new SubscriptionOptions { Capacity = 2 });
            Writer = fixture.Feed.Begin();
            Publish(Writer, "a");
            Pump = Writer.PublishAsync(MessageKind.Text, Encoding.UTF8.GetBytes("b")).AsTask();
            Assert.True(Writer.IsPaused);
        }

        public FeedSubscription Subscription { get; }

        public FeedWriter Writer { get; }

        public Task Pump { get; }

        public void Dispose() => Subscription.Dispose();
    }
}
