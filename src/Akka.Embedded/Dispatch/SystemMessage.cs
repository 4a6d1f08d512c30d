using Akka.Actor;

namespace Akka.Dispatch;

/// <summary>What the runtime tells a cell. Handled before any user message, also while the mailbox is suspended.</summary>
internal abstract class SystemMessage
{
    /// <summary>Link in the queue of the cell that holds the message; owned by <see cref="SystemMessageQueue"/>.</summary>
    internal SystemMessage Next;

    /// <summary>Kept back while the receiver waits for its children to stop.</summary>
    public virtual bool WaitsForChildren => false;

    /// <summary>Answers a message that came after its receiver had stopped: only watchers wait for an answer.</summary>
    public static void AnswerForTheDead(SystemMessage message)
    {
        if (message is WatchMessage watch)
            watch.Watcher.SendSystemMessage(new WatchedStopped(watch.Watchee, existenceConfirmed: false));
        else if (message is RunContinuation continuation)
            ThreadPool.UnsafeQueueUserWorkItem(late => late.Run(), continuation, preferLocal: false);
    }
}

internal sealed class CreateMessage : SystemMessage;

internal sealed class SuspendMessage : SystemMessage
{
    public override bool WaitsForChildren => true;
}

internal sealed class ResumeMessage(Exception causedBy) : SystemMessage
{
    /// <summary>The failure that ends with this; null when an ancestor's did.</summary>
    public Exception CausedBy { get; } = causedBy;

    public override bool WaitsForChildren => true;
}

internal sealed class RestartMessage(Exception cause) : SystemMessage
{
    public Exception Cause { get; } = cause;

    public override bool WaitsForChildren => true;
}

internal sealed class StopMessage : SystemMessage;

internal sealed class FailedMessage(IActorRef child, Exception cause) : SystemMessage
{
    public IActorRef Child { get; } = child;

    public Exception Cause { get; } = cause;

    public override bool WaitsForChildren => true;
}

internal sealed class WatchMessage(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watchee { get; } = watchee;

    public IInternalActorRef Watcher { get; } = watcher;
}

internal sealed class UnwatchMessage(IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watcher { get; } = watcher;
}

/// <summary>Tells a parent and each watcher that an actor has stopped.</summary>
internal sealed class WatchedStopped(IActorRef actor, bool existenceConfirmed) : SystemMessage
{
    public IActorRef Actor { get; } = actor;

    public bool ExistenceConfirmed { get; } = existenceConfirmed;
}

/// <summary>The rest of an asynchronous handler, to be run as its actor.</summary>
internal sealed class RunContinuation(SendOrPostCallback callback, object state) : SystemMessage
{
    public void Run() => callback(state);
}

/// <summary>An asynchronous handler has ended, well or badly.</summary>
internal sealed class TaskEnded(Task task, ActorBase actor) : SystemMessage
{
    public Task Task { get; } = task;

    /// <summary>The instance that began the task; a later instance does not wait for it.</summary>
    public ActorBase Actor { get; } = actor;
}
