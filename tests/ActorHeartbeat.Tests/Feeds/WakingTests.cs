using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using static ActorHeartbeat.Tests.Feeds.FeedFixture;

namespace ActorHeartbeat.Tests.Feeds;

/// <summary>When a reader who waits hears of a message.</summary>
public sealed class WakingTests
{
    private const int Capacity = 8;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly FeedFixture _fixture = new();
    private int _wakes;

    [Fact]
    public void A_reader_is_woken_by_each_message_while_nobody_tells_where_a_read_ends()
    {
        var subscription = Waiting(OverflowPolicy.DropOldest);

        Publish(_fixture.Feed.Begin(), "a");

        Assert.Equal(1, _wakes);
        Assert.Equal(["1 text a"], ReadAll(subscription));
    }

    [Fact]
    public void A_reader_is_woken_once_for_all_messages_of_a_read()
    {
        var subscription = Waiting(OverflowPolicy.DropOldest);
        var writer = _fixture.Feed.Begin();
        writer.CaughtUp();

        Publish(writer, "a", "b", "c");
        Assert.Equal(0, _wakes);
        writer.CaughtUp();

        Assert.Equal(1, _wakes);
        Assert.Equal(["1 text a", "2 text b", "3 text c"], ReadAll(subscription));
    }

    [Theory]
    [InlineData(OverflowPolicy.DropOldest)]
    [InlineData(OverflowPolicy.PauseReading)]
    public void A_reader_is_woken_within_a_read_before_anything_is_lost(OverflowPolicy policy)
    {
        _ = Waiting(policy);
        var writer = _fixture.Feed.Begin();
        writer.CaughtUp();

        PublishNumbers(writer, 1, Capacity / 2);
        Assert.Equal(0, _wakes);
        PublishNumbers(writer, 5, 5);

        Assert.Equal(1, _wakes);
        Assert.Equal(0, _fixture.Feed.Dropped);
    }

    [Fact]
    public void A_state_wakes_a_reader_at_once()
    {
        var subscription = _fixture.Subscribe(SubscriptionOptions.Default);
        Assert.True(subscription.NotifyWhenReady(() => _wakes++));
        _fixture.Feed.Begin().CaughtUp();

        _fixture.Feed.StateChanged(new FeedState(FeedState.Open, "opened"));

        Assert.Equal(1, _wakes);
    }

    [Fact]
    public void The_end_of_the_connection_wakes_who_was_not_told_of_its_last_messages()
    {
        var subscription = Waiting(OverflowPolicy.DropOldest);
        var writer = _fixture.Feed.Begin();
        writer.CaughtUp();
        Publish(writer, "last");

        writer.End("cut");

        Assert.Equal(1, _wakes);
        Assert.Equal(["1 text last"], ReadAll(subscription));
    }

    [Fact]
    public async Task A_pump_that_waits_for_the_room_of_one_has_told_the_others()
    {
        using var full = _fixture.Subscribe(Quiet with { Capacity = 1, Overflow = OverflowPolicy.PauseReading });
        var subscription = Waiting(OverflowPolicy.PauseReading);
        var writer = _fixture.Feed.Begin();
        writer.CaughtUp();

        var publishing = writer.PublishAsync(MessageKind.Text, "a"u8.ToArray()).AsTask();

        Assert.False(publishing.IsCompleted);
        Assert.Equal(1, _wakes);
        Assert.Equal(["1 text a"], ReadAll(subscription));
        Assert.Equal(["1 text a"], ReadAll(full));
        await publishing.WaitAsync(Deadline);
    }

    private FeedSubscription Waiting(OverflowPolicy policy)
    {
        var subscription = _fixture.Subscribe(Quiet with { Capacity = Capacity, Overflow = policy });
        Assert.True(subscription.NotifyWhenReady(() => _wakes++));
        return subscription;
    }
}
