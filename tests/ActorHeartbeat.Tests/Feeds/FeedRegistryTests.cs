using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using static ActorHeartbeat.Tests.Feeds.FeedFixture;

namespace ActorHeartbeat.Tests.Feeds;

public sealed class FeedRegistryTests
{
    private static readonly EndpointId Other = new("other");

    private readonly FeedFixture _fixture = new(maxSubscribers: 3);

    private FeedRegistry Registry => _fixture.Registry;

    [Fact]
    public void A_selector_sees_endpoints_that_match_now_or_later_and_loses_those_that_stop_matching()
    {
        var subscription = Registry.Subscribe(LabelSelector.Parse("venue=binance"), Quiet);
        var first = _fixture.Feed.Begin();
        Publish(first, "a");

        var later = Add(Other, "binance").Begin();
        Publish(later, "b");
        Add(new EndpointId("third"), "kraken");
        Publish(Registry.Find(new EndpointId("third"))!.Begin(), "unseen");
        Add(Other, "kraken");
        Publish(later, "unseen");
        Publish(first, "c");

        Assert.Equal(["1 text a", "1 text b", "2 text c"], ReadAll(subscription));
    }

    [Fact]
    public void Losses_of_a_selector_are_announced_per_endpoint()
    {
        var subscription = Registry.Subscribe(LabelSelector.All, Quiet with { Capacity = 2 });
        var (one, two) = (_fixture.Feed.Begin(), Add(Other, "x").Begin());

        Publish(one, "a1", "a2");
        Publish(two, "b1", "b2");
        Publish(two, "b3");

        Assert.Equal(["1-1 gap Overflow", "2 text b2", "3 text b3", "1-2 gap Overflow"], ReadAll(subscription));
        Assert.Equal((2L, 1L), (_fixture.Feed.Dropped, Registry.Find(Other)!.Dropped));
    }

    [Fact]
    public async Task Over_a_selector_each_endpoint_pauses_or_drops_as_its_own_limits_say()
    {
        var subscription = Registry.Subscribe(LabelSelector.All, Quiet with { Capacity = 2 });
        var pausing = Registry.GetOrAdd(new EndpointId("pausing"), new LimitSettings { Overflow = OverflowPolicy.PauseReading }).Begin();
        var dropping = Registry.GetOrAdd(new EndpointId("dropping"), new LimitSettings()).Begin();
        Publish(pausing, "1");
        Publish(dropping, "1", "2", "3", "4");
        Assert.False(pausing.IsPaused);

        var pump = pausing.PublishAsync(MessageKind.Text, "2"u8.ToArray()).AsTask();
        Assert.True(pausing.IsPaused);
        Publish(dropping, "5");

        Assert.Equal(["pausing 1", "dropping 1-3 gap", "dropping 4", "pausing 2", "dropping 5"], Read());
        await pump.WaitAsync(TimeSpan.FromSeconds(10));

        List<string> Read()
        {
            var lines = new List<string>();
            while (subscription.TryRead(out var e))
                lines.Add($"{e.Endpoint} {(e.Gap is { } gap ? $"{gap.From}-{gap.To} gap" : $"{e.Seq}")}");
            return lines;
        }
    }

    [Fact]
    public async Task An_endpoint_that_disconnects_a_stream_costs_one_that_pauses_nothing()
    {
        var pausing = Registry.GetOrAdd(new EndpointId("pausing"), new LimitSettings { Overflow = OverflowPolicy.PauseReading }).Begin();
        var other = Registry.GetOrAdd(new EndpointId("other"), new LimitSettings { Overflow = OverflowPolicy.Disconnect }).Begin();
        var subscription = Registry.Subscribe(LabelSelector.All, Quiet with { Capacity = 3 });
        Publish(pausing, "1", "2");
        Publish(other, "1", "2", "3", "4", "5");
        Assert.Equal(SubscriptionStatus.Overflowed, subscription.Status);

        var pump = pausing.PublishAsync(MessageKind.Text, "3"u8.ToArray()).AsTask();
        Registry.Subscribe(LabelSelector.All, Quiet).Dispose(); // forgets streams that are over
        Assert.True(pausing.IsPaused);
        Assert.Equal(["1 text 1", "2 text 2", "3 text 3", "1-4 gap Overflow"], ReadAll(subscription));

        await subscription.Completion.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(pump.IsCompleted);
        Assert.True(ResumePoint.TryParse("run1;pausing=3,other=4", out var point));
        var again = Registry.Subscribe(LabelSelector.All, Quiet with { Resume = point });
        subscription.Dispose();
        await pump.WaitAsync(TimeSpan.FromSeconds(10));
        Publish(pausing, "4");

        Assert.Equal(["4 text 4", "5 text 5"], ReadAll(again).Order(StringComparer.Ordinal));
        Assert.Equal(1, Registry.Subscribers);
    }

    [Fact]
    public async Task A_disconnected_stream_that_nobody_reads_lets_the_others_go_when_it_is_disposed()
    {
        var pausing = Registry.GetOrAdd(new EndpointId("pausing"), new LimitSettings { Overflow = OverflowPolicy.PauseReading }).Begin();
        var other = Registry.GetOrAdd(new EndpointId("other"), new LimitSettings { Overflow = OverflowPolicy.Disconnect }).Begin();
        var subscription = Registry.Subscribe(LabelSelector.All, Quiet with { Capacity = 3 });
        Publish(other, "1", "2", "3", "4");
        var pump = pausing.PublishAsync(MessageKind.Text, "1"u8.ToArray()).AsTask();
        Assert.False(pump.IsCompleted);

        subscription.Dispose();

        await pump.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_selector_resumes_each_endpoint_where_it_was_and_unseen_endpoints_from_the_oldest_event()
    {
        Add(Other, "x");
        Registry.Subscribe(LabelSelector.All, Quiet).Dispose();
        PublishNumbers(_fixture.Feed.Begin(), 1, 3);
        Publish(Registry.Find(Other)!.Begin(), "a", "b");
        Assert.True(ResumePoint.TryParse("run1;venue.trades=2", out var point));

        var subscription = Registry.Subscribe(LabelSelector.All, Quiet with { Resume = point });
        Publish(Registry.Find(Other)!.Begin(), "live");

        Assert.Equal(["1 text a", "2 text b", "3 text 3", "3 text live"], ReadAll(subscription).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Removing_an_endpoint_ends_its_own_streams_and_is_reported_to_selectors()
    {
        var own = _fixture.Subscribe();
        var all = Registry.Subscribe(LabelSelector.All, Quiet);
        var other = Add(Other, "x");

        Registry.Remove(FeedFixture.Endpoint, "removed");
        Publish(other.Begin(), "still here");

        Assert.Equal(["drain removed"], ReadAll(own));
        Assert.Equal(["drain removed", "1 text still here"], ReadAll(all));
        Assert.Null(Registry.Find(FeedFixture.Endpoint));
        Assert.Equal((SubscriptionStatus.Drained, SubscriptionStatus.Running), (own.Status, all.Status));
    }

    [Fact]
    public void An_endpoint_that_comes_back_goes_on_above_its_old_numbers()
    {
        PublishNumbers(_fixture.Feed.Begin(), 1, 5);
        Registry.Remove(FeedFixture.Endpoint, "removed");

        var feed = Registry.GetOrAdd(FeedFixture.Endpoint, new LimitSettings());
        var subscription = _fixture.Subscribe(Quiet with { Resume = ResumePoint.After("run1", FeedFixture.Endpoint, 2) });
        var writer = feed.Begin();
        Publish(writer, "six");

        Assert.Equal(["3-5 gap NotRetained", "6 text six"], ReadAll(subscription));
        Assert.Equal(2, writer.Epoch);
    }

    [Fact]
    public void An_endpoint_may_be_subscribed_to_before_it_exists()
    {
        var subscription = Registry.Subscribe(Other, Quiet);

        Publish(Add(Other, "x").Begin(), "a");

        Assert.Equal(["1 text a"], ReadAll(subscription));
    }

    [Fact]
    public void Draining_ends_every_stream_and_every_later_one()
    {
        FeedSubscription[] streams = [_fixture.Subscribe(), Registry.Subscribe(LabelSelector.All, Quiet), Registry.Subscribe(Other, Quiet)];

        Registry.Drain("shutdown");

        Assert.All(streams, stream => Assert.Equal(["drain shutdown"], ReadAll(stream)));
        Assert.Equal(["drain shutdown"], ReadAll(_fixture.Subscribe()));
        Assert.Equal(["drain shutdown"], ReadAll(Registry.Subscribe(LabelSelector.All)));
    }

    [Fact]
    public void Subscribers_are_capped_and_a_subscriber_that_leaves_makes_room()
    {
        var one = _fixture.Subscribe();
        var slow = _fixture.Subscribe(Quiet with { Capacity = 1, Overflow = OverflowPolicy.Disconnect });
        _fixture.Subscribe();

        Assert.Throws<TooManySubscribersException>(() => _fixture.Subscribe());
        one.Dispose();
        _fixture.Subscribe();
        PublishNumbers(_fixture.Feed.Begin(), 1, 2);
        _fixture.Subscribe();

        Assert.Equal(SubscriptionStatus.Overflowed, slow.Status);
        Assert.Equal(3, Registry.Subscribers);
    }

    [Theory]
    [InlineData("*", true)]
    [InlineData("", true)]
    [InlineData("venue=binance", true)]
    [InlineData("venue = binance , tier", true)]
    [InlineData("venue=kraken", false)]
    [InlineData("venue!=kraken", true)]
    [InlineData("region!=eu", true)]
    [InlineData("tier!=gold", false)]
    [InlineData("tier", true)]
    [InlineData("!tier", false)]
    [InlineData("!region", true)]
    [InlineData("venue=binance,region", false)]
    public void A_label_selector_selects(string text, bool selected)
    {
        var labels = Labels(("venue", "binance"), ("tier", "gold"));

        Assert.Equal(selected, LabelSelector.Parse(text).Matches(labels));
    }

    [Theory]
    [InlineData("=x")]
    [InlineData("a=b,,c")]
    [InlineData("!")]
    [InlineData("!=x")]
    public void A_malformed_selector_says_which_term(string text) =>
        Assert.Contains("has no key", Assert.Throws<FormatException>(() => LabelSelector.Parse(text)).Message, StringComparison.Ordinal);

    private Feed Add(EndpointId endpoint, string venue) => Registry.GetOrAdd(endpoint, new LimitSettings(), Labels(("venue", venue)));
}
