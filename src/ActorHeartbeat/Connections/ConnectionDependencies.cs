using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <summary>Whom connection actors work with; one for all endpoints of a supervisor.</summary>
/// <param name="Dialer">Opens connections.</param>
/// <param name="Resolver">Resolves URL and secrets for each attempt.</param>
/// <param name="Governor">Decides who may dial now.</param>
/// <param name="Supervisor">Hears of endpoints that fail for good and of successions.</param>
/// <param name="Clock">The scheduler's clock.</param>
/// <param name="Seed">Decides every random delay of the run.</param>
public sealed record ConnectionDependencies(
    IDialer Dialer, IAttemptResolver Resolver, IActorRef Governor, IActorRef Supervisor, SchedulerClock Clock, ulong Seed);
