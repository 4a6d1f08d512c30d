namespace ActorHeartbeat.Simulation;

/// <summary>
/// Knows the thread of a simulation, and remembers the first breach: a call from another thread, or a part that does not belong to it.
/// </summary>
/// <remarks>
/// A breach is remembered, because throwing in place is not enough: an actor cell swallows
/// the exceptions of a mailbox, and no test sees exceptions on threads of the pool.
/// </remarks>
internal sealed class Boundary
{
    private const string Remedies = """
        The usual causes, and what to do instead:
        - a TaskCompletionSource with RunContinuationsAsynchronously whose task an actor pipes: make it without that option
        - Task.Delay: a timer of the actor or of the system's scheduler
        - Task.Run: the work in the actor itself, or a TaskCompletionSource that a scheduled action ends
        - Ask inside an actor: Tell, and its answer as a message
        - Ask outside of actors: simulation.Ask, awaited inside simulation.Run
        - a task ended inside ReceiveAsync that another actor pipes: end it inside Receive
        - CoordinatedShutdown.Run: dispose of the simulation
        - real input and output: a stand-in that answers inside the simulation
        """;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private Exception? _breach;

    public bool IsHome => Environment.CurrentManagedThreadId == _thread;

    /// <summary>Whether the simulation cannot go on.</summary>
    public bool IsBreached => Volatile.Read(ref _breach) is not null;

    /// <exception cref="ForeignThreadException">The caller is another thread.</exception>
    public void Check(object what, object? to)
    {
        if (!IsHome)
            throw Intrude(to is null ? $"{what}" : $"{what.GetType()} to {to}");
    }

    /// <exception cref="ForeignThreadException">The caller is another thread.</exception>
    public void CheckCaller()
    {
        if (!IsHome)
            throw new ForeignThreadException(
                $"Thread {_thread} has made the simulation, thread {Environment.CurrentManagedThreadId} uses it. The thread that makes a "
                + "simulation also runs it and disposes of it: in an asynchronous test, put what awaits into simulation.Run, which comes "
                + "back on the same thread.");
    }

    /// <exception cref="ForeignThreadException">Something has come from another thread since the last step.</exception>
    /// <exception cref="NotSimulatedException">An actor does not belong to the simulation.</exception>
    public void CheckStep()
    {
        switch (Volatile.Read(ref _breach))
        {
            case ForeignThreadException intrusion:
                throw new ForeignThreadException(intrusion.Message);
            case NotSimulatedException stranger:
                throw new NotSimulatedException(stranger.Message);
        }
    }

    /// <summary>Remembers that another thread brought something.</summary>
    public ForeignThreadException Intrude(string what) =>
        Remember(new ForeignThreadException(
            $"A thread outside of the simulation brought {what}.\n{Remedies}\nIt came from here:\n{Environment.StackTrace}"));

    /// <summary>Remembers that a part does not belong to the simulation.</summary>
    public NotSimulatedException Refuse(string why) => Remember(new NotSimulatedException(why));

    private T Remember<T>(T breach)
        where T : Exception
    {
        Interlocked.CompareExchange(ref _breach, breach, null);
        return breach;
    }
}
