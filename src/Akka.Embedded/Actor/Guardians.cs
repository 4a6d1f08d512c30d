using Akka.Event;

namespace Akka.Actor;

/// <summary>The top of the tree: ends the system's actors after the users', and itself after both.</summary>
internal sealed class RootGuardian(ActorSystemImpl system) : ActorBase
{
    private Begin _children;

    protected override SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.StoppingStrategy;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Begin children:
                _children = children;
                Context.Watch(children.User);
                Context.Watch(children.System);
                return true;
            case Terminated { ActorRef: var actor } when actor.Equals(_children.User):
                system.Stop(_children.System);
                return true;
            case Terminated:
                system.Stop(Self);
                return true;
            default:
                return false;
        }
    }

    internal sealed record Begin(IActorRef User, IActorRef System);
}

/// <summary>Parent of every actor that a user makes on the system.</summary>
internal sealed class UserGuardian(string strategyClass) : ActorBase
{
    protected override SupervisorStrategy SupervisorStrategy() => TypeByName.Create<SupervisorStrategyConfigurator>(strategyClass).Create();

    protected override bool Receive(object message) => false;
}

/// <summary>Parent of loggers, the listener for dead letters and test actors.</summary>
internal sealed class SystemGuardian : ActorBase
{
    protected override SupervisorStrategy SupervisorStrategy() => new PrintingStrategy();

    protected override bool Receive(object message) => false;

    /// <summary>Restarts what fails and says so on standard output: a logger that fails must not be given its own failure to log.</summary>
    private sealed class PrintingStrategy() : OneForOneStrategy(DefaultDecider)
    {
        protected override void LogFailure(IActorContext context, IActorRef child, Exception cause, Directive directive) =>
            StandardOutLog.Write(new Error(cause, child.Path.ToString(), GetType(), cause.Message));
    }
}
