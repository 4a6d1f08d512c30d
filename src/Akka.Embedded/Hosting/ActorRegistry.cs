using System.Collections;
using Akka.Actor;

namespace Akka.Hosting;

/// <summary>The actors of one system by marker type. Any thread reads and adds; enumerating gives a copy.</summary>
public class ActorRegistry : IActorRegistry
{
    private readonly Dictionary<Type, IActorRef> _actors = [];
    private readonly Dictionary<Type, TaskCompletionSource<IActorRef>> _awaited = [];

    /// <summary>The registry of a system; always the same one.</summary>
    public static ActorRegistry For(ActorSystem actorSystem) => ((ActorSystemImpl)actorSystem).Extension(_ => new ActorRegistry());

    /// <inheritdoc />
    public IActorRef Get<TKey>() =>
        TryGet<TKey>(out var actor)
            ? actor
            : throw new MissingActorRegistryEntryException($"No actor is registered for {typeof(TKey)}.");

    /// <inheritdoc />
    public Task<IActorRef> GetAsync<TKey>(CancellationToken ct = default) => GetAsync(typeof(TKey), ct);

    /// <inheritdoc />
    public Task<IActorRef> GetAsync(Type key, CancellationToken ct = default)
    {
        lock (_actors)
        {
            if (_actors.TryGetValue(key, out var actor))
                return Task.FromResult(actor);
            if (!_awaited.TryGetValue(key, out var awaited))
                _awaited[key] = awaited = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
            return awaited.Task.WaitAsync(ct);
        }
    }

    /// <inheritdoc />
    public bool TryGet<TKey>(out IActorRef actor) => TryGet(typeof(TKey), out actor);

    /// <inheritdoc />
    public bool TryGet(Type key, out IActorRef actor)
    {
        lock (_actors)
        {
            var isRegistered = _actors.TryGetValue(key, out var registered);
            actor = registered ?? ActorRefs.Nobody;
            return isRegistered;
        }
    }

    /// <inheritdoc />
    public void Register<TKey>(IActorRef actor, bool overwrite = false)
    {
        if (!TryRegister<TKey>(actor, overwrite))
            throw new ActorRegistryException($"An actor is already registered for {typeof(TKey)}.");
    }

    /// <inheritdoc />
    public bool TryRegister<TKey>(IActorRef actor, bool overwrite = false) => TryRegister(typeof(TKey), actor, overwrite);

    /// <inheritdoc />
    public bool TryRegister(Type key, IActorRef actor, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(actor);
        lock (_actors)
        {
            if (overwrite)
                _actors[key] = actor;
            else if (!_actors.TryAdd(key, actor))
                return false;
            if (_awaited.Remove(key, out var awaited))
                awaited.SetResult(actor);
            return true;
        }
    }

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<Type, IActorRef>> GetEnumerator()
    {
        lock (_actors)
            return _actors.ToList().GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
