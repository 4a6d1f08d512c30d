using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace ActorHeartbeat.Scheduling;

/// <summary>
/// A mailbox for the many actors that mostly wait: while it is empty it takes a few dozen bytes, where Akka.NET's own keeps room for 32
/// messages. Unbounded, in order, and as fast.
/// </summary>
/// <param name="settings">Of the system.</param>
/// <param name="config">Of the mailbox.</param>
internal sealed class LeanMailbox(Settings settings, Config config)
    : MailboxType(settings, config), IProducesMessageQueue<LeanMailbox.Queue>
{
    private const string Name = "actor-heartbeat.lean-mailbox";

    /// <summary>Makes this mailbox known to an actor system. <c>WithConnectionSupervisor</c> adds it.</summary>
    public static Config Configuration { get; } =
        ConfigurationFactory.ParseString($"{Name}.mailbox-type = \"{typeof(LeanMailbox).FullName}, ActorHeartbeat\"");

    /// <summary>Gives an actor this mailbox. A system that does not know it, such as one in a simulation, keeps its own.</summary>
    public static Props For(Props actor, ActorSystem system) => system.Settings.Config.HasPath(Name) ? actor.WithMailbox(Name) : actor;

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new Queue();

    /// <summary>
    /// A list of its messages behind a node without one. Any thread adds at the end, by one exchange; one thread at a time, the one that
    /// runs the actor, takes from the beginning.
    /// </summary>
    public sealed class Queue : IMessageQueue, IUnboundedMessageQueueSemantics
    {
        private Node _first = new(default); // whose message is taken already
        private Node _last;

        public Queue() => _last = _first;

        public bool HasMessages => Volatile.Read(ref _first) != Volatile.Read(ref _last);

        /// <summary>How many messages wait; counted, so that only a look costs anything.</summary>
        public int Count
        {
            get
            {
                var count = 0;
                for (var node = Volatile.Read(ref _first).Next; node is not null; node = node.Next)
                    count++;
                return count;
            }
        }

        public void Enqueue(IActorRef receiver, Envelope envelope)
        {
            var node = new Node(envelope);
            Interlocked.Exchange(ref _last, node).Next = node;
        }

        public bool TryDequeue(out Envelope envelope)
        {
            if (!HasMessages)
            {
                envelope = default;
                return false;
            }
            var next = _first.Next;
            for (var spinner = new SpinWait(); next is null; next = _first.Next)
                spinner.SpinOnce(); // who adds it is between two instructions
            envelope = next.Envelope;
            next.Envelope = default;
            Volatile.Write(ref _first, next);
            return true;
        }

        public void CleanUp(IActorRef owner, IMessageQueue deadletters)
        {
            while (TryDequeue(out var envelope))
                deadletters.Enqueue(owner, envelope);
        }

        private sealed class Node(Envelope envelope)
        {
            private volatile Node? _next;

            public Envelope Envelope = envelope;

            public Node? Next
            {
                get => _next;
                set => _next = value;
            }
        }
    }
}
