using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Supervision;
using Akka.Actor;
using Akka.Hosting;

namespace ActorHeartbeat.Service.Running;

/// <summary>Asks the supervisor, with a deadline. Every member throws <see cref="AskTimeoutException"/> when it does not answer.</summary>
internal sealed class Supervisor(IRequiredActor<ConnectionSupervisor> actor)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public Task<EndpointList> Endpoints(CancellationToken cancellation) =>
        actor.ActorRef.Ask<EndpointList>(GetEndpoints.Instance, Deadline, cancellation);

    /// <summary>One endpoint, or null when there is none of this id.</summary>
    public async Task<EndpointSnapshot?> Endpoint(EndpointId id, CancellationToken cancellation) =>
        await actor.ActorRef.Ask<object>(new GetEndpoint(id), Deadline, cancellation) as EndpointSnapshot;

    /// <summary>The last transitions of an endpoint, oldest first; none when there is no such endpoint.</summary>
    public async Task<IReadOnlyList<StateChanged>> Transitions(EndpointId id, CancellationToken cancellation) =>
        (await actor.ActorRef.Ask<object>(new GetTransitions(id), Deadline, cancellation) as TransitionList)?.Transitions
        ?? ValueList<StateChanged>.Empty;

    /// <summary>Where an endpoint stands in the governor's queue.</summary>
    public Task<QueuePlace> Place(EndpointId id, CancellationToken cancellation) =>
        actor.ActorRef.Ask<QueuePlace>(new GetPlace(id), Deadline, cancellation);

    public Task<CommandResult> Command(object command, CancellationToken cancellation) =>
        actor.ActorRef.Ask<CommandResult>(command, Deadline, cancellation);

    /// <summary>A <see cref="SendResult"/>, or a <see cref="CommandResult"/> when there is no such endpoint.</summary>
    /// <param name="send">What to send.</param>
    /// <param name="deadline">The endpoint's own send deadline.</param>
    /// <param name="cancellation">The caller has lost interest.</param>
    public Task<object> Send(SendTo send, TimeSpan deadline, CancellationToken cancellation) =>
        actor.ActorRef.Ask<object>(send, deadline + Deadline, cancellation);

    /// <summary>Closes every connection; answers when all are gone.</summary>
    public Task<Drained> Drain(string reason, TimeSpan deadline) =>
        actor.ActorRef.Ask<Drained>(new Drain(reason), deadline);
}
