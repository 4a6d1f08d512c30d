using ActorHeartbeat.Configuration.Reloading;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Service.Telemetry;

/// <summary>Counts what the event stream tells: reloads and dead letters.</summary>
internal sealed class FigureKeeper : ReceiveActor
{
    public FigureKeeper(ProcessFigures figures)
    {
        Receive<ReloadReport>(figures.Reloaded);
        Receive<DeadLetter>(_ => figures.DeadLetter());
    }

    public static Props Props(ProcessFigures figures) => Akka.Actor.Props.Create(() => new FigureKeeper(figures));

    /// <summary>Called by the code that starts the actor, so that nothing is missed.</summary>
    public static void Subscribe(IActorRef keeper, EventStream events)
    {
        events.Subscribe(keeper, typeof(ReloadReport));
        events.Subscribe(keeper, typeof(DeadLetter));
    }
}
