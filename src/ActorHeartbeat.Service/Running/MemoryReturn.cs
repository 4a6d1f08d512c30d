using ActorHeartbeat.Connections;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Gives memory back that large messages needed. The runtime collects when memory is asked for, so without another storm it would keep
/// what the last one took. The collections run in the background and stop no feed, but for the one after a burst of connects, which
/// compacts the heap: every feed waits for it, a third of a second in a process with ten thousand endpoints. Where somebody asks, only a
/// small process compacts.
/// </summary>
internal sealed class MemoryReturn : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly CollectionRounds _rounds = new();
    private readonly ConnectBurst _burst = new();

    public MemoryReturn()
    {
        Receive<StateChanged>(change => change.To == ConnectionState.Open && _burst.Opened(Now), _ => LookAtBurst());
        Receive<StateChanged>(_ => { });
        Receive<BurstMayBeOver>(_ => LookAtBurst());
        Receive<Asked>(_ => Return());
        Receive<Look>(_ =>
        {
            if (_rounds.WantsCollection(Environment.WorkingSet, Now))
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!; // Akka sets it before the actor starts

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <summary>Called by the code that starts the actor, so that nothing is missed.</summary>
    public static void Subscribe(IActorRef memoryReturn, EventStream events)
    {
        events.Subscribe(memoryReturn, typeof(StateChanged));
        events.Subscribe(memoryReturn, typeof(Asked));
    }

    /// <summary>Called when much has ended that will not come again soon.</summary>
    public static void Ask(EventStream events) => events.Publish(Asked.Instance);

    private void LookAtBurst()
    {
        if (_burst.Left(Now) is var left && left > TimeSpan.Zero)
            Timers.StartSingleTimer(BurstMayBeOver.Instance, BurstMayBeOver.Instance, left);
        else
            Compact(GCCollectionMode.Aggressive);
    }

    /// <summary>A small process compacts in a moment. Its large objects, such as those of the metrics, stay where they are.</summary>
    private static void Return()
    {
        if (Environment.WorkingSet <= CollectionRounds.Enough)
            Compact(GCCollectionMode.Forced);
        else
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
    }

    private static void Compact(GCCollectionMode mode)
    {
        GC.Collect(GC.MaxGeneration, mode, blocking: true, compacting: true);
        NativeMemory.Trim();
    }

    private sealed record Asked : INoSerializationVerificationNeeded
    {
        public static readonly Asked Instance = new();
    }

    private sealed record BurstMayBeOver : INoSerializationVerificationNeeded
    {
        public static readonly BurstMayBeOver Instance = new();
    }

    private sealed record Look : INoSerializationVerificationNeeded
    {
        public static readonly Look Instance = new();
    }
}
