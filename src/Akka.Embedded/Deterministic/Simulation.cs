using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Scheduling;

namespace Akka.Deterministic;

/// <summary>One message as a simulation handed it over.</summary>
public readonly record struct TraceEntry(TimeSpan Time, ActorPath Actor, object Message);

/// <summary>
/// A whole actor system on the calling thread, in virtual time, in an order that a seed decides: the same seed gives the same
/// trace. Actors run only inside the methods below. Tasks that end inside the simulation continue inside it; a thread
/// from outside is refused with a <see cref="ForeignThreadException"/>, where it calls and at the next step.
/// </summary>
public sealed class Simulation : IDisposable
{
    private readonly SimulationDispatcher _dispatcher;
    private readonly SimulationScheduler _scheduler;
    private readonly SimulationContext _context;
    private readonly ActorSystemImpl _system;
    private readonly TraceDigest _digest = new();

    /// <param name="seed">Decides the order among runnable actors, and the jitter of backoff supervisors.</param>
    /// <param name="config">Over the defaults. Without loggers of its own the simulation prints warnings and errors to standard output.</param>
    /// <param name="name">Name of the system.</param>
    /// <param name="setups">Setups beside the configuration.</param>
    public Simulation(int seed, Config config = null, string name = "simulation", params Setup[] setups)
    {
        Seed = seed;
        Random = new Random(seed);
        _dispatcher = new SimulationDispatcher(seed) { Observer = Observe };
        _context = new SimulationContext(_dispatcher);
        var settings = (config ?? Config.Empty).WithFallback(ConfigurationFactory.ParseString("akka.loggers = []"));
        var setup = ActorSystemSetup.Create([.. setups, BootstrapSetup.Create().WithConfig(settings)]);
        _system = new ActorSystemImpl(name, setup, _dispatcher, log => new SimulationScheduler(log, _dispatcher));
        _scheduler = (SimulationScheduler)_system.Scheduler;
        Inside(() =>
        {
            _system.Start();
            return true;
        });
    }

    public int Seed { get; }

    public ActorSystem System => _system;

    /// <summary>Randomness for the world around the actors, from the same seed.</summary>
    public Random Random { get; }

    /// <summary>Virtual time since the beginning.</summary>
    public TimeSpan Time => _scheduler.MonotonicClock;

    public long MessageCount => _digest.Count;

    /// <summary>A number that stands for the whole trace so far: time, actor and message type of each message, and its value when it is a text or a number.</summary>
    public ulong Digest => _digest.Value;

    /// <summary>Timers that wait for their time.</summary>
    public int PendingTimers => _scheduler.PendingCount;

    /// <summary>Called with each message before its receiver handles it.</summary>
    public Action<TraceEntry> OnMessage { get; set; }

    /// <summary>Hands over one message or runs one continuation; false when nothing is left to do at this time.</summary>
    /// <exception cref="ForeignThreadException">A thread from outside has reached the simulation.</exception>
    public bool RunOne() => Inside(Step);

    /// <summary>Runs until nothing is left to do at this time, and returns the number of steps.</summary>
    /// <param name="limit">Steps after which it gives up: actors that keep each other busy are a bug.</param>
    /// <exception cref="InvalidOperationException">The limit was reached.</exception>
    /// <exception cref="ForeignThreadException">A thread from outside has reached the simulation.</exception>
    public long RunUntilIdle(long limit = 100_000_000) => Inside(() => StepUntilIdle(limit));

    /// <summary>Runs, and moves time on by so much, firing what comes due in its order and running until idle after each.</summary>
    public void Advance(TimeSpan offset) => Inside(() =>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, TimeSpan.Zero);
        var target = Time + offset;
        do
            StepUntilIdle(long.MaxValue);
        while (_scheduler.FireNext(target));
        return true;
    });

    /// <summary>Runs, moves time to the next timer, fires what is due then and runs again; false when no timer waits.</summary>
    public bool AdvanceToNextTimer() => Inside(() =>
    {
        StepUntilIdle(long.MaxValue);
        var fired = _scheduler.FireNext(TimeSpan.MaxValue);
        StepUntilIdle(long.MaxValue);
        return fired;
    });

    /// <summary>Runs asynchronous code as part of the simulation and moves time on until it has ended.</summary>
    /// <exception cref="InvalidOperationException">It waits for something that will not happen: nothing is left to do and no timer waits.</exception>
    public T Run<T>(Func<Task<T>> code) => Inside(() =>
    {
        var task = code();
        while (!task.IsCompleted)
        {
            if (!Step() && !_scheduler.FireNext(TimeSpan.MaxValue))
                throw new InvalidOperationException($"At {Time} the code still waits, nothing is left to do and no timer waits.");
        }

#pragma warning disable VSTHRD002 // The task has ended: this waits for nothing, and throws what it threw.
        return task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    });

    /// <inheritdoc cref="Run{T}(Func{Task{T}})"/>
    public void Run(Func<Task> code) => Run(async () =>
    {
        await code();
        return true;
    });

    /// <summary>Terminates the system, in virtual time.</summary>
    public void Dispose()
    {
        if (!_system.WhenTerminated.IsCompleted)
            Run(_system.Terminate);
    }

    private bool Step() => _dispatcher.RunOne() || _scheduler.FireImmediate();

    private long StepUntilIdle(long limit)
    {
        var steps = 0L;
        while (Step())
        {
            if (++steps >= limit)
                throw new InvalidOperationException($"Still busy after {limit} steps at {Time}.");
        }

        return steps;
    }

    private void Observe(ActorCell receiver, object message)
    {
        var shown = (message as IEnvelopedMessage)?.Enveloped ?? message;
        _digest.Add(Time, receiver, shown);
        OnMessage?.Invoke(new TraceEntry(Time, receiver.Self.Path, shown));
    }

    private T Inside<T>(Func<T> action)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            return action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }
}
