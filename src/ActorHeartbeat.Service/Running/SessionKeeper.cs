using ActorHeartbeat.Service.State;
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

    public SessionKeeper(IActorRef supervisor, StateDatabase database)
    {
        Receive<Ask>(_ => supervisor.Tell(GetSessions.Instance));
        Receive<SessionList>(list =>
        {
            if (!list.Sessions.Equals(database.Sessions))
                _ = database.SaveAsync(list.Sessions); // the database tells a failure, and tries again
        });
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by the runtime before the first message

    public static Props Props(IActorRef supervisor, StateDatabase database) =>
        Akka.Actor.Props.Create(() => new SessionKeeper(supervisor, database));

    protected override void PreStart() => Timers.StartPeriodicTimer(AskDue, Ask.Instance, Interval);

    private sealed record Ask : INoSerializationVerificationNeeded
    {
        public static readonly Ask Instance = new();
    }
}
