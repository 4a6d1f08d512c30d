using System.Globalization;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using static ActorHeartbeat.Tests.Feeds.FeedFixture;

namespace ActorHeartbeat.Tests.Feeds;

public sealed class FeedResumeTests
{
    [Fact]
    public void Resuming_replays_what_is_kept_after_the_last_seen_number_and_goes_on_live()
    {
        var fixture = Published(10, new LimitSettings());

        var subscription = fixture.Subscribe(After("run1", 8));
        Publish(fixture.Feed.Begin(), "live");

        Assert.Equal(["9 text 9", "10 text 10", "11 text live"], ReadAll(subscription));
    }

    [Fact]
    public void Resuming_before_what_is_kept_begins_with_a_gap()
    {
        var fixture = Published(10, new LimitSettings { Replay = 3 });

        var subscription = fixture.Subscribe(After("run1", 2));

        var gap = Next(subscription);
        Assert.Equal<(GapReason?, long, long?, long?, long)>(
            (GapReason.NotRetained, 3L, 7, 2L, 7L), (gap.Gap?.Reason, gap.FirstSeq, gap.Gap?.To, gap.Gap?.LastSeq, gap.Seq));
        Assert.Equal(["8 text 8", "9 text 9", "10 text 10"], ReadAll(subscription));
    }

    [Theory]
    [InlineData("run0", 9)]
    [InlineData("run1", 11)]
    public void Resuming_at_a_number_of_another_run_begins_with_a_gap_and_everything_that_is_kept(string instance, long seen)
    {
        var fixture = Published(10, new LimitSettings { Replay = 2 });

        var subscription = fixture.Subscribe(After(instance, seen));

        var gap = Next(subscription);
        Assert.Equal<(GapReason?, long, long?, long?, long)>(
            (GapReason.Renumbered, 1L, 8, seen, 8L), (gap.Gap?.Reason, gap.FirstSeq, gap.Gap?.To, gap.Gap?.LastSeq, gap.Seq));
        Assert.Equal(["9 text 9", "10 text 10"], ReadAll(subscription));
    }

    [Fact]
    public void Resuming_at_the_newest_number_replays_nothing()
    {
        var fixture = Published(10, new LimitSettings());

        Assert.Empty(ReadAll(fixture.Subscribe(After("run1", 10))));
    }

    [Fact]
    public void Without_a_resume_point_only_live_events_come_after_the_present_state()
    {
        var fixture = Published(10, new LimitSettings());
        fixture.Feed.StateChanged(new FeedState(FeedState.Open, ""));

        Assert.Equal(["state open"], ReadAll(fixture.Subscribe(SubscriptionOptions.Default)));
    }

    [Fact]
    public void States_from_before_the_first_subscriber_come_to_one_who_begins_at_the_oldest()
    {
        var fixture = new FeedFixture();
        Report(fixture, FeedState.Connecting, FeedState.Open);
        PublishNumbers(fixture.Feed.Begin(), 1, 3);
        fixture.Feed.StateChanged(new FeedState(FeedState.BackingOff, "quota exhausted"));
        Report(fixture, FeedState.Connecting);

        var subscription = fixture.Subscribe(new SubscriptionOptions { Resume = ResumePoint.Oldest });
        Publish(fixture.Feed.Begin(), "live");

        Assert.Equal(
            ["state connecting", "state open", "state backing-off", "state connecting", "4 text live"], ReadAll(subscription));
    }

    [Fact]
    public void States_stand_where_they_happened_and_bring_no_gap()
    {
        var fixture = Published(0, new LimitSettings { Replay = 3 });
        Report(fixture, FeedState.Connecting, FeedState.Open);
        PublishNumbers(fixture.Feed.Begin(), 1, 4);
        Report(fixture, FeedState.BackingOff);
        PublishNumbers(fixture.Feed.Begin(), 5, 5);
        Report(fixture, FeedState.Open);
        PublishNumbers(fixture.Feed.Begin(), 6, 6);

        string[] kept = ["4 text 4", "state backing-off", "5 text 5", "state open", "6 text 6"];
        Assert.Equal(["state connecting", "state open", .. kept], ReadAll(Resumed(ResumePoint.Oldest)));
        Assert.Equal(kept[1..], ReadAll(Resumed(At("run1", 4))));
        Assert.Equal(kept[3..], ReadAll(Resumed(At("run1", 5))));
        Assert.Equal(["state open"], ReadAll(Resumed(At("run1", 6))));
        Assert.Equal(["2-3 gap NotRetained", .. kept], ReadAll(Resumed(At("run1", 1))));
        Assert.Equal(["state connecting", "state open", "1-3 gap Renumbered", .. kept], ReadAll(Resumed(At("run0", 5))));

        FeedSubscription Resumed(ResumePoint point) => fixture.Subscribe(new SubscriptionOptions { Resume = point });
    }

    [Fact]
    public void A_kept_state_has_the_time_and_the_connection_of_its_report()
    {
        var fixture = new FeedFixture();
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Report(fixture, FeedState.Connecting);
        var connecting = fixture.Time.GetUtcNow();
        fixture.Feed.Begin().End("cut");
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Report(fixture, FeedState.BackingOff);
        var backingOff = fixture.Time.GetUtcNow();
        fixture.Feed.Begin();
        fixture.Time.Advance(TimeSpan.FromSeconds(1));

        var subscription = fixture.Subscribe(new SubscriptionOptions { Resume = ResumePoint.Oldest });

        Assert.Equal(("run1", FeedFixture.Endpoint, 0, connecting), Origin(Next(subscription)));
        Assert.Equal(("run1", FeedFixture.Endpoint, 1, backingOff), Origin(Next(subscription)));

        static (string, EndpointId, int, DateTimeOffset) Origin(FeedEvent state) =>
            (state.Instance, state.Endpoint, state.Epoch, state.Time);
    }

    [Fact]
    public void The_latest_sixteen_states_are_kept()
    {
        var fixture = new FeedFixture();
        for (var round = 1; round <= 20; round++)
            fixture.Feed.StateChanged(new FeedState(FeedState.BackingOff, $"cause {round}"));

        var subscription = fixture.Subscribe(new SubscriptionOptions { Resume = ResumePoint.Oldest });

        for (var round = 5; round <= 20; round++)
            Assert.Equal($"cause {round}", Next(subscription).State?.Cause);
        Assert.False(subscription.TryRead(out _));
    }

    [Fact]
    public void Resuming_from_the_oldest_replays_everything_that_is_kept()
    {
        var fixture = Published(4, new LimitSettings { Replay = 2 });

        Assert.Equal(["3 text 3", "4 text 4"], ReadAll(fixture.Subscribe(Quiet with { Resume = ResumePoint.Oldest })));
    }

    [Fact]
    public void A_gap_is_kept_for_replay_like_a_message()
    {
        var fixture = new FeedFixture();
        fixture.Subscribe().Dispose();
        var writer = fixture.Feed.Begin();
        Publish(writer, "a");
        writer.End("reset");
        Publish(fixture.Feed.Begin(), "b");

        Assert.Equal(["1 text a", "2-2 gap Disconnected", "3 text b"], ReadAll(fixture.Subscribe(After("run1", 0))));
    }

    [Fact]
    public void A_message_of_middling_size_drives_out_neither_a_larger_one_nor_what_came_before_it()
    {
        var fixture = Published(0, new LimitSettings { ReplayBytes = 100 });

        Publish(fixture.Feed.Begin(), ["one", "two", new string('x', 500), "three", new string('y', 50), "four"]);

        Assert.Equal(6, ReadAll(fixture.Subscribe(Quiet with { Resume = ResumePoint.Oldest })).Count());
    }

    [Fact]
    public void The_ring_is_bounded_by_bytes_and_a_large_message_does_not_drive_out_what_it_follows()
    {
        var fixture = Published(0, new LimitSettings { ReplayBytes = 100 });
        var writer = fixture.Feed.Begin();
        var large = new string('x', 500);

        Publish(writer, [.. Enumerable.Range(0, 20).Select(number => $"small{number % 10}")]);
        Assert.Equal((4, 20), Kept());
        Publish(writer, large);
        Assert.Equal((5, 21), Kept());
        Publish(writer, "small0");
        Assert.Equal((6, 22), Kept());
        Publish(writer, large);
        Assert.Equal((22, 23), Kept());

        (int First, int Last) Kept()
        {
            var numbers = ReadAll(fixture.Subscribe(Quiet with { Resume = ResumePoint.Oldest }))
                .Select(line => int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture))
                .ToArray();
            Assert.Equal(Enumerable.Range(numbers[0], numbers.Length), numbers);
            return (numbers[0], numbers[^1]);
        }
    }

    [Fact]
    public void A_smaller_limit_takes_effect_at_once()
    {
        var fixture = Published(10, new LimitSettings());

        fixture.Feed.Configure(new LimitSettings { Replay = 1 });

        Assert.Equal(["10 text 10"], ReadAll(fixture.Subscribe(Quiet with { Resume = ResumePoint.Oldest })));
    }

    [Fact]
    public void Replay_does_not_count_against_the_capacity_of_the_queue()
    {
        var fixture = Published(10, new LimitSettings());

        var subscription = fixture.Subscribe(After("run1", 0) with { Capacity = 1 });
        Publish(fixture.Feed.Begin(), "x");

        Assert.Equal(11, ReadAll(subscription).Length);
    }

    [Theory]
    [InlineData("run1;venue.trades=12", true)]
    [InlineData("run1;a=1,b:x@y=2", true)]
    [InlineData("run1;", true)]
    [InlineData("", false)]
    [InlineData(";a=1", false)]
    [InlineData("run1", false)]
    [InlineData("run1;a=-1", false)]
    [InlineData("run1;a=one", false)]
    [InlineData("run1;a b=1", false)]
    [InlineData("run1;a=1;b=2", false)]
    public void A_resume_point_reads_its_own_text_and_refuses_others(string text, bool isOne)
    {
        Assert.Equal(isOne, ResumePoint.TryParse(text, out var point));
        if (isOne)
            Assert.Equal(text, point.ToString());
    }

    private static SubscriptionOptions After(string instance, long seq) => Quiet with { Resume = At(instance, seq) };

    private static ResumePoint At(string instance, long seq) => ResumePoint.After(instance, FeedFixture.Endpoint, seq);

    private static void Report(FeedFixture fixture, params string[] states)
    {
        foreach (var state in states)
            fixture.Feed.StateChanged(new FeedState(state, ""));
    }

    /// <summary>Creates a feed that has had a subscriber, so that it keeps messages, and publishes 1 to <paramref name="count"/>.</summary>
    private static FeedFixture Published(int count, LimitSettings limits)
    {
        var fixture = new FeedFixture(limits);
        fixture.Subscribe().Dispose();
        PublishNumbers(fixture.Feed.Begin(), 1, count);
        return fixture;
    }
}
