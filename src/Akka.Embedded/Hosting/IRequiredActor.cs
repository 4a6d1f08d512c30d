using Akka.Actor;

namespace Akka.Hosting;

/// <summary>An actor that a class outside the actor system takes by its key through dependency injection.</summary>
/// <typeparam name="TActor">The key in the registry; usually the actor's own type.</typeparam>
public interface IRequiredActor<TActor>
{
    /// <summary>The actor.</summary>
    /// <exception cref="MissingActorRegistryEntryException">It is not registered: the host has not started, or nobody starts it.</exception>
    IActorRef ActorRef { get; }

    /// <summary>The actor, as soon as it is registered.</summary>
    Task<IActorRef> GetAsync(CancellationToken cancellationToken = default);
}

/// <summary>Looks the actor up in the registry when it is first asked for, so that it can be injected before the system has started.</summary>
public sealed class RequiredActor<TActor>(IReadOnlyActorRegistry registry) : IRequiredActor<TActor>
{
    private IActorRef _actor;

    /// <inheritdoc />
    public IActorRef ActorRef => _actor ??= registry.Get<TActor>();

    /// <inheritdoc />
    public async Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) =>
        _actor ??= await registry.GetAsync<TActor>(cancellationToken).ConfigureAwait(false);
}
