using Akka.Actor;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Gives memory back that large messages needed. The runtime collects when memory is asked for, so without another storm it would keep
/// what the last one took. The collections run in the background and stop no feed.
/// </summary>
internal sealed class MemoryReturn : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly CollectionRounds _rounds = new();

    public MemoryReturn() => Receive<Look>(_ =>
    {
        if (_rounds.WantsCollection(Environment.WorkingSet, Context.System.Scheduler.MonotonicClock))
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
    });

    public ITimerScheduler Timers { get; set; } = null!; // Akka sets it before the actor starts

    protected override void PreStart() => Timers.StartPeriodicTimer(Look.Instance, Look.Instance, Interval);

    private sealed record Look : INoSerializationVerificationNeeded
    {
        public static readonly Look Instance = new();
    }
}
