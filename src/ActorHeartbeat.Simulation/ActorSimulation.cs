using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;

namespace ActorHeartbeat.Simulation;

/// <summary>
/// Runs a whole actor system of Akka.NET on one thread, in virtual time, in an order
/// that a seed decides. The same seed gives the same history in every process.
/// </summary>
/// <remarks>
/// Actors run only inside the methods below. Code that awaits a task continues inside the simulation if
/// the task ends there. A call from another thread is refused with a <see cref="ForeignThreadException"/>,
/// at the call and at the next step. The thread that creates a simulation runs it and disposes it.
/// </remarks>
public sealed class ActorSimulation : IDisposable
{
    /// <summary>About a minute of real time: actors that are still busy by then never come to rest.</summary>
    private const long MostStepsAtOneTime = 100_000_000;

    /// <summary>How long <see cref="Dispose"/> waits for actors to stop, in virtual time; later ones are left behind.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromHours(1);

    /// <summary>Code inside Run that waits longer would never end while a periodic timer moves time on.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromDays(30);

    private readonly RunQueue _queue;
    private readonly VirtualTimers _timers;
    private readonly SimulationContext _context;
    private readonly AkkaRandom _akkaRandom;
    private readonly TraceDigest _digest = new();
    private bool _isInside, _isDisposed;

    /// <param name="seed">Decides the order among actors that can run, the uids of actors and the jitter of backoff supervisors.</param>
    /// <param name="config">
    /// The configuration of the system. Its scheduler, dispatchers, mailboxes and
    /// loggers are those of the simulation; warnings and errors go to standard output.
    /// </param>
    /// <param name="name">Name of the system.</param>
    /// <param name="setups">Setups beside the configuration.</param>
    /// <exception cref="MissingFieldException">This version of Akka.NET keeps its random generator elsewhere.</exception>
    public ActorSimulation(int seed, Config? config = null, string name = "simulation", params Setup[] setups)
        : this(seed, (parts, setup) => ActorSystem.Create(name, ActorSystemSetup.Create(
            [.. setups, setup, BootstrapSetup.Create().WithConfig(parts.WithFallback(config ?? ConfigurationFactory.Empty))])))
    {
    }

    /// <param name="seed">Decides the order among actors that can run, the uids of actors and the jitter of backoff supervisors.</param>
    /// <param name="make">
    /// Creates the system, such as with a host: with this configuration over
    /// any other, and with this setup. The simulation terminates the system.
    /// </param>
    /// <exception cref="NotSimulatedException">The system lacks one of them, or has a logger that is an actor.</exception>
    /// <exception cref="MissingFieldException">This version of Akka.NET keeps its random generator elsewhere.</exception>
    public ActorSimulation(int seed, Func<Config, Setup, ActorSystem> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        Seed = seed;
        Random = new Random(seed);
        _akkaRandom = new AkkaRandom(~seed); // not the numbers that the world around the actors draws
        _queue = new RunQueue(seed, new Boundary());
        _context = new SimulationContext(_queue);
        try
        {
            System = Inside(() => SimulationConfiguration.Make(make, _queue));
            _timers = ((SimulationScheduler)System.Scheduler).Timers;
            RunUntilIdle(); // the start of Akka.NET differs between processes, so it is not in the history
        }
        catch
        {
            _akkaRandom.GiveBack();
            throw;
        }
        _queue.Observer = Observe;
    }

    public int Seed { get; }

    public ActorSystem System { get; }

    /// <summary>Randomness for the world around the actors, from the same seed.</summary>
    public Random Random { get; }

    /// <summary>Virtual time since the beginning.</summary>
    public TimeSpan Time => _timers.Now;

    /// <summary>Messages that actors have handled.</summary>
    public long MessageCount => _digest.Count;

    /// <summary>
    /// A number that stands for the history so far: time, actor and type of each message, and its value when it is a text, a number or
    /// an enum.
    /// </summary>
    public ulong Digest => _digest.Value;

    /// <summary>Timers that wait for their time.</summary>
    public int PendingTimers => _timers.Count;

    /// <summary>Called with each message before its receiver handles it.</summary>
    public Action<TraceEntry>? OnMessage { get; set; }

    /// <summary>
    /// Hands over one message, runs one continuation, or fires the timers that are due; false when nothing is left to do at this time.
    /// </summary>
    /// <exception cref="ForeignThreadException">Another thread has reached the simulation, or makes this call.</exception>
    /// <exception cref="NotSimulatedException">An actor does not belong to the simulation.</exception>
    public bool RunOne() => Inside(Step);

    /// <summary>Runs until nothing is left to do at this time, and returns the number of steps.</summary>
    /// <param name="limit">The number of steps after which it gives up.</param>
    /// <exception cref="InvalidOperationException">The limit was reached.</exception>
    /// <exception cref="ForeignThreadException">Another thread has reached the simulation, or makes this call.</exception>
    /// <exception cref="NotSimulatedException">An actor does not belong to the simulation.</exception>
    public long RunUntilIdle(long limit = MostStepsAtOneTime) => Inside(() => StepUntilIdle(limit));

    /// <summary>Moves time on by <paramref name="offset"/>. Runs until idle before, and again after the timers of each due time.</summary>
    /// <exception cref="InvalidOperationException">Actors kept each other busy endlessly.</exception>
    /// <exception cref="ForeignThreadException">Another thread has reached the simulation, or makes this call.</exception>
    /// <exception cref="NotSimulatedException">An actor does not belong to the simulation.</exception>
    public void Advance(TimeSpan offset) => Inside(() =>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, TimeSpan.Zero);
        var target = Time + offset;
        do
            StepUntilIdle(MostStepsAtOneTime);
        while (_timers.FireNext(target));
        return true;
    });

    /// <summary>Runs, moves time to the next timer, fires what is due then and runs again; false when no timer waits.</summary>
    /// <exception cref="InvalidOperationException">Actors kept each other busy endlessly.</exception>
    /// <exception cref="ForeignThreadException">Another thread has reached the simulation, or makes this call.</exception>
    /// <exception cref="NotSimulatedException">An actor does not belong to the simulation.</exception>
    public bool AdvanceToNextTimer() => Inside(() =>
    {
        StepUntilIdle(MostStepsAtOneTime);
        var fired = _timers.FireNext(TimeSpan.MaxValue);
        StepUntilIdle(MostStepsAtOneTime);
        return fired;
    });

    /// <summary>Runs asynchronous code as part of the simulation, and moves time on until it has ended.</summary>
    /// <param name="limit">How long it may wait, in virtual time; default 30 days.</param>
    /// <exception cref="InvalidOperationException">The code waits for something that does not happen inside the simulation.</exception>
    /// <exception cref="ForeignThreadException">Another thread has reached the simulation, or makes this call.</exception>
    /// <exception cref="NotSimulatedException">An actor does not belong to the simulation.</exception>
    public T Run<T>(Func<Task<T>> code, TimeSpan? limit = null) => Inside(() =>
    {
        Task<T> task;
        using (Surroundings.Enter(_context))
            task = code();
        StepUntilEnded(task, limit ?? LongestRun);
#pragma warning disable VSTHRD002 // The task has ended: this does not block, and rethrows its exception.
        return task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    });

    /// <inheritdoc cref="Run{T}(Func{Task{T}}, TimeSpan?)"/>
    public void Run(Func<Task> code, TimeSpan? limit = null) => Run(async () =>
    {
        await code();
        return true;
    }, limit);

    /// <summary>
    /// Asks with a timeout in virtual time, because Akka.NET's own Ask uses
    /// a timer of the thread pool. For code inside <see cref="Run{T}"/>.
    /// </summary>
    /// <exception cref="AskTimeoutException">No answer came in time.</exception>
    public async Task<T> Ask<T>(ICanTell whom, object message, TimeSpan timeout)
    {
        using var late = new CancellationTokenSource();
        using var timer = new Cancelable(System.Scheduler);
        System.Scheduler.Advanced.ScheduleOnce(timeout, late.Cancel, timer);
        try
        {
            return await whom.Ask<T>(message, Timeout.InfiniteTimeSpan, late.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new AskTimeoutException($"Timeout after {timeout}: no {typeof(T)} in answer to {message.GetType()}.");
        }
        finally
        {
            timer.Cancel();
        }
    }

    /// <summary>
    /// Stops all actors, in virtual time. Akka.NET ends the system itself a little later, on the thread pool. A second call does nothing.
    /// </summary>
    /// <exception cref="ForeignThreadException">Another thread than the simulation's makes this call.</exception>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        Inside(StopAll);
        _isDisposed = true;
        _akkaRandom.GiveBack();
    }

    private bool StopAll()
    {
        var ended = ((ExtendedActorSystem)System).Provider.TerminationTask;
        if (!ended.IsCompleted)
            _ = System.Terminate();
        var latest = Time + LongestEnd;
        for (var steps = 0L; !ended.IsCompleted && !_queue.Boundary.IsBreached && Time < latest && steps < MostStepsAtOneTime; steps++)
        {
            if (!Step() && !_timers.FireNext(TimeSpan.MaxValue))
                break;
        }
        return ended.IsCompleted;
    }

    private bool Step() => _queue.RunOne(_context) || (_timers.NextDue <= Time && _timers.FireNext(Time));

    private long StepUntilIdle(long limit)
    {
        var steps = 0L;
        while (Step())
        {
            if (++steps >= limit)
                throw Busy(steps);
        }
        return steps;
    }

    private void StepUntilEnded(Task task, TimeSpan limit)
    {
        var latest = limit < TimeSpan.MaxValue - Time ? Time + limit : TimeSpan.MaxValue;
        var steps = 0L;
        while (!task.IsCompleted)
        {
            if (Step())
            {
                if (++steps >= MostStepsAtOneTime)
                    throw Busy(steps);
                continue;
            }
            if (_timers.NextDue is not { } next)
                throw Stuck("nothing is left to do and no timer waits");
            if (next > latest)
                throw Stuck($"the limit of {limit} in virtual time is reached; Run takes a longer one");
            _timers.FireNext(latest);
            steps = 0;
        }
    }

    private InvalidOperationException Busy(long steps) => new(
        $"Still busy after {steps} steps at {Time}: actors, or timers without a delay, keep each other busy and time cannot move on. "
        + "OnMessage shows who they are. Put a delay into the circle; where the work is that much, give RunUntilIdle a higher limit.");

    private InvalidOperationException Stuck(string why) => new(
        $"At {Time} the code inside Run still waits, and {why}. It waits for something that does not happen inside the simulation, or that "
        + "goes on on another thread: real input or output, Task.Delay, Task.Run, an answer that no actor gives, ConfigureAwait(false), "
        + "also that inside ResolveOne. Inside Run await simulation.Ask, with Identify in place of ResolveOne, or a TaskCompletionSource "
        + "that an actor or a scheduled action ends.");

    private void Observe(SimulationQueue receiver, object message)
    {
        var shown = message is IWrappedMessage { Message: { } wrapped } ? wrapped : message;
        _digest.Add(Time, receiver.TraceHash, shown);
        if (receiver.Owner is { } owner)
            OnMessage?.Invoke(new TraceEntry(Time, owner.Path, shown));
    }

    /// <summary>
    /// Runs without a synchronization context. A continuation then runs inside the call that ends its
    /// task, even behind the ConfigureAwait(false) of Akka.NET's PipeTo; with a context it would go to
    /// the thread pool. The seeded generator stays after the call, for actors that the caller creates.
    /// </summary>
    private T Inside<T>(Func<T> action)
    {
        _queue.Boundary.CheckCaller();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_isInside)
            throw new InvalidOperationException(
                "The simulation runs already: an actor, a timer, OnMessage or the code inside Run calls it again. Move it on from outside; "
                + "inside, wait for a message, a timer of the scheduler or a task.");
        _akkaRandom.Use();
        _isInside = true;
        try
        {
            using (Surroundings.Enter(null))
                return action();
        }
        finally
        {
            _isInside = false;
        }
    }
}
