using Akka.Actor;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Keeps systemd's watchdog content as long as the actors answer: it asks what <c>/healthz/live</c> asks, and an answer that comes before
/// the next question is due is a sign of life. Once there are none, systemd ends the process and starts it again.
/// </summary>
internal sealed class SystemdBeat : ReceiveActor, IWithTimers
{
    /// <summary>Questions within the deadline: a few late answers are no death.</summary>
    private const int Questions = 6;

    private readonly TimeSpan _interval;
    private bool _isAsked;
    private bool _isLate;

    /// <param name="watchdog">Answers when actors run.</param>
    /// <param name="deadline">The longest time between two signs of life that systemd allows.</param>
    /// <param name="alive">Gives systemd a sign of life.</param>
    public SystemdBeat(IActorRef watchdog, TimeSpan deadline, Action alive)
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
        Akka.Actor.Props.Create(() => new SystemdBeat(watchdog, deadline, alive));

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
