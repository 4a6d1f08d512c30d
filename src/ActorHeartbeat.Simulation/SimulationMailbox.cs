using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace ActorHeartbeat.Simulation;

/// <summary>Akka.NET creates it for every kind of mailbox that has this type in the configuration, with and without a stash.</summary>
internal sealed class SimulationMailbox(Settings settings, Config config)
    : MailboxType(settings, config), IProducesMessageQueue<SimulationQueue>
{
    private readonly RunQueue _queue = SimulationSetup.QueueOf(settings);

    /// <exception cref="NotSimulatedException">The actor runs on another dispatcher.</exception>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system)
    {
        if (owner is ActorRefWithCell { Underlying.Props.Dispatcher: var id } && system.Dispatchers.Lookup(id) is not SimulationDispatcher)
            throw _queue.Boundary.Refuse(
                $"{owner} runs on the dispatcher {id}, which has threads of its own. In a simulation leave WithDispatcher out, or set in "
                + $"its configuration {id}.type = {SimulationConfiguration.NameOf<SimulationDispatcherConfigurator>()}");
        return new SimulationQueue(_queue, owner);
    }

    /// <summary>Why a mailbox of another type is refused.</summary>
    public static string Stranger(Mailbox mailbox) =>
        $"A mailbox with a queue of the type {mailbox.MessageQueue.GetType()} does not belong to the simulation, which hands over one "
        + "message at a time and writes each into its history. In a simulation leave WithMailbox, RequiresMessageQueue and "
        + "akka.actor.default-mailbox to the simulation.";
}
