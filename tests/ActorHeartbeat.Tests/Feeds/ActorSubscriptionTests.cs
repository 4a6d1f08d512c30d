using System.Runtime.CompilerServices;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Feeds.Actors;
using Akka.Actor;
using Akka.TestKit;

namespace ActorHeartbeat.Tests.Feeds;

public sealed class ActorSubscriptionTests : Akka.TestKit.Xunit2.TestKit
{
    private readonly FeedFixture _fixture = new();
    private readonly IActorRef _broker;

    public ActorSubscriptionTests()
        : base(VirtualTime.Serialization) => _broker = Sys.ActorOf(FeedBroker.Props(_fixture.Registry), "feeds");

    [Fact]
    public void An_actor_gets_every_event_in_order_and_never_more_unacknowledged_than_its_window()
    {
        var request = Request(window: 3) with { Options = FeedFixture.Quiet with { Resume = ResumePoint.Oldest } };
        Keep(1, 10);

        _broker.Tell(request);
        ExpectMsg(new FeedSubscribed(request));
        Assert.Equal(["1: 1 text 1", "2: 2 text 2", "3: 3 text 3"], Deliveries(3));
        Reply(new FeedAck(2));
        Assert.Equal(["4: 4 text 4", "5: 5 text 5"], Deliveries(2));
        Reply(new FeedAck(2));
        Reply(new FeedAck(5));
        Assert.Equal(["6: 6 text 6", "7: 7 text 7", "8: 8 text 8"], Deliveries(3));
        _broker.Tell(new UnsubscribeFromFeed(request));

        ExpectMsg(new FeedEnded(request, FeedEndCause.Unsubscribed)); // no further delivery comes first: three are under way
        AwaitCondition(() => _fixture.Registry.Subscribers == 0);
    }

    [Fact]
    public void Events_are_delivered_at_once_while_the_actor_waits()
    {
        Subscribe(Request());
        var writer = _fixture.Feed.Begin();

        FeedFixture.Publish(writer, "a");
        Assert.Equal(["1: 1 text a"], Deliveries(1));
        writer.End("gone");
        writer = _fixture.Feed.Begin();
        FeedFixture.Publish(writer, "b");

        Assert.Equal(["2: 2-2 gap Disconnected", "3: 3 text b"], Deliveries(2));
    }

    [Fact]
    public void The_pace_of_the_actor_reaches_the_peer_under_pause_reading()
    {
        Subscribe(Request(window: 1) with { Options = FeedFixture.Quiet with { Capacity = 1, Overflow = OverflowPolicy.PauseReading } });
        var writer = _fixture.Feed.Begin();
        var publishing = Task.Run(async () =>
        {
            for (var number = 1; number <= 5; number++)
                await writer.PublishAsync(MessageKind.Text, Encoding.UTF8.GetBytes($"{number}"));
        });

        Assert.Equal(["1: 1 text 1"], Deliveries(1));
        AwaitCondition(() => writer.IsPaused);
        Assert.False(publishing.IsCompleted);
        for (var number = 1; number < 5; number++)
        {
            Reply(new FeedAck(number));
            Assert.Equal([$"{number + 1}: {number + 1} text {number + 1}"], Deliveries(1));
        }

        AwaitCondition(() => publishing.IsCompletedSuccessfully);
        Assert.Equal(0, _fixture.Feed.Dropped);
    }

    [Fact]
    public void The_subscription_ends_with_its_actor_and_lets_a_waiting_pump_go()
    {
        var subscriber = CreateTestProbe();
        Subscribe(
            new SubscribeToFeed(subscriber, FeedFixture.Endpoint)
            {
                Window = 1,
                Options = FeedFixture.Quiet with { Capacity = 1, Overflow = OverflowPolicy.PauseReading },
            },
            subscriber);
        var writer = _fixture.Feed.Begin();
        var publishing = Task.Run(async () =>
        {
            for (var number = 1; number <= 5; number++)
                await writer.PublishAsync(MessageKind.Text, new byte[] { 1 });
        });
        AwaitCondition(() => writer.IsPaused);

        Sys.Stop(subscriber);

        AwaitCondition(() => publishing.IsCompletedSuccessfully);
        AwaitCondition(() => _fixture.Registry.Subscribers == 0);
    }

    [Fact]
    public void An_actor_that_does_not_keep_up_is_told_what_it_lost()
    {
        Subscribe(Request(window: 1) with { Options = FeedFixture.Quiet with { Capacity = 2 } });
        var writer = _fixture.Feed.Begin();
        FeedFixture.Publish(writer, "1");
        Assert.Equal(["1: 1 text 1"], Deliveries(1));

        FeedFixture.PublishNumbers(writer, 2, 9);
        for (var delivery = 1; delivery <= 3; delivery++)
            Reply(new FeedAck(delivery));

        Assert.Equal(["2: 2-7 gap Overflow", "3: 8 text 8", "4: 9 text 9"], Deliveries(3));
    }

    [Fact]
    public void An_actor_whose_policy_is_disconnect_is_told_of_the_end()
    {
        var request = Request(window: 1) with { Options = FeedFixture.Quiet with { Capacity = 2, Overflow = OverflowPolicy.Disconnect } };
        Subscribe(request);
        var writer = _fixture.Feed.Begin();
        FeedFixture.Publish(writer, "1");
        Assert.Equal(["1: 1 text 1"], Deliveries(1));

        FeedFixture.PublishNumbers(writer, 2, 4);
        Reply(new FeedAck(1));
        Assert.Equal(["2: 2-4 gap Overflow"], Deliveries(1));
        Reply(new FeedAck(2));

        ExpectMsg(new FeedEnded(request, FeedEndCause.Overflowed));
    }

    [Fact]
    public void An_actor_can_subscribe_again_after_the_end_of_its_endpoint()
    {
        var request = Request();
        Subscribe(request);

        _fixture.Registry.Remove(FeedFixture.Endpoint, "no longer configured");
        Assert.Equal(["1: drain no longer configured"], Deliveries(1));
        ExpectMsg(new FeedEnded(request, FeedEndCause.Drained));
        Subscribe(request);
        FeedFixture.Publish(_fixture.Registry.GetOrAdd(FeedFixture.Endpoint, new LimitSettings()).Begin(), "back");

        Assert.Equal(["1: 1 text back"], Deliveries(1));
    }

    [Fact]
    public void An_actor_that_subscribes_again_gets_again_what_it_has_not_acknowledged()
    {
        var request = Request(window: 4);
        Subscribe(request);
        FeedFixture.Publish(_fixture.Feed.Begin(), "a", "b", "c");
        Assert.Equal(["1: 1 text a", "2: 2 text b", "3: 3 text c"], Deliveries(3));
        Reply(new FeedAck(1));

        _broker.Tell(Request(window: 99));
        ExpectMsg(new FeedSubscribed(request));

        Assert.Equal(["2: 2 text b", "3: 3 text c"], Deliveries(2));
        Assert.Equal(1, _fixture.Registry.Subscribers);
    }

    [Fact]
    public void An_actor_that_is_restarted_over_an_event_misses_none()
    {
        var heard = CreateTestProbe();
        var hasFailed = new StrongBox<bool>();
        Sys.ActorOf(Props.Create(() => new FailsOnce(_broker, heard, hasFailed)));
        heard.ExpectMsg("subscribed");
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() =>
        {
            FeedFixture.Publish(_fixture.Feed.Begin(), "a", "poison", "c");

            heard.ExpectMsg("1 text a");
            heard.ExpectMsg("subscribed");
        });

        heard.ExpectMsg("2 text poison");
        heard.ExpectMsg("3 text c");
    }

    [Fact]
    public void Past_the_cap_an_actor_is_refused()
    {
        var full = new FeedFixture(maxSubscribers: 1);
        using var other = full.Subscribe();
        var broker = Sys.ActorOf(FeedBroker.Props(full.Registry));
        var request = Request();

        broker.Tell(request);

        ExpectMsg(new FeedEnded(request, FeedEndCause.TooManySubscribers));
    }

    [Fact]
    public void One_selector_carries_many_endpoints()
    {
        var second = _fixture.Registry.GetOrAdd(
            new EndpointId("venue.books"), new LimitSettings(), FeedFixture.Labels(("venue", "binance")));
        Subscribe(new SubscribeToFeed(TestActor, LabelSelector.Parse("venue=binance")) { Options = FeedFixture.Quiet });

        FeedFixture.Publish(_fixture.Feed.Begin(), "trade");
        Assert.Equal(["1: 1 text trade"], Deliveries(1));
        FeedFixture.Publish(second.Begin(), "book");

        Assert.Equal(["2: 1 text book"], Deliveries(1));
    }

    [Fact]
    public void A_window_holds_at_least_one() => Assert.Throws<ArgumentOutOfRangeException>(() => Request(window: 0));

    [Theory]
    [InlineData(OverflowPolicy.PauseReading, 4)]
    [InlineData(OverflowPolicy.DropOldest, 16)]
    public async Task An_actor_beside_a_running_pump_can_account_for_every_number(OverflowPolicy overflow, int window)
    {
        const int Messages = 50_000;
        var truth = new Truth();
        using var listening = _fixture.Feed.Subscribe(truth);
        var ledger = new Ledger();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = FeedFixture.Quiet with { Capacity = 64, Overflow = overflow };
        Sys.ActorOf(Props.Create(() => new BookKeeper(_broker, ledger, ended, options, window, TestActor)));
        ExpectMsg("subscribed");

        var writer = _fixture.Feed.Begin();
        for (var number = 0; number < Messages; number++)
        {
            await writer.PublishAsync(MessageKind.Text, BitConverter.GetBytes(number));
            if (number % 10_000 == 9_999)
            {
                writer.End("cut");
                writer = _fixture.Feed.Begin();
            }
        }
        _fixture.Feed.Drain("done");
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));

        ledger.AssertIsComplete(truth, from: 1);
        Assert.Equal(_fixture.Feed.Dropped, ledger.Lost);
        Assert.True(overflow != OverflowPolicy.PauseReading || ledger.Lost == 0, $"{ledger.Lost} were lost");
    }

    private SubscribeToFeed Request(int window = 64) =>
        new(TestActor, FeedFixture.Endpoint) { Window = window, Options = FeedFixture.Quiet };

    private void Keep(int first, int last)
    {
        _fixture.Subscribe().Dispose(); // the feed keeps nothing before its first subscriber
        FeedFixture.PublishNumbers(_fixture.Feed.Begin(), first, last);
    }

    private void Subscribe(SubscribeToFeed request, TestProbe? subscriber = null)
    {
        _broker.Tell(request);
        (subscriber ?? (TestKitBase)this).ExpectMsg(new FeedSubscribed(request));
    }

    private string[] Deliveries(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => ExpectMsg<FeedDelivery>())
                .Select(delivery => $"{delivery.Number}: {FeedFixture.Describe(delivery.Event)}"),
        ];

    private void Reply(object message) => LastSender.Tell(message);

    private sealed class FailsOnce : UntypedActor
    {
        private readonly IActorRef _broker;
        private readonly IActorRef _heard;
        private readonly StrongBox<bool> _hasFailed;

        public FailsOnce(IActorRef broker, IActorRef heard, StrongBox<bool> hasFailed) =>
            (_broker, _heard, _hasFailed) = (broker, heard, hasFailed);

        protected override void PreStart() =>
            _broker.Tell(new SubscribeToFeed(Self, FeedFixture.Endpoint) { Window = 1, Options = FeedFixture.Quiet });

        protected override void OnReceive(object message)
        {
            if (message is FeedSubscribed)
                _heard.Tell("subscribed");
            if (message is not FeedDelivery delivery)
                return;
            var words = FeedFixture.Describe(delivery.Event);
            if (words.Contains("poison", StringComparison.Ordinal) && !_hasFailed.Value)
            {
                _hasFailed.Value = true;
                throw new InvalidOperationException("the first time");
            }
            _heard.Tell(words);
            Sender.Tell(new FeedAck(delivery.Number));
        }
    }

    private sealed class BookKeeper : UntypedActor
    {
        private readonly Ledger _ledger;
        private readonly TaskCompletionSource _ended;
        private readonly IActorRef _witness;

        public BookKeeper(
            IActorRef broker, Ledger ledger, TaskCompletionSource ended, SubscriptionOptions options, int window, IActorRef witness)
        {
            (_ledger, _ended, _witness) = (ledger, ended, witness);
            broker.Tell(new SubscribeToFeed(Self, FeedFixture.Endpoint) { Options = options, Window = window });
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case FeedSubscribed:
                    _witness.Tell("subscribed");
                    break;
                case FeedDelivery delivery:
                    _ledger.Enter(delivery.Event);
                    Sender.Tell(new FeedAck(delivery.Number));
                    break;
                case FeedEnded:
                    _ended.TrySetResult();
                    break;
            }
        }
    }
}
