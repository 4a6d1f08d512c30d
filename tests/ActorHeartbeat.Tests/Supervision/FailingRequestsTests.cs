using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Feeds.Actors;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Supervision;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>Messages whose handling throws: the one who asked learns it, and no endpoint does.</summary>
public class FailingRequestsTests : SupervisorSpec
{
    public FailingRequestsTests()
        : base(VirtualTime.Configuration) // an exception goes to another process by a serializer of Akka.Remote, which is not here
    {
    }

    [Fact]
    public void A_store_of_the_host_that_throws_costs_the_request_and_no_endpoint()
    {
        Supervisor = Sys.ActorOf(
            ConnectionSupervisor.Props(Dependencies with { SubscriptionStore = new BrokenStore() }), "with-broken-store");
        Apply(Saying(Endpoint("a")), Endpoint("b"));
        AwaitStates(("a", "open"), ("b", "open"));

        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => Supervisor.Tell(Subscription("ETH"), TestActor));

        Assert.Equal("the disk is gone", ExpectMsg<Status.Failure>().Cause.Message);
        AwaitStates(("a", "open"), ("b", "open"));
        Assert.Equal((1, 1), (Network.DialsOf(Id("a")).Count, Network.DialsOf(Id("b")).Count));
        Assert.Equal((0, 0), (Network.Connection(Id("a")).Aborts, Network.Connection(Id("b")).Aborts));
    }

    [Fact]
    public async Task What_a_request_throws_is_thrown_where_it_was_asked_for()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        var client = new ConnectionsClient(Supervisor);

        await Assert.ThrowsAsync<NullReferenceException>(() => client.AddAsync(settings: null!));

        AwaitStates(("a", "open"));
        Assert.Equal(0, Network.Connection(Id("a")).Aborts);
    }

    [Fact]
    public void A_report_of_a_connection_that_cannot_be_handled_costs_no_endpoint_and_is_not_answered()
    {
        Apply(Endpoint("a"), Endpoint("b"));
        AwaitStates(("a", "open"), ("b", "open"));

        EventFilter
            .Exception<NullReferenceException>()
            .ExpectOne(() => Supervisor.Tell(
                new ConnectionChanged(Id("a"), new ConnectionId(1), Status: null!, Cause: null, RetryIn: null), TestActor));

        Assert.Equal(["open", "open"], List().Select(endpoint => endpoint.State)); // and no answer came before this one
        Assert.Equal((0, 0), (Network.Connection(Id("a")).Aborts, Network.Connection(Id("b")).Aborts));
    }

    [Fact]
    public void Settings_that_no_file_could_have_are_invalid_and_change_nothing()
    {
        Apply(Saying(Endpoint("a")));
        AwaitStates(("a", "open"));
        var twice = new SubscriptionSettings { Send = MessageTemplate.Text("@{each}"), ForEach = ["ETH", "ETH"] };
        var invalid = new CommandResult(CommandOutcome.Invalid, "subscriptions: said: a key stands twice in for-each");

        Supervisor.Tell(new AddEndpoint(Endpoint("b") with { Subscriptions = new([new("said", twice)]) }), TestActor);
        Assert.Equal(invalid, ExpectMsg<CommandResult>());
        Supervisor.Tell(new ReconfigureEndpoint(Endpoint("a") with { Subscriptions = new([new("said", twice)]) }), TestActor);
        Assert.Equal(invalid, ExpectMsg<CommandResult>());

        Assert.Empty(Assert.Single(List()).Settings.Subscriptions["said"].ForEach);
    }

    [Fact]
    public void A_consumer_that_names_a_subscription_that_no_endpoint_of_its_stream_has_is_refused()
    {
        Apply(Saying(Endpoint("a")), Endpoint("b"));
        AwaitStates(("a", "open"), ("b", "open"));
        var unknown = new SubscriptionOptions { Subscriptions = ["sayed"] };
        var known = new SubscriptionOptions { Subscriptions = ["said/x"] };

        Assert.Equal(
            "subscription is \"sayed\", and no endpoint of the stream has such a subscription",
            Assert.Throws<UnknownSubscriptionException>(() => Feeds.Subscribe(Id("a"), unknown)).Message);
        Assert.Throws<UnknownSubscriptionException>(() => Feeds.Subscribe(LabelSelector.All, unknown));
        Assert.Throws<UnknownSubscriptionException>(() => Feeds.Subscribe(Id("b"), known));
        var broker = Sys.ActorOf(FeedBroker.Props(Feeds));
        var request = new SubscribeToFeed(TestActor, Id("a")) { Options = unknown };
        broker.Tell(request);

        Assert.Equal(FeedEndCause.UnknownSubscription, ExpectMsg<FeedEnded>().Cause);
        Feeds.Subscribe(Id("a"), known).Dispose();
        Feeds.Subscribe(Id("later"), unknown).Dispose();
        Feeds.Subscribe(LabelSelector.All, known).Dispose();
    }

    private sealed class BrokenStore : ISubscriptionStore
    {
        public IReadOnlyCollection<SubscriptionKey> Load() => [];

        public void Add(SubscriptionKey key) => throw new InvalidOperationException("the disk is gone");

        public void Remove(SubscriptionKey key)
        {
        }
    }
}
