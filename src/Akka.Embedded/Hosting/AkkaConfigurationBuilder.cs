using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.DependencyInjection;
using Akka.Hosting.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting;

/// <summary>Starts actors of a freshly created system and registers them.</summary>
public delegate Task ActorStarter(ActorSystem system, IActorRegistry registry);

/// <summary>Starts actors that are built with services from the container.</summary>
public delegate Task ActorStarterWithResolver(ActorSystem system, IActorRegistry registry, IDependencyResolver resolver);

/// <summary>Runs after every actor starter.</summary>
public delegate Task StartupTask(ActorSystem system, IActorRegistry registry);

/// <summary>What the host's actor system is made of: its configuration, its setups, its first actors and what runs once they are up.</summary>
public sealed class AkkaConfigurationBuilder(IServiceCollection serviceCollection, string actorSystemName)
{
    /// <summary>Typed settings that are handed to the system as they are; one of each kind.</summary>
    public readonly HashSet<Setup> Setups = [];

    private readonly List<ActorStarterWithResolver> _starters = [];
    private readonly List<StartupTask> _startupTasks = [];
    private Config _configuration = Config.Empty;
    private Func<IServiceProvider, ILoggerFactory> _loggerFactory;

    internal IServiceCollection ServiceCollection { get; } = serviceCollection;

    internal string ActorSystemName { get; } = actorSystemName;

    /// <summary>Starts actors when the host starts; starters run one after the other in the order in which they were added.</summary>
    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry> starter) =>
        StartActors((system, registry, _) => starter(system, registry));

    /// <inheritdoc cref="StartActors(Action{ActorSystem, IActorRegistry})"/>
    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry, IDependencyResolver> starter) =>
        StartActors((ActorStarterWithResolver)((system, registry, resolver) =>
        {
            starter(system, registry, resolver);
            return Task.CompletedTask;
        }));

    /// <inheritdoc cref="StartActors(Action{ActorSystem, IActorRegistry})"/>
    public AkkaConfigurationBuilder StartActors(ActorStarter starter) =>
        StartActors((ActorStarterWithResolver)((system, registry, _) => starter(system, registry)));

    /// <inheritdoc cref="StartActors(Action{ActorSystem, IActorRegistry})"/>
    public AkkaConfigurationBuilder StartActors(ActorStarterWithResolver starter)
    {
        _starters.Add(starter);
        return this;
    }

    /// <summary>Runs something when all actors have been started.</summary>
    public AkkaConfigurationBuilder AddStartup(Action<ActorSystem, IActorRegistry> startupTask) =>
        AddStartup((StartupTask)((system, registry) =>
        {
            startupTask(system, registry);
            return Task.CompletedTask;
        }));

    /// <inheritdoc cref="AddStartup(Action{ActorSystem, IActorRegistry})"/>
    public AkkaConfigurationBuilder AddStartup(StartupTask startupTask)
    {
        _startupTasks.Add(startupTask);
        return this;
    }

    internal void Add(Config hocon, HoconAddMode mode) => _configuration = mode switch
    {
        HoconAddMode.Append => _configuration.WithFallback(hocon),
        HoconAddMode.Prepend or HoconAddMode.Replace => hocon.WithFallback(_configuration),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a way to add configuration."),
    };

    /// <summary>A second setup of the same kind takes the place of the first.</summary>
    internal void Add(Setup setup)
    {
        Setups.RemoveWhere(existing => existing.GetType() == setup.GetType());
        Setups.Add(setup);
    }

    internal void LogTo(Func<IServiceProvider, ILoggerFactory> loggerFactory) => _loggerFactory = loggerFactory;

    internal ActorSystem CreateSystem(IServiceProvider services)
    {
        Add(DependencyResolverSetup.Create(services));
        if (_loggerFactory is not null)
            Add(new LoggerFactorySetup(_loggerFactory(services)));
        var bootstrap = BootstrapSetup.Create().WithConfig(_configuration);
        return ActorSystem.Create(ActorSystemName, ActorSystemSetup.Create([bootstrap, .. Setups]));
    }

    internal async Task StartAsync(ActorSystem system)
    {
        var registry = ActorRegistry.For(system);
        var resolver = DependencyResolver.For(system).Resolver;
        foreach (var starter in _starters)
            await starter(system, registry, resolver).ConfigureAwait(false);
        foreach (var task in _startupTasks)
            await task(system, registry).ConfigureAwait(false);
    }
}
