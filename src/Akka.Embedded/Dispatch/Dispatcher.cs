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

    /// <summary>Whether the calling thread may reach actors of this dispatcher. It throws for a refused message, and only remembers a refused continuation, whose caller could not catch it.</summary>
    public virtual bool CheckCaller(object message, IActorRef receiver) => true;

    /// <summary>Sees each user message just before its receiver does.</summary>
    public virtual void OnMessage(ActorCell receiver, object message) { }

    /// <summary>A number from 0 up to 1, for jitter.</summary>
    public virtual double NextRandom() => Random.Shared.NextDouble();
}

internal sealed class ThreadPoolDispatcher(int throughput) : Dispatcher(isSingleThreaded: false)
{
    public override int Throughput => throughput;

    public override void Execute(ActorCell cell) => ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);

    public override void ExecuteAgain(ActorCell cell) => ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
}
