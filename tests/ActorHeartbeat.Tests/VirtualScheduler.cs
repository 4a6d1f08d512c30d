using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;

namespace ActorHeartbeat.Tests;

/// <summary>
/// The test kit's scheduler, which loses a timer that an actor sets for the present moment while the test lets that moment pass. Here one
/// waits for the other.
/// </summary>
internal sealed class VirtualScheduler(Config config, ILoggingAdapter log) : TestScheduler(config, log), IScheduler
{
    private readonly Lock _gate = new();

    public new void Advance(TimeSpan offset)
    {
        lock (_gate)
            base.Advance(offset);
    }

    void ITellScheduler.ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender)
    {
        lock (_gate)
            ScheduleTellOnce(delay, receiver, message, sender);
    }

    void ITellScheduler.ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable)
    {
        lock (_gate)
            ScheduleTellOnce(delay, receiver, message, sender, cancelable);
    }

    void ITellScheduler.ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender)
    {
        lock (_gate)
            ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender);
    }

    void ITellScheduler.ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable)
    {
        lock (_gate)
            ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, cancelable);
    }
}
