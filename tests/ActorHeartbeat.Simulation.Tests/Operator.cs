using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>Commands, reloads, crashes and stale events at times drawn from the seed.</summary>
internal sealed class Operator(Akka.Deterministic.Simulation simulation, Fleet fleet, IActorRef supervisor, SimulatedNetwork network)
{
    /// <summary>No socket has this number any more.</summary>
    public const long LongGone = -1;

    private readonly Random _random = new(simulation.Seed ^ 0x0BE7);

    /// <summary>Does one thing.</summary>
    /// <returns>Whether the configuration changed.</returns>
    public bool Act()
    {
        var id = fleet.Endpoints[_random.Next(fleet.Endpoints.Count)].Id;
        switch (_random.Next(14))
        {
            case 0:
                supervisor.Tell(new PauseEndpoint(id), ActorRefs.NoSender);
                break;
            case 1 or 2 or 3:
                supervisor.Tell(new ResumeEndpoint(id), ActorRefs.NoSender);
                break;
            case 4:
                supervisor.Tell(new RefreshEndpoint(id), ActorRefs.NoSender);
                break;
            case 5 or 6:
                supervisor.Tell(new RotateEndpoint(id), ActorRefs.NoSender);
                break;
            case 7:
                supervisor.Tell(new CloseEndpoint(id, 4000, "closed by the simulation"), ActorRefs.NoSender);
                break;
            case 8:
                fleet.Change();
                return true;
            case 9 or 10:
                Connection(id, "a message nobody knows");
                break;
            case 11 or 12:
                Connection(id, Stale());
                break;
            default:
                network.BeginOutage(TimeSpan.FromMinutes(_random.Next(1, 10)));
                break;
        }
        return false;
    }

    public TimeSpan Pause() => TimeSpan.FromSeconds(_random.Next(1, 240));

    private void Connection(EndpointId id, object message) =>
        simulation.System.ActorSelection($"/user/connections/{id}-*/connection").Tell(message, ActorRefs.NoSender);

    private ConnectionEvent Stale() => _random.Next(4) switch
    {
        0 => new ConnectionEnded(LongGone, new ConnectionEnd(1006, "", WasClean: false)),
        1 => new DialCompleted(LongGone, new DialResult.Failed(new DialFailure(FailureLayer.Tcp, "late"))),
        2 => new HeartbeatAnswered(LongGone),
        _ => new SignOfLife(LongGone),
    };
}
