using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Feeds.Actors;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.WebSockets;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>Embeds the library: a supervisor with endpoints <c>e0</c>, <c>e1</c>, ... on one server, over real sockets.</summary>
internal sealed class Supervised : IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create(
        "show", ConfigurationFactory.ParseString("akka.loglevel = ERROR").WithFallback(DedicatedThreadScheduler.Configuration));
    private readonly IActorRef _supervisor;
    private readonly EndpointSettings[] _endpoints;

    public Supervised(int count, Func<int, Uri> url, TlsSettings? tls = null)
    {
        var dependencies = new SupervisorDependencies(new TransportCatalog(TimeProvider.System), new SecretAttemptResolver(), Feeds);
        _supervisor = _system.ActorOf(ConnectionSupervisor.Props(dependencies), "connections");
        Broker = _system.ActorOf(FeedBroker.Props(Feeds), "feeds");
        _endpoints =
        [
            .. Enumerable
                .Range(0, count)
                .Select(index => new EndpointSettings
                {
                    Id = IdOf(index),
                    Url = url(index),
                    Proxy = ProxySettings.None,
                    Tls = tls ?? new TlsSettings(),
                    // The servers only send, and answer no Close frame.
                    Timeouts = new TimeoutSettings { Close = TimeSpan.FromMilliseconds(100) },
                    Backoff = new BackoffSettings { Initial = TimeSpan.FromMilliseconds(20), Max = TimeSpan.FromMilliseconds(200) },
                }),
        ];
    }

    public FeedRegistry Feeds { get; } = new(TimeProvider.System);

    public IActorRef Broker { get; }

    public ActorSystem System => _system;

    public static EndpointId IdOf(int index) => new($"e{index}");

    /// <summary>Connects. A subscriber from before the call misses nothing.</summary>
    public Task StartAsync()
    {
        var unpaced = new SupervisorSettings
        {
            StartSpread = TimeSpan.Zero,
            ConnectRate = new Rate(10_000, TimeSpan.FromSeconds(1)),
            ConnectBurst = 1000,
        };
        return _supervisor.Ask<ConfigurationApplied>(
            new ApplyConfiguration([.. _endpoints], ValueMap<GroupSettings>.Empty, unpaced), TimeSpan.FromSeconds(30));
    }

    /// <summary>Closes every connection and ends every stream with a drain event.</summary>
    public async Task DrainAsync()
    {
        await _supervisor.Ask<Drained>(new Drain("the show is over"), TimeSpan.FromSeconds(30));
        Feeds.Drain("the show is over");
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();
}
