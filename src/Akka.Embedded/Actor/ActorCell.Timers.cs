using Akka.Scheduling;

namespace Akka.Actor;

internal sealed partial class ActorCell
{
    private TimeSpan? _receiveTimeout;
    private ReceiveTimeoutNode _receiveTimeoutNode;
    private TimerScheduler _timers;
    private StashImpl _stash;

    public TimeSpan? ReceiveTimeout => _receiveTimeout;

    public TimerScheduler Timers => _timers ??= new(this);

    public IScheduler Scheduler => _system.Scheduler;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout is { } given && given <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(timeout), given, "A receive timeout is positive.");
        DisarmReceiveTimeout();
        _receiveTimeout = timeout;
        if (_message is null)
            RearmReceiveTimeout();
    }

    /// <summary>Once the message is handled: the timeout runs from here.</summary>
    private void RearmReceiveTimeout()
    {
        if (_receiveTimeout is not { } timeout || _receiveTimeoutNode is not null)
            return;
        _receiveTimeoutNode = new ReceiveTimeoutNode(this);
        _system.Scheduler.Arm(_receiveTimeoutNode, timeout, TimeSpan.Zero);
    }

    private void DisarmReceiveTimeout()
    {
        if (_receiveTimeoutNode is null)
            return;
        _system.Scheduler.Disarm(_receiveTimeoutNode);
        _receiveTimeoutNode = null;
    }

    private bool AcceptReceiveTimeout(ReceiveTimeoutNode node)
    {
        if (!ReferenceEquals(node, _receiveTimeoutNode))
            return false;
        _receiveTimeoutNode = null;
        return true;
    }

    /// <summary>The timer and the notice it puts into the mailbox; one that was disarmed since is recognised by not being the current one.</summary>
    private sealed class ReceiveTimeoutNode(ActorCell cell) : TimerNode, INotInfluenceReceiveTimeout
    {
        public override void Fire() => cell.Post(this, ActorRefs.NoSender);
    }
}
