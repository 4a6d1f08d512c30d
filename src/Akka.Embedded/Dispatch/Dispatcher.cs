using Akka.Actor;

namespace Akka.Dispatch;

/// <summary>Gives runnable cells a thread. Each cell is handed over at most once until it has run.</summary>
internal abstract class Dispatcher(bool isSingleThreaded)
{
    /// <summary>One thread runs everything: callers are checked, messages are watched, promises complete their continuations where they are.</summary>
    public readonly bool IsSingleThreaded = isSingleThreaded;

    /// <summary>How many user messages a cell handles before it makes room for others.</summary>
    public abstract int Throughput { get; }

    /// <summary>The cell has something to do.</summary>
    public abstract void Execute(ActorCell cell);

    /// <summary>The cell has used its turn up and has more to do.</summary>
    public abstract void ExecuteAgain(ActorCell cell);

    /// <summary>The cell begins a turn on the calling thread.</summary>
    public virtual void OnTurn(ActorCell cell) { }

    /// <summary>Whether the calling thread may reach actors of this dispatcher. It throws for a refused message, and only remembers a refused continuation, whose caller could not catch it.</summary>
    public virtual bool CheckCaller(object message, IActorRef receiver) => true;

    /// <summary>Sees each user message just before its receiver does.</summary>
    public virtual void OnMessage(ActorCell receiver, object message) { }

    /// <summary>A number from 0 up to 1, for jitter.</summary>
    public virtual double NextRandom() => Random.Shared.NextDouble();
}

/// <summary>
/// The thread pool. A cell that an actor wakes goes to the queue of the actor's own thread, where it costs no contention and any idle
/// thread may still take it; a cell that others wake, or that has used its turn up, goes to the queue that all threads share.
/// </summary>
/// <remarks>
/// A thread looks into the shared queue only when its own is empty, so its own is rationed: each cell that comes out of the shared
/// queue brings a new ration. What waits in the shared queue, other users' work included, waits for no more than a ration of turns.
/// </remarks>
internal sealed class ThreadPoolDispatcher(int throughput) : Dispatcher(isSingleThreaded: false)
{
    /// <summary>Keeps two actors that talk on one core for a while, which is most of the gain; a larger one gains little more and holds others up for longer.</summary>
    private const int Ration = 32;

    [ThreadStatic]
    private static int _rationLeft;

    public override int Throughput => throughput;

    public override void Execute(ActorCell cell)
    {
        if (ActorCell.Current is null || _rationLeft <= 0)
        {
            ExecuteAgain(cell);
            return;
        }

        _rationLeft--;
        ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: true);
    }

    public override void ExecuteAgain(ActorCell cell)
    {
        cell.BringsRation = true;
        ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
    }

    public override void OnTurn(ActorCell cell)
    {
        if (!cell.BringsRation)
            return;
        cell.BringsRation = false;
        _rationLeft = Ration;
    }
}
