using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
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

    private sealed class BrokenStore : ISubscriptionStore
    {
        public IReadOnlyCollection<SubscriptionKey> Load() => [];

        public void Add(SubscriptionKey key) => throw new InvalidOperationException("the disk is gone");

        public void Remove(SubscriptionKey key)
        {
        }
    }
}
