using Akka.Actor;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Tells systemd again and again that the process is alive, as long as the actors answer: it asks what <c>/healthz/live</c> asks, and an
/// answer counts that comes before the next question is due. When nothing is told within the deadline, systemd starts the process again.
/// </summary>
internal sealed class SystemdWatchdog : ReceiveActor, IWithTimers
{
    /// <summary>Questions within the deadline: a few late answers are no death.</summary>
    private const int Questions = 6;

    private readonly TimeSpan _interval;
    private bool _isAsked;
    private bool _isLate;

    /// <param name="watchdog">Answers when actors run.</param>
    /// <param name="deadline">The longest time between two notices that systemd allows.</param>
    /// <param name="alive">Gives systemd the notice.</param>
    public SystemdWatchdog(IActorRef watchdog, TimeSpan deadline, Action alive)
    {
        _interval = deadline / Questions;
        Receive<AskDue>(_ => Ask(watchdog));
        Receive<Watchdog.Alive>(_ =>
        {
            if (!_isLate)
                alive();
            (_isAsked, _isLate) = (false, false);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by the runtime before the first message

    public static Props Props(IActorRef watchdog, TimeSpan deadline, Action alive) =>
        Akka.Actor.Props.Create(() => new SystemdWatchdog(watchdog, deadline, alive));

    protected override void PreStart() => Timers.StartPeriodicTimer(AskDue.Instance, AskDue.Instance, _interval);

    private void Ask(IActorRef watchdog)
    {
        _isLate = _isAsked;
        if (_isAsked)
            return;
        _isAsked = true;
        watchdog.Tell(Watchdog.AreYouAlive.Instance);
    }

    private sealed record AskDue : INoSerializationVerificationNeeded
    {
        public static readonly AskDue Instance = new();
    }
}
