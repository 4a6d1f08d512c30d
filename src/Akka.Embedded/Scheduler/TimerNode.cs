using Akka.Actor;

namespace Akka.Scheduling;

/// <summary>One timer, and its place in the wheel: arming and cancelling allocate nothing.</summary>
internal abstract class TimerNode : Event.IDeadLetterSuppression
{
    internal TimerNode Previous;
    internal TimerNode Next;

    /// <summary>The wheel's list that holds the node; -1 when none does.</summary>
    internal int Slot = -1;

    internal long DueTick;
    internal TimeSpan Due;

    /// <summary>Zero for a node that fires once.</summary>
    internal TimeSpan Interval;

    /// <summary>Ends the timer in a scheduler that is not made of nodes; also set when a user's cancelable holds the node.</summary>
    internal ICancelable Cancelable;

    public abstract void Fire();
}

/// <summary>A scheduler that takes nodes directly.</summary>
internal interface ITimerNodeScheduler
{
    void ArmNode(TimerNode node, TimeSpan delay, TimeSpan interval);

    void DisarmNode(TimerNode node);
}

/// <summary>The runtime's own timers over any scheduler: nodes where it takes them, actions elsewhere (a virtual scheduler of the test kit).</summary>
internal static class TimerNodes
{
    public static void Arm(this IScheduler scheduler, TimerNode node, TimeSpan delay, TimeSpan interval)
    {
        if (scheduler is ITimerNodeScheduler nodes)
        {
            nodes.ArmNode(node, delay, interval);
            return;
        }

        node.Cancelable = new Cancelable(scheduler);
        if (interval > TimeSpan.Zero)
            scheduler.Advanced.ScheduleRepeatedly(delay, interval, node.Fire, node.Cancelable);
        else
            scheduler.Advanced.ScheduleOnce(delay, node.Fire, node.Cancelable);
    }

    public static void Disarm(this IScheduler scheduler, TimerNode node)
    {
        if (scheduler is ITimerNodeScheduler nodes)
            nodes.DisarmNode(node);
        else
            node.Cancelable?.Cancel();
    }
}

/// <summary>Something in a mailbox that stands for the message it carries.</summary>
internal interface IEnvelopedMessage
{
    object Enveloped { get; }
}

internal sealed class TellNode(ICanTell receiver, object message, IActorRef sender) : TimerNode
{
    public override void Fire() => receiver.Tell(message, sender);
}

internal sealed class ActionNode(Action action) : TimerNode
{
    public override void Fire() => action();
}
