using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Supervision;
using Akka.Actor;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>Adds and removes keys while endpoints run, by commands and by reloads, at times drawn from the seed.</summary>
internal sealed class KeyOperator(int seed, Fleet fleet, IActorRef supervisor, Func<EndpointId, WantedKeys> wanted, Action reload)
{
    private readonly Random _random = new(seed ^ 0x4B47);

    public TimeSpan Pause() => TimeSpan.FromSeconds(_random.Next(5, 120));

    /// <summary>Takes one action at random.</summary>
    public void Act()
    {
        var number = (3 * _random.Next(Fleet.Size / 3)) + 1;
        var id = new EndpointId($"e{number}");
        var key = KeyWords.Key(_random.Next(KeyWords.PoolOf(number)));
        switch (_random.Next(20))
        {
            case < 9:
                Add(id, key);
                break;
            case < 15:
                Remove(id, key);
                break;
            case < 16:
                Remove(id, key); // and at once again
                Add(id, key);
                break;
            case < 19:
                fleet.ChangeKeys(number, isRephrased: false);
                reload();
                break;
            default:
                fleet.ChangeKeys(number, isRephrased: true);
                reload();
                break;
        }
    }

    private void Add(EndpointId id, string key)
    {
        if (!fleet.Endpoints.Exists(endpoint => endpoint.Id == id))
            return;
        wanted(id).Add(key);
        supervisor.Tell(new SubscribeTo(id, KeyWords.Name, key), ActorRefs.NoSender);
    }

    private void Remove(EndpointId id, string key)
    {
        if (!fleet.Endpoints.Exists(endpoint => endpoint.Id == id))
            return;
        wanted(id).Remove(key);
        supervisor.Tell(new UnsubscribeFrom(id, KeyWords.Name, key), ActorRefs.NoSender);
    }
}
