using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Supervision;
using Akka.Actor;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Asks now and then what the endpoints know beyond their connections, and has it saved where it has changed. A process that is killed
/// loses at most what came since. The end of the drain asks once more.
/// </summary>
internal sealed class SessionKeeper : ReceiveActor, IWithTimers
{
    /// <summary>The numbers of a busy peer change all the time: each save is a flush to the disk.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private const string AskDue = "ask-due";

    private readonly GovernorFile _file;
    private readonly ILogger _log;
    private SessionList? _saved;
    private bool _saving, _hasFailed;

    public SessionKeeper(IActorRef supervisor, GovernorFile file, ILogger log)
    {
        (_file, _log, _saved) = (file, log, new SessionList(file.Sessions));
        Receive<Ask>(_ => supervisor.Tell(GetSessions.Instance));
        Receive<SessionList>(Take);
        Receive<Saved>(saved =>
        {
            _saving = false;
            if (saved.Problem is { } problem && !_hasFailed)
                _log.SessionsNotSaved(problem); // once: it is tried again and again
            _hasFailed = saved.Problem is not null;
            if (_hasFailed)
                _saved = null; // the next answer is saved again
        });
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by the runtime before the first message

    public static Props Props(IActorRef supervisor, GovernorFile file, ILogger log) =>
        Akka.Actor.Props.Create(() => new SessionKeeper(supervisor, file, log));

    protected override void PreStart() => Timers.StartPeriodicTimer(AskDue, Ask.Instance, Interval);

    private void Take(SessionList list)
    {
        if (_saving || list == _saved)
            return;
        (_saving, _saved) = (true, list);
        _file.SaveAsync(list.Sessions).PipeTo(Self, success: () => new Saved(null), failure: error => new Saved(error.Message));
    }

    private sealed record Ask : INoSerializationVerificationNeeded
    {
        public static readonly Ask Instance = new();
    }

    private sealed record Saved(string? Problem) : INoSerializationVerificationNeeded;
}
