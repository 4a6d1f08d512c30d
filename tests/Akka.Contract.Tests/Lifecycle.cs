using Akka.Actor;

namespace Akka.Contract.Tests;

/// <summary>Reports each step of its life, and fails where a spec says so.</summary>
public class Lifecycle : ReceiveActor
{
    private readonly IActorRef _witness;
    private readonly string _name;
    private readonly Func<string, bool> _fails;

    public Lifecycle(IActorRef witness, string name, Func<string, bool>? fails = null)
    {
        _witness = witness;
        _name = name;
        _fails = fails ?? (_ => false);
        Report("constructor");
        Receive<Exception>(exception => throw exception);
        Receive<Props>(props => Sender.Tell(Context.ActorOf(props, "child")));
        ReceiveAny(message => Sender.Tell((_name, message)));
    }

    public static Props Of(IActorRef witness, string name, Func<string, bool>? fails = null) =>
        Props.Create(() => new Lifecycle(witness, name, fails));

    protected override void PreStart()
    {
        Report("PreStart");
        base.PreStart();
    }

    protected override void PostStop()
    {
        Report("PostStop");
        base.PostStop();
    }

    protected override void PreRestart(Exception reason, object message)
    {
        Report("PreRestart");
        base.PreRestart(reason, message);
    }

    protected override void PostRestart(Exception reason)
    {
        Report("PostRestart");
        base.PostRestart(reason);
    }

    private void Report(string step)
    {
        _witness.Tell($"{_name} {step}");
        if (_fails(step))
            throw new InvalidOperationException($"{_name} {step}");
    }
}

/// <summary>Starts what it is told to and answers with the reference, under the strategy it was given.</summary>
public sealed class Parent : ReceiveActor
{
    private readonly SupervisorStrategy? _strategy;
    private readonly IActorRef? _witness;

    public Parent(SupervisorStrategy? strategy, IActorRef? witness = null)
    {
        _strategy = strategy;
        _witness = witness;
        Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
        Receive<Exception>(exception => throw exception);
    }

    public static Props Of(SupervisorStrategy? strategy, IActorRef? witness = null) => Props.Create(() => new Parent(strategy, witness));

    protected override SupervisorStrategy SupervisorStrategy() => _strategy ?? base.SupervisorStrategy();

    protected override void PostRestart(Exception reason)
    {
        _witness?.Tell(reason);
        base.PostRestart(reason);
    }
}
