using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds.Actors;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.TestKit;
using Akka.Actor;
using Akka.Hosting;

namespace ActorHeartbeat.Samples;

/// <summary>The README's example on Akka.Hosting.TestKit.</summary>
public sealed class HostedPriceTests : Akka.Hosting.TestKit.TestKit
{
    private readonly EndpointId _prices = new("prices");
    private readonly ScriptedNetwork _network = new();

    protected override void ConfigureAkka(AkkaConfigurationBuilder builder, IServiceProvider provider) => builder
        .WithConnectionSupervisor(options =>
        {
            options.Dialer = _network;
            options.Add("prices", "ws://in-memory");
        })
        .WithActors((system, registry) =>
        {
            var feeds = registry.Get<FeedBroker>();
            registry.Register<LastPrice>(system.ActorOf(Props.Create(() => new LastPrice(feeds, _prices))));
        });

    [Fact]
    public async Task The_service_knows_the_price_and_says_goodbye_to_the_peer()
    {
        await AwaitAssertAsync(() => Assert.True(_network.Connection(_prices).IsStarted));
        _network.Connection(_prices).DeliverText("42");
        await AwaitAssertAsync(async () => Assert.Equal("42", await ActorRegistry.Get<LastPrice>().Ask<string>(new LastPrice.GetPrice())));

        await Host.StopAsync();

        Assert.Equal((1001, "shutting down"), Assert.Single(_network.Connection(_prices).Closes));
        Assert.Equal(0, _network.LiveSockets(_prices));
    }
}
