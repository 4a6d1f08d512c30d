using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.TestKit;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Akka.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorHeartbeat.Samples;

/// <summary>The behaviour of an embedding service when its host or its actor system stops.</summary>
public sealed class CoordinatedShutdownTests
{
    private const string VirtualTime =
        "akka { scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\", loglevel = WARNING }";

    private static readonly EndpointId Prices = new("prices");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_slow_peer_has_the_whole_shutdown_timeout_and_not_only_Akkas_five_seconds()
    {
        ScriptedNetwork network = null!; // created with the actor system, whose scheduler it uses
        using var host = await StartAsync(
            system =>
                network = new ScriptedNetwork((delay, action) => system.Scheduler.Advanced.ScheduleOnce(delay, action))
                {
                    HoldsEnds = true,
                },
            akka => akka.AddHocon(ConfigurationFactory.ParseString(VirtualTime), HoconAddMode.Prepend));
        var system = host.Services.GetRequiredService<ActorSystem>();
        var time = (TestScheduler)system.Scheduler;
        var stillOpen = -1;
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "look", () =>
        {
            stillOpen = network.LiveSockets(Prices);
            return Task.FromResult(Akka.Done.Instance);
        });
        await Until(() =>
        {
            time.Advance(TimeSpan.Zero);
            return network.DialsOf(Prices) is [{ Connection.IsStarted: true }];
        });

        var stopping = host.StopAsync();
        await Until(() => network.Connection(Prices).Closes.Count == 1);
        time.Advance(TimeSpan.FromSeconds(10));
        network.Connection(Prices).ReportEnd();
        await Until(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(10)); // a timer may be armed since the last
            return stopping.IsCompleted;
        });
        await stopping;

        Assert.Equal(0, stillOpen);
        Assert.Equal(0, network.Connection(Prices).Aborts);
        Assert.Equal(TimeSpan.FromSeconds(27), shutdown.Timeout(CoordinatedShutdown.PhaseServiceStop));
    }

    [Theory]
    [InlineData(HoconAddMode.Prepend)]
    [InlineData(HoconAddMode.Append)]
    public async Task A_timeout_of_the_users_own_wins(HoconAddMode mode)
    {
        var own = ConfigurationFactory.ParseString("akka.coordinated-shutdown.phases.service-stop.timeout = 3 s");
        using var host = await StartAsync(_ => new ScriptedNetwork(), akka => akka.AddHocon(own, mode));

        var timeout = CoordinatedShutdown
            .Get(host.Services.GetRequiredService<ActorSystem>())
            .Timeout(CoordinatedShutdown.PhaseServiceStop);
        await host.StopAsync();

        Assert.Equal(TimeSpan.FromSeconds(3), timeout);
    }

    [Fact]
    public async Task The_shutdown_of_the_system_alone_drains_too_and_ends_the_host()
    {
        var network = new ScriptedNetwork();
        using var host = await StartAsync(_ => network);
        await Until(() => network.DialsOf(Prices) is [{ Connection.IsStarted: true }]);

        await CoordinatedShutdown.Get(host.Services.GetRequiredService<ActorSystem>()).Run(CoordinatedShutdown.ClrExitReason.Instance);
        await host.WaitForShutdownAsync().WaitAsync(Patience);

        Assert.Equal((1001, "shutting down"), Assert.Single(network.Connection(Prices).Closes));
    }

    private static async Task<IHost> StartAsync(Func<ActorSystem, ScriptedNetwork> network, Action<AkkaConfigurationBuilder>? before = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddAkka("prices", akka =>
        {
            before?.Invoke(akka);
            var dialer = new LateDialer();
            akka.WithActors((system, _) => dialer.Network = network(system));
            akka.WithConnectionSupervisor(options =>
            {
                options.Dialer = dialer;
                options.Add("prices", "ws://in-memory");
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Dials over a network that exists only after the actor system, because it uses the system's scheduler.</summary>
    private sealed class LateDialer : Transport.IDialer
    {
        public ScriptedNetwork Network { get; set; } = null!; // set before the first actor starts

        public Task<Transport.DialResult> DialAsync(
            Transport.DialRequest request,
            Transport.IConnectionObserver observer,
            CancellationToken cancellation) => Network.DialAsync(request, observer, cancellation);
    }
}
