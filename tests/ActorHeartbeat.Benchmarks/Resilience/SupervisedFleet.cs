using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.WebSockets;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Benchmarks.Resilience;

/// <summary>The library with the endpoints of a show, over real sockets.</summary>
public sealed class SupervisedFleet : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), Pace = TimeSpan.FromMilliseconds(50);

    private readonly ActorSystem _system;
    private readonly IActorRef _supervisor;

    public SupervisedFleet()
    {
        _system = ActorSystem.Create(
        "show", ConfigurationFactory.ParseString("akka.loglevel = ERROR").WithFallback(DedicatedThreadScheduler.Configuration));
        _supervisor = _system.ActorOf(
            ConnectionSupervisor.Props(
                new SupervisorDependencies(new TransportCatalog(TimeProvider.System), new SecretAttemptResolver(), Feeds)),
            "connections");
    }

    public FeedRegistry Feeds { get; } = new(TimeProvider.System);

    public Task ApplyAsync(IReadOnlyCollection<EndpointSettings> endpoints, SupervisorSettings supervisor) =>
        _supervisor.Ask<ConfigurationApplied>(
            new ApplyConfiguration([.. endpoints], ValueMap<GroupSettings>.Empty, supervisor), Patience);

    public void Send(string endpoint, OutboundMessage message, IActorRef answerTo) =>
        _supervisor.Tell(new SendTo(new EndpointId(endpoint), message), answerTo);

    public IActorRef Hear(Action<object> hear) => _system.ActorOf(Props.Create(() => new Ear(hear)));

    public async Task<IReadOnlyList<EndpointSnapshot>> EndpointsAsync() =>
        (await _supervisor.Ask<EndpointList>(GetEndpoints.Instance, Patience)).Endpoints;

    /// <summary>The last transitions of an endpoint, oldest first.</summary>
    public async Task<IReadOnlyList<StateChanged>> TransitionsAsync(EndpointId endpoint) =>
        (await _supervisor.Ask<TransitionList>(new GetTransitions(endpoint), Patience)).Transitions;

    /// <summary>Waits until all endpoints meet the condition.</summary>
    /// <returns>Whether all endpoints met it in time.</returns>
    public async Task<bool> AllAsync(Func<EndpointSnapshot, bool> condition, TimeSpan within)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!(await EndpointsAsync()).All(condition))
        {
            if (TimeProvider.System.GetElapsedTime(since) > within)
                return false;
            await Task.Delay(Pace);
        }
        return true;
    }

    public Task<bool> AllOpenAsync(TimeSpan within) => AllAsync(endpoint => endpoint.State is "open" or "awaiting-pong", within);

    public async ValueTask DisposeAsync()
    {
        await _supervisor.Ask<Drained>(new Drain("the show is over"), Patience);
        await _system.Terminate();
    }

    private sealed class Ear(Action<object> hear) : UntypedActor
    {
        protected override void OnReceive(object message) => hear(message);
    }
}
