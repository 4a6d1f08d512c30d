using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace ActorHeartbeat.Simulation;

/// <summary>Virtual time: exact, and still until it is moved. Akka.NET creates it from its type name.</summary>
internal sealed class SimulationScheduler(Config config, ILoggingAdapter log) : SchedulerBase(config, log)
{
    /// <summary>The date at which every simulation begins.</summary>
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly VirtualTimers _timers = new();

    public override TimeSpan MonotonicClock => _timers.Now;

    public override TimeSpan HighResMonotonicClock => _timers.Now;

    protected override DateTimeOffset TimeNow => Epoch + _timers.Now;

    public VirtualTimers Timers => _timers;

    /// <summary>Null until the system exists: timers that Akka.NET arms while it starts are not checked.</summary>
    public Boundary? Boundary { get; set; }

    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Arm(delay, TimeSpan.Zero, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Arm(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        Arm(delay, TimeSpan.Zero, action, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) =>
        Arm(delay, TimeSpan.Zero, action.Run, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Arm(initialDelay, interval, action, cancelable);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        Arm(initialDelay, interval, action.Run, cancelable);

    private void Arm(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable)
    {
        Boundary?.Check("a timer", null);
        _timers.Arm(delay, interval, action, cancelable);
    }
}
