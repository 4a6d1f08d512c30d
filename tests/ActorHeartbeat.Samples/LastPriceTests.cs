using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Feeds.Actors;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.TestKit;

namespace ActorHeartbeat.Samples;

/// <summary>The README's example on Akka.TestKit.Xunit2.</summary>
public sealed class LastPriceTests : Akka.TestKit.Xunit2.TestKit
{
    public LastPriceTests()
        : base("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
    {
    }

    [Fact]
    public void The_price_is_unknown_from_a_lost_connection_to_the_next_tick()
    {
        var time = (TestScheduler)Sys.Scheduler;
        var network = new ScriptedNetwork((delay, action) => time.ScheduleOnce(delay, action));
        var feeds = new FeedRegistry(TimeProvider.System);
        var prices = new EndpointSettings { Id = new EndpointId("prices"), Url = new Uri("ws://in-memory") };
        var lastPrice = Sys.ActorOf(Props.Create(() => new LastPrice(Sys.ActorOf(FeedBroker.Props(feeds)), prices.Id)));
        var supervisor = Sys.ActorOf(ConnectionSupervisor.Props(new SupervisorDependencies(network, new SecretAttemptResolver(), feeds)));
        supervisor.Tell(new AddEndpoint(prices), ActorRefs.NoSender);

        AwaitAssert(() =>
        {
            time.Advance(TimeSpan.Zero);
            Assert.True(network.Connection(prices.Id).IsStarted);
        });
        network.Connection(prices.Id).DeliverText("42");
        AwaitPrice("42");

        network.Connection(prices.Id).Lose();
        AwaitAssert(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal(2, network.DialCount);
        });
        AwaitPrice("unknown");

        network.Connection(prices.Id).DeliverText("43");
        AwaitPrice("43");
        Assert.Equal(1, network.PeakSockets(prices.Id));

        void AwaitPrice(string price) => AwaitAssert(() =>
        {
            lastPrice.Tell(new LastPrice.GetPrice(), TestActor);
            ExpectMsg(price);
        });
    }
}
