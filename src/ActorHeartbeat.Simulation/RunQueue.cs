using Akka.Dispatch;

namespace ActorHeartbeat.Simulation;

/// <summary>The work that can run now, in an order that follows from the seed, the actor's path and how often the actor ran.</summary>
/// <remarks>
/// The order of arrival within a step has no effect: Akka.NET walks children
/// in the order of their names' hashes, which differs between processes.
/// </remarks>
internal sealed class RunQueue(int seed, Boundary boundary)
{
    /// <summary>
    /// An actor that becomes ready in a step runs before all that become ready 256 steps later, so none waits indefinitely.
    /// </summary>
    private const int WindowBits = 8;

    private const int FractionBits = 32;

    private readonly ulong _seed = StableHash.Mix(0x5EED, (ulong)seed);
    private readonly PriorityQueue<IRunnable, ulong> _ready = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _continuations = new();
    private ulong _step, _others;
    private bool _mayTake;

    public Boundary Boundary => boundary;

    /// <summary>Called with each user message before its receiver handles it.</summary>
    public Action<SimulationQueue, object> Observer { get; set; } = (_, _) => { };

    /// <exception cref="ForeignThreadException">The caller is another thread.</exception>
    /// <exception cref="NotSimulatedException">It is a mailbox that does not belong to the simulation.</exception>
    public void Add(IRunnable run)
    {
        var queue = (run as Mailbox)?.MessageQueue as SimulationQueue;
        boundary.Check(run, queue?.Owner);
        if (run is Mailbox mailbox && queue is null)
            throw boundary.Refuse(SimulationMailbox.Stranger(mailbox));
        var (who, turn) = queue is null ? (0UL, ++_others) : (queue.TraceHash, ++queue.Turns);
        var drawn = StableHash.Mix(StableHash.Mix(_seed, who), turn);
        _ready.Enqueue(run, (_step << FractionBits) + (drawn >> (64 - FractionBits - WindowBits)));
    }

    public void Post(SendOrPostCallback callback, object? state)
    {
        if (boundary.IsHome)
            _continuations.Enqueue((callback, state));
        else
            boundary.Intrude("a continuation of the code inside simulation.Run");
    }

    /// <summary>
    /// Whether the running mailbox may hand over a message: one per run. Akka.NET's own count at a throughput of 1 lets two through.
    /// </summary>
    public bool TryTake(SimulationQueue queue, object message)
    {
        if (!_mayTake)
            return false;
        _mayTake = false;
        Observer(queue, message);
        return true;
    }

    /// <summary>Runs one mailbox or continuation; false when there is none.</summary>
    /// <exception cref="ForeignThreadException">Something has come from another thread since the last step.</exception>
    /// <exception cref="NotSimulatedException">An actor does not belong to the simulation.</exception>
    public bool RunOne(SynchronizationContext context)
    {
        boundary.CheckStep();
        if (_continuations.TryDequeue(out var continuation))
        {
            using (Surroundings.Enter(context))
                continuation.Callback(continuation.State);
            return true;
        }
        if (!_ready.TryDequeue(out var run, out _))
            return false;
        _step++;
        _mayTake = true;
        run.Run();
        _mayTake = false;
        return true;
    }
}
