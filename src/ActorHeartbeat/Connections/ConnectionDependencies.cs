using ActorHeartbeat.Extensions;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <summary>What connection actors work with; the same for all endpoints of a supervisor.</summary>
/// <param name="Dialer">Opens connections.</param>
/// <param name="Resolver">Resolves URL and secrets for each attempt.</param>
/// <param name="Governor">Gives permits to dial.</param>
/// <param name="Supervisor">Receives the reports of the connections.</param>
/// <param name="Clock">The scheduler's clock.</param>
/// <param name="Seed">Decides every random delay of the run.</param>
public sealed record ConnectionDependencies(
    IDialer Dialer, IAttemptResolver Resolver, IActorRef Governor, IActorRef Supervisor, SchedulerClock Clock, ulong Seed)
{
    /// <summary>What the host adds to the language of the conversation.</summary>
    public ConversationExtensions Extensions { get; init; } = ConversationExtensions.Default;

    /// <summary>How the actors are deployed.</summary>
    internal Props Deployed { get; init; } = Props.Create(typeof(ConnectionActor));

    /// <summary>The distributions of all connections; null for none.</summary>
    internal ConnectionMeasures? Measures { get; init; }

    /// <summary>Told each state that is entered, also again, and after it was reported; for tests. Null for nobody.</summary>
    internal Action<ConnectionState>? Entered { get; init; }
}
