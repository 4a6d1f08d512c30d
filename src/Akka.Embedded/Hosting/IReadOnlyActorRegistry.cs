using Akka.Actor;

namespace Akka.Hosting;

/// <summary>Actors by a marker type, for code outside the actor system that has to find one.</summary>
public interface IReadOnlyActorRegistry : IEnumerable<KeyValuePair<Type, IActorRef>>
{
    /// <summary>The actor of the key.</summary>
    /// <exception cref="MissingActorRegistryEntryException">None is registered.</exception>
    IActorRef Get<TKey>();

    /// <summary>The actor of the key, as soon as it is registered.</summary>
    Task<IActorRef> GetAsync<TKey>(CancellationToken ct = default);

    /// <inheritdoc cref="GetAsync{TKey}"/>
    Task<IActorRef> GetAsync(Type key, CancellationToken ct = default);

    /// <summary>Whether an actor is registered for the key; without one it is Nobody.</summary>
    bool TryGet<TKey>(out IActorRef actor);

    /// <inheritdoc cref="TryGet{TKey}"/>
    bool TryGet(Type key, out IActorRef actor);
}

/// <summary>A registry that can be added to.</summary>
public interface IActorRegistry : IReadOnlyActorRegistry
{
    /// <summary>Registers the actor of a key.</summary>
    /// <exception cref="ActorRegistryException">The key is taken and <paramref name="overwrite"/> is false.</exception>
    void Register<TKey>(IActorRef actor, bool overwrite = false);

    /// <summary>Registers the actor of a key; false when the key is taken and <paramref name="overwrite"/> is false.</summary>
    bool TryRegister<TKey>(IActorRef actor, bool overwrite = false);

    /// <inheritdoc cref="TryRegister{TKey}"/>
    bool TryRegister(Type key, IActorRef actor, bool overwrite = false);
}
