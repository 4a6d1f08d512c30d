using Akka.Actor;

namespace ActorHeartbeat.Benchmarks.Runtime;

internal static class Footprint
{
    private const int Actors = 100_000;

    /// <summary>Measures the time from the first ActorOf to the last PreStart, in microseconds per actor.</summary>
    public static double CreationTime(ActorRuntime runtime) => runtime.InSystem(system =>
    {
        using var started = new CountdownEvent(Actors);
        return Throughput.Seconds(() =>
        {
            var props = Props.Create(() => new Idle(started));
            for (var made = 0; made < Actors; made++)
                system.ActorOf(props);
            started.Wait();
        }) / Actors * 1e6;
    });

    public static double IdleReceiveActor(ActorRuntime runtime) => KilobytesEach(runtime, started => Props.Create(() => new Idle(started)));

    public static double IdleMachine(ActorRuntime runtime) =>
        KilobytesEach(runtime, started => Props.Create(() => new Machine(started, false)));

    public static double IdleMachineWithTimer(ActorRuntime runtime) =>
        KilobytesEach(runtime, started => Props.Create(() => new Machine(started, true)));

    /// <summary>Measures the managed memory of 100,000 actors after each has handled a message, in kilobytes per actor.</summary>
    private static double KilobytesEach(ActorRuntime runtime, Func<CountdownEvent, Props> propsOf) => runtime.InSystem(system =>
    {
        using var started = new CountdownEvent(Actors);
        using var handled = new CountdownEvent(Actors);
        var props = propsOf(started);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var made = 0; made < Actors; made++)
            system.ActorOf(props).Tell(handled);
        started.Wait();
        handled.Wait();
        var after = GC.GetTotalMemory(forceFullCollection: true);
        return (after - before) / 1024.0 / Actors;
    });

    private sealed class Idle : ReceiveActor
    {
        private readonly CountdownEvent _started;

        public Idle(CountdownEvent started)
        {
            _started = started;
            Receive<CountdownEvent>(handled => handled.Signal());
            Receive<string>(_ => { });
        }

        protected override void PreStart() => _started.Signal();
    }

    private sealed class Machine : FSM<int, object>
    {
        public Machine(CountdownEvent started, bool withTimer)
        {
            StartWith(0, started);
            When(0, Handle);
            When(1, _ => null);
            Initialize();
            if (withTimer)
                SetTimer("far", started, TimeSpan.FromHours(1));
            started.Signal();
        }

        private State<int, object> Handle(Event<object> fsmEvent)
        {
            if (fsmEvent.FsmEvent is CountdownEvent handled)
                handled.Signal();
            return Stay();
        }
    }
}
