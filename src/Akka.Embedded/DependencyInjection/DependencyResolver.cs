using Akka.Actor;
using Akka.Actor.Setup;

namespace Akka.DependencyInjection;

/// <summary>Tells a system where its actors get services from.</summary>
public class DependencyResolverSetup : Setup
{
    private DependencyResolverSetup(IDependencyResolver resolver) => DependencyResolver = resolver;

    /// <summary>The resolver.</summary>
    public IDependencyResolver DependencyResolver { get; }

    /// <summary>Services come from the given container.</summary>
    public static DependencyResolverSetup Create(IServiceProvider provider) => Create(new ServiceProviderDependencyResolver(provider));

    /// <summary>Services come from the given resolver.</summary>
    public static DependencyResolverSetup Create(IDependencyResolver provider) => new(provider);
}

/// <summary>Builds props of actors whose constructors take services.</summary>
public sealed class DependencyResolver(IDependencyResolver resolver)
{
    /// <summary>Where the services come from.</summary>
    public IDependencyResolver Resolver { get; } = resolver;

    /// <summary>The resolver of a system.</summary>
    /// <exception cref="InvalidOperationException">The system was created without a <see cref="DependencyResolverSetup"/>.</exception>
    public static DependencyResolver For(ActorSystem actorSystem) => ((ActorSystemImpl)actorSystem).Extension(FromSetup);

    /// <summary>Props of an actor whose constructor gets the given arguments, and services for the rest.</summary>
    public Props Props<T>(params object[] args)
        where T : ActorBase => Resolver.Props<T>(args);

    /// <summary>Props of an actor whose constructor gets services.</summary>
    public Props Props<T>()
        where T : ActorBase => Resolver.Props(typeof(T));

    /// <inheritdoc cref="Props{T}()"/>
    public Props Props(Type type) => Resolver.Props(type);

    /// <inheritdoc cref="Props{T}(object[])"/>
    public Props Props(Type type, params object[] args) => Resolver.Props(type, args);

    private static DependencyResolver FromSetup(ActorSystemImpl system)
    {
        var setup = system.Settings.Setup.Get<DependencyResolverSetup>();
        if (!setup.HasValue)
            throw new InvalidOperationException($"The actor system {system.Name} has no {nameof(DependencyResolverSetup)}; create it with one to inject services into actors.");
        return new DependencyResolver(setup.Value.DependencyResolver);
    }
}
