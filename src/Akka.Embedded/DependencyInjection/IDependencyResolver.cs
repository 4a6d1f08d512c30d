using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;

namespace Akka.DependencyInjection;

/// <summary>Where actors and their starters get services from.</summary>
public interface IDependencyResolver
{
    /// <summary>A scope of its own for services that live as long as one piece of work; dispose it.</summary>
    IResolverScope CreateScope();

    /// <summary>A service of the given type.</summary>
    /// <exception cref="InvalidOperationException">It is not registered.</exception>
    T GetService<T>();

    /// <inheritdoc cref="GetService{T}"/>
    object GetService(Type type);

    /// <summary>Props of an actor whose constructor gets the given arguments, and services for the rest.</summary>
    Props Props(Type type, params object[] args);

    /// <summary>Props of an actor whose constructor gets services.</summary>
    Props Props(Type type);

    /// <inheritdoc cref="Props(Type, object[])"/>
    Props Props<T>(params object[] args)
        where T : ActorBase;
}

/// <summary>Services that end with the scope.</summary>
public interface IResolverScope : IDisposable
{
    /// <summary>The scope's own resolver.</summary>
    IDependencyResolver Resolver { get; }
}

/// <summary>A resolver over the host's container.</summary>
public class ServiceProviderDependencyResolver(IServiceProvider serviceProvider) : IDependencyResolver
{
    /// <summary>The container behind it.</summary>
    public IServiceProvider ServiceProvider { get; } = serviceProvider;

    /// <inheritdoc />
    public IResolverScope CreateScope() => new ServiceProviderScope(ServiceProvider.CreateScope());

    /// <inheritdoc />
    public T GetService<T>() => (T)GetService(typeof(T));

    /// <inheritdoc />
    public object GetService(Type type) => ServiceProvider.GetRequiredService(type);

    /// <inheritdoc />
    public Props Props(Type type) => Props(type, []);

    /// <inheritdoc />
    public Props Props<T>(params object[] args)
        where T : ActorBase => Props(typeof(T), args);

    /// <inheritdoc />
    public Props Props(Type type, params object[] args) => Actor.Props.CreateBy(new ServiceProviderActorProducer(ServiceProvider, type, args));

    private sealed class ServiceProviderScope(IServiceScope scope) : IResolverScope
    {
        public IDependencyResolver Resolver { get; } = new ServiceProviderDependencyResolver(scope.ServiceProvider);

        public void Dispose() => scope.Dispose();
    }
}

/// <summary>Builds an actor of given arguments and services, anew for each restart.</summary>
internal sealed class ServiceProviderActorProducer(IServiceProvider services, Type actorType, object[] arguments) : IIndirectActorProducer
{
    public Type ActorType => actorType;

    public ActorBase Produce() => (ActorBase)ActivatorUtilities.CreateInstance(services, actorType, arguments);

    /// <summary>Nothing: an actor ends in its own PostStop.</summary>
    public void Release(ActorBase actor)
    {
    }
}
