using Akka.Actor;
using Akka.Dispatch;

namespace Akka.Deterministic;

/// <summary>Runs cells on one thread, one message at a time, in an order drawn from a seed. Continuations go first, as they became ready.</summary>
internal sealed class SimulationDispatcher(int seed) : Dispatcher(isSingleThreaded: true)
{
    private readonly Random _random = new(seed);
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<ActorCell> _runnable = [];
    private readonly Queue<(SendOrPostCallback Callback, object State)> _continuations = new();
    private ForeignThreadException _intrusion;

    public override int Throughput => 1;

    public bool IsIdle => _runnable.Count == 0 && _continuations.Count == 0;

    /// <summary>Told of each user message before its receiver is.</summary>
    public Action<ActorCell, object> Observer { get; set; } = (_, _) => { };

    public override void Execute(ActorCell cell) => _runnable.Add(cell);

    public override void ExecuteAgain(ActorCell cell) => _runnable.Add(cell);

    public override void OnMessage(ActorCell receiver, object message) => Observer(receiver, message);

    public override double NextRandom() => _random.NextDouble();

    public override bool CheckCaller(object message, IActorRef receiver)
    {
        if (Environment.CurrentManagedThreadId == _thread)
            return true;
        var intrusion = Intrude($"{message.GetType()} to {receiver}");
        return message is RunContinuation or TaskEnded ? false : throw intrusion;
    }

    public void Post(SendOrPostCallback callback, object state)
    {
        if (Environment.CurrentManagedThreadId == _thread)
            _continuations.Enqueue((callback, state));
        else
            Intrude("a continuation");
    }

    /// <summary>False when there is nothing to run.</summary>
    /// <exception cref="ForeignThreadException">Something from outside has reached the simulation since the last step.</exception>
    public bool RunOne()
    {
        if (Environment.CurrentManagedThreadId != _thread)
            throw new ForeignThreadException("A simulation is run by the thread that made it.");
        if (Volatile.Read(ref _intrusion) is { } intrusion)
            throw new ForeignThreadException(intrusion.Message);
        if (_continuations.TryDequeue(out var continuation))
        {
            continuation.Callback(continuation.State);
            return true;
        }

        if (_runnable.Count == 0)
            return false;
        var index = _runnable.Count == 1 ? 0 : _random.Next(_runnable.Count);
        var cell = _runnable[index];
        _runnable[index] = _runnable[^1];
        _runnable.RemoveAt(_runnable.Count - 1);
        cell.Execute();
        return true;
    }

    private ForeignThreadException Intrude(string what)
    {
        var intrusion = new ForeignThreadException(
            $"A thread outside of the simulation brought {what}. Real input and output, Task.Run, Task.Delay and ConfigureAwait(false) leave the simulation; simulate them with its scheduler.");
        Interlocked.CompareExchange(ref _intrusion, intrusion, null);
        return intrusion;
    }
}
