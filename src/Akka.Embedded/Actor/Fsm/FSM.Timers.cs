using Akka.Scheduling;

namespace Akka.Actor;

public abstract partial class FSM<TState, TData>
{
    private Dictionary<string, NamedTimer> _timers;
    private StateTimeoutNode _stateTimeoutNode;

    /// <summary>Sends the machine a message later, from itself. A timer of the same name is replaced: nothing of it arrives any more.</summary>
    /// <param name="name">Name to cancel it by.</param>
    /// <param name="msg">The event.</param>
    /// <param name="timeout">Delay, and interval when repeating; zero is allowed.</param>
    /// <param name="repeat">Once, or until cancelled.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    public void SetTimer(string name, object msg, TimeSpan timeout, bool repeat = false)
    {
        ArgumentNullException.ThrowIfNull(msg);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        CancelTimer(name);
        var timer = new NamedTimer(this, name, msg, repeat);
        (_timers ??= new(1))[name] = timer;
        Cell.Scheduler.Arm(timer, timeout, repeat ? timeout : TimeSpan.Zero);
    }

    public void CancelTimer(string name)
    {
        if (_timers is not null && _timers.Remove(name, out var timer))
            Cell.Scheduler.Disarm(timer);
    }

    /// <summary>A timer that fires once is inactive when its event is handled.</summary>
    public bool IsTimerActive(string name) => _timers is not null && _timers.ContainsKey(name);

    private bool Accepts(NamedTimer timer)
    {
        if (_timers is null || !_timers.TryGetValue(timer.Name, out var current) || !ReferenceEquals(current, timer))
            return false;
        if (!timer.Repeats)
            _timers.Remove(timer.Name);
        return true;
    }

    private void CancelAllTimers()
    {
        foreach (var timer in _timers?.Values ?? Enumerable.Empty<NamedTimer>())
            Cell.Scheduler.Disarm(timer);
        _timers = null;
    }

    private void ArmStateTimeout(TimeSpan timeout)
    {
        _stateTimeoutNode = new StateTimeoutNode(this);
        Cell.Scheduler.Arm(_stateTimeoutNode, timeout, TimeSpan.Zero);
    }

    private void DisarmStateTimeout()
    {
        if (_stateTimeoutNode is null)
            return;
        Cell.Scheduler.Disarm(_stateTimeoutNode);
        _stateTimeoutNode = null;
    }

    /// <summary>A timer and the message it becomes in the mailbox. Being the current one of its name, in this instance, is what makes it valid.</summary>
    private sealed class NamedTimer(FSM<TState, TData> machine, string name, object message, bool repeats) : TimerNode, IEnvelopedMessage
    {
        public string Name { get; } = name;

        public object Message { get; } = message;

        public bool Repeats { get; } = repeats;

        public object Enveloped => Message;

        public override void Fire() => machine.Cell.Post(this, machine.Self);
    }

    private sealed class StateTimeoutNode(FSM<TState, TData> machine) : TimerNode, IEnvelopedMessage
    {
        public object Enveloped => FSMBase.StateTimeout.Instance;

        public override void Fire() => machine.Cell.Post(this, machine.Self);
    }
}
