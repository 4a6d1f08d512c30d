using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>Gives commands, reloads, crashes actors and sends stale events at times drawn from the seed.</summary>
internal sealed class Operator(
    ActorSimulation simulation, Fleet fleet, IActorRef supervisor, SimulatedNetwork network, Consumers consumers, Action reload)
{
    /// <summary>A number that no socket has.</summary>
    public const long LongGone = -1;

    private readonly Random _random = new(simulation.Seed ^ 0x0BE7);

    /// <summary>Takes one action at random.</summary>
    public void Act()
    {
        var id = fleet.Endpoints[_random.Next(fleet.Endpoints.Count)].Id;
        var what = _random.Next(23);
        if (!TryCommand(what, id))
            Break(what, id);
    }

    private bool TryCommand(int what, EndpointId id)
    {
        switch (what)
        {
            case 0:
                Send(id, "last words"); // an endpoint that is not open keeps the message and must not forget it
                supervisor.Tell(new PauseEndpoint(id), ActorRefs.NoSender);
                break;
            case 1 or 2 or 3:
                supervisor.Tell(new ResumeEndpoint(id), ActorRefs.NoSender);
                break;
            case 4:
                supervisor.Tell(new RefreshEndpoint(id), ActorRefs.NoSender);
                break;
            case 5 or 6:
                Rotate(id);
                break;
            case 7:
                Send(id, "last words");
                supervisor.Tell(new CloseEndpoint(id, 4000, "closed by the simulation"), ActorRefs.NoSender);
                break;
            case 8:
                reload();
                break;
            case 13 or 14 or 15 or 16:
                Send(id, $"order {_random.Next()}");
                break;
            case 17 or 18:
                consumers.ComeOrGo(id, _random.Next(4));
                break;
            default:
                return false;
        }
        return true;
    }

    private void Break(int what, EndpointId id)
    {
        switch (what)
        {
            case 9 or 10:
                Crash($"{id}-*");
                Send(id, "into the crash");
                Later(_random.Next(2000), () => Send(id, "to whom it may concern")); // the actor may be dead, starting again, or back
                break;
            case 19 or 20:
                Crash($"e{_random.Next(1, 5)}*"); // crashes a fifth of the endpoints at once
                break;
            case 22 when _random.Next(3) == 0:
                Crash("*");
                Later(_random.Next(20_000), _random.Next(2) == 0 ? CrashGovernor : reload); // while all of them come back
                break;
            case 22:
                CrashGovernor();
                break;
            case 11 or 12:
                Connection($"{id}-*", Stale());
                break;
            default:
                network.BeginOutage(TimeSpan.FromMinutes(_random.Next(1, 10)));
                break;
        }
    }

    public TimeSpan Pause() => TimeSpan.FromSeconds(_random.Next(1, 240));

    private void Crash(string which) => Connection(which, "a message nobody knows");

    /// <summary>Rotates the endpoint and all others of its group, so that they need more connections than the group may have.</summary>
    private void Rotate(EndpointId id)
    {
        var group = fleet.Endpoints.Find(endpoint => endpoint.Id == id)!.Group; // the caller draws the id from the fleet
        foreach (var endpoint in fleet.Endpoints.Where(endpoint => endpoint.Id == id || (group is not null && endpoint.Group == group)))
            supervisor.Tell(new RotateEndpoint(endpoint.Id), ActorRefs.NoSender);
    }

    /// <summary>
    /// Crashes the governor: a pause that would end after the last date throws before
    /// the governor has changed anything. No server can ask for a pause this long.
    /// </summary>
    private void CrashGovernor() =>
        simulation
            .System.ActorSelection("/user/connections/governor")
            .Tell(new PauseScope(GovernorScope.Host, "nowhere", TimeSpan.MaxValue, "a bug"), ActorRefs.NoSender);

    private void Send(EndpointId id, string text) => consumers.Send(id, OutboundMessage.Text(text));

    private void Later(int milliseconds, Action action) =>
        simulation.System.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(milliseconds), action);

    private void Connection(string which, object message) =>
        simulation.System.ActorSelection($"/user/connections/{which}").Tell(message, ActorRefs.NoSender);

    private ConnectionEvent Stale() => _random.Next(4) switch
    {
        0 => new ConnectionEnded(LongGone, new ConnectionEnd(1006, "", WasClean: false)),
        1 => new DialCompleted(LongGone, new DialResult.Failed(new DialFailure(FailureLayer.Tcp, "late"))),
        2 => new HeartbeatAnswered(LongGone, TimeSpan.Zero),
        _ => new SignOfLife(LongGone),
    };
}
