using Akka.Actor;
using Akka.DependencyInjection;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Contract.Tests;

public sealed class HostingTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task The_actor_system_starts_and_stops_with_the_host()
    {
        using var host = Build(_ => { });
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        Assert.Equal("hosted", system.Name);
        Assert.False(system.WhenTerminated.IsCompleted);

        await host.StopAsync();

        await system.WhenTerminated.WaitAsync(Deadline);
    }

    [Fact]
    public async Task StartAsync_returns_when_every_starter_has_finished_and_startup_tasks_come_last()
    {
        var steps = new List<string>();
        using var host = Build(builder => builder
            .AddStartup((_, _) => steps.Add("startup"))
            .WithActors(async (_, _) =>
            {
                await Task.Yield();
                steps.Add("first");
            })
            .WithActors((_, _) => steps.Add("second")));

        await host.StartAsync();

        Assert.Equal(["first", "second", "startup"], steps);
        await host.StopAsync();
    }

    [Fact]
    public async Task An_exception_of_a_starter_reaches_who_starts_the_host_and_shuts_down()
    {
        using var host = Build(builder => builder.WithActors((_, _) => throw new InvalidOperationException("starter")));
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var ended = host.Services.GetRequiredService<ActorSystem>().WhenTerminated;

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Equal("starter", failure.Message);
        Assert.Equal((true, false), (ended.IsCompleted, stopping.IsCancellationRequested));
    }

    [Fact]
    public async Task The_end_of_the_system_stops_the_host()
    {
        using var host = Build(_ => { });
        await host.StartAsync();

        await host.Services.GetRequiredService<ActorSystem>().Terminate();

        await host.WaitForShutdownAsync().WaitAsync(Deadline);
    }

    [Fact]
    public async Task Stopping_the_host_runs_the_coordinated_shutdown()
    {
        var ran = new TaskCompletionSource();
        using var host = Build(builder => builder.AddStartup((system, _) =>
            CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "task", () =>
            {
                ran.SetResult();
                return Task.FromResult(Done.Instance);
            })));
        await host.StartAsync();

        await host.StopAsync();

        Assert.True(ran.Task.IsCompleted);
    }

    [Fact]
    public async Task A_shutdown_task_that_hangs_is_given_up_when_its_phase_is_over()
    {
        using var host = Build(builder => builder
            .AddHocon("akka.coordinated-shutdown.phases.service-stop.timeout = 50ms", HoconAddMode.Prepend)
            .AddStartup((system, _) => CoordinatedShutdown.Get(system)
                .AddTask(CoordinatedShutdown.PhaseServiceStop, "hung", () => new TaskCompletionSource<Done>().Task)));
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();

        await host.StopAsync();

        await system.WhenTerminated.WaitAsync(Deadline);
    }

    [Fact]
    public async Task A_registered_actor_is_found_by_its_key()
    {
        using var host = Build(builder => builder.WithActors((system, registry) =>
            registry.Register<Greeter>(system.ActorOf(Props.Create(() => new Greeter("hello"))))));
        await host.StartAsync();
        var required = host.Services.GetRequiredService<IRequiredActor<Greeter>>();

        Assert.Equal("hello", await required.ActorRef.Ask<string>("greet", Deadline));
        Assert.Equal(required.ActorRef, await required.GetAsync());
        Assert.Equal(required.ActorRef, host.Services.GetRequiredService<IReadOnlyActorRegistry>().Get<Greeter>());
        Assert.Equal(required.ActorRef, ActorRegistry.For(host.Services.GetRequiredService<ActorSystem>()).Get<Greeter>());
        await host.StopAsync();
    }

    [Fact]
    public async Task An_actor_that_is_required_before_it_is_registered_can_be_awaited()
    {
        using var host = Build(builder => builder.WithActors((system, registry) =>
            registry.Register<Greeter>(system.ActorOf(Props.Create(() => new Greeter("hello"))))));
        var waiting = host.Services.GetRequiredService<IRequiredActor<Greeter>>().GetAsync();
        Assert.False(waiting.IsCompleted);

        await host.StartAsync();

        Assert.Equal("hello", await (await waiting.WaitAsync(Deadline)).Ask<string>("greet", Deadline));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_key_is_taken_once_unless_it_is_taken_over()
    {
        using var host = Build(_ => { });
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        var registry = host.Services.GetRequiredService<ActorRegistry>();
        var first = system.ActorOf(Props.Create(() => new Greeter("first")));
        var second = system.ActorOf(Props.Create(() => new Greeter("second")));

        Assert.False(registry.TryGet<Greeter>(out _));
        Assert.Throws<MissingActorRegistryEntryException>(() => registry.Get<Greeter>());
        registry.Register<Greeter>(first);
        Assert.False(registry.TryRegister<Greeter>(second));
        Assert.ThrowsAny<ActorRegistryException>(() => registry.Register<Greeter>(second));
        Assert.Equal(first, registry.Get<Greeter>());
        registry.Register<Greeter>(second, overwrite: true);

        Assert.True(registry.TryGet<Greeter>(out var found));
        Assert.Equal(second, found);
        await host.StopAsync();
    }

    [Fact]
    public async Task Hocon_is_appended_prepended_or_goes_before_what_was_there()
    {
        using var host = Build(builder => builder
            .AddHocon("a = lost, b = lost, d = kept", HoconAddMode.Append)
            .AddHocon("a = replaced, b = replaced", HoconAddMode.Replace)
            .AddHocon("a = appended, c = appended", HoconAddMode.Append)
            .AddHocon("b = prepended", HoconAddMode.Prepend));
        await host.StartAsync();
        var config = host.Services.GetRequiredService<ActorSystem>().Settings.Config;

        Assert.Equal(["replaced", "prepended", "appended", "kept"], new[] { "a", "b", "c", "d" }.Select(key => config.GetString(key)));
        await host.StopAsync();
    }

    [Fact]
    public async Task Props_of_the_resolver_give_the_actor_services_and_arguments()
    {
        using var host = Build(
            builder => builder.WithActors((system, registry, resolver) =>
                registry.Register<Injected>(system.ActorOf(resolver.Props<Injected>("argument")))),
            services => services.AddSingleton(new Service("service")));
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();

        var actor = await host.Services.GetRequiredService<IRequiredActor<Injected>>().GetAsync();
        var another = system.ActorOf(DependencyResolver.For(system).Props<Injected>("another"));

        Assert.Equal("service argument", await actor.Ask<string>("who", Deadline));
        Assert.Equal("service another", await another.Ask<string>("who", Deadline));
        await host.StopAsync();
    }

    [Fact]
    public async Task What_actors_log_reaches_the_logger_factory_of_the_host()
    {
        var logged = new Collected();
        using var host = Build(
            builder => builder.ConfigureLoggers(loggers =>
            {
                loggers.LogLevel = Akka.Event.LogLevel.InfoLevel;
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            }),
            services => services.AddLogging(logging => logging.ClearProviders().AddProvider(logged)));
        await host.StartAsync();

        host.Services.GetRequiredService<ActorSystem>().Log.Log(Akka.Event.LogLevel.WarningLevel, null, "the disk is full");

        var level = await logged.LevelOf("the disk is full").WaitAsync(Deadline);
        Assert.Equal(LogLevel.Warning, level);
        await host.StopAsync();
    }

    private static IHost Build(Action<AkkaConfigurationBuilder> configure, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        services?.Invoke(builder.Services);
        builder.Services.AddAkka("hosted", (akka, _) =>
        {
            akka.AddHocon("akka.stdout-loglevel = OFF, akka.loglevel = WARNING", HoconAddMode.Append);
            configure(akka);
        });
        return builder.Build();
    }

    private sealed class Greeter : ReceiveActor
    {
        public Greeter(string greeting) => ReceiveAny(_ => Sender.Tell(greeting));
    }

    private sealed record Service(string Name);

    private sealed class Injected : ReceiveActor
    {
        public Injected(Service service, string argument) => ReceiveAny(_ => Sender.Tell($"{service.Name} {argument}"));
    }

    /// <summary>A logging provider that a spec can wait on.</summary>
    private sealed class Collected : ILoggerProvider, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource<LogLevel>> _awaited = new();

        public Task<LogLevel> LevelOf(string text) => Awaited(text).Task;

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            const string Wanted = "the disk is full";
            if (formatter(state, exception).Contains(Wanted, StringComparison.Ordinal))
                Awaited(Wanted).TrySetResult(logLevel);
        }

        public void Dispose()
        {
        }

        private TaskCompletionSource<LogLevel> Awaited(string text) =>
            _awaited.GetOrAdd(text, _ => new TaskCompletionSource<LogLevel>(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
