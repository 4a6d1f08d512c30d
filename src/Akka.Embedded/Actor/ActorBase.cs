namespace Akka.Actor;

/// <summary>Base of every actor: identity, behaviour and the hooks of its life.</summary>
public abstract class ActorBase
{
    private readonly ActorCell _cell;

    /// <exception cref="ActorInitializationException">Constructed by hand and not by the runtime.</exception>
    protected ActorBase() =>
        _cell = ActorCell.Current?.CellUnderConstruction
            ?? throw new ActorInitializationException($"An actor of type {GetType()} is made by ActorOf(Props), not by new.");

    /// <summary>A behaviour that handles nothing.</summary>
    protected static Receive EmptyReceive { get; } = _ => false;

    /// <exception cref="NotSupportedException">No actor is running on this thread, for example after an await outside of ReceiveAsync.</exception>
    protected static IActorContext Context => ActorCell.Required;

    protected IActorRef Self => _cell.Self;

    protected IActorRef Sender => _cell.Sender;

    internal ActorCell Cell => _cell;

    internal Receive OwnReceive => Receive;

    internal SupervisorStrategy OwnStrategy() => SupervisorStrategy();

    internal void OwnUnhandled(object message) => Unhandled(message);

    internal bool OwnAroundReceive(Receive receive, object message) => AroundReceive(receive, message);

    /// <summary>Runs once the constructor is done, before PreStart.</summary>
    internal virtual void OnConstructed() { }

    public virtual void AroundPreStart() => PreStart();

    public virtual void AroundPostStop() => PostStop();

    public virtual void AroundPreRestart(Exception cause, object message) => PreRestart(cause, message);

    public virtual void AroundPostRestart(Exception cause, object message) => PostRestart(cause);

    /// <summary>Handles a message by the current behaviour and reports it when that does not.</summary>
    protected virtual bool AroundReceive(Receive receive, object message)
    {
        var handled = receive(message);
        if (!handled)
            Unhandled(message);
        return handled;
    }

    protected abstract bool Receive(object message);

    /// <summary>Publishes an <see cref="Event.UnhandledMessage"/>.</summary>
    /// <exception cref="DeathPactException">The message is <see cref="Terminated"/>.</exception>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
            throw new DeathPactException(terminated.ActorRef);
        _cell.System.EventStream.Publish(new Event.UnhandledMessage(message, Sender, Self));
    }

    /// <summary>Before the first message.</summary>
    protected virtual void PreStart() { }

    /// <summary>After the last message. Also on a restart, by way of <see cref="PreRestart"/>.</summary>
    protected virtual void PostStop() { }

    /// <summary>On the failed instance: stops its children and calls <see cref="PostStop"/>.</summary>
    /// <param name="reason">What it threw.</param>
    /// <param name="message">What it was handling; null when nothing.</param>
    protected virtual void PreRestart(Exception reason, object message)
    {
        foreach (var child in _cell.GetChildren().ToArray())
        {
            _cell.Unwatch(child);
            _cell.Stop(child);
        }

        PostStop();
    }

    /// <summary>On the new instance: calls <see cref="PreStart"/>.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>How failures of children are met; asked for once per instance.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.DefaultStrategy;

    protected void Become(Receive receive) => _cell.Become(receive);

    protected void BecomeStacked(Receive receive) => _cell.BecomeStacked(receive);

    protected void UnbecomeStacked() => _cell.UnbecomeStacked();

    protected void SetReceiveTimeout(TimeSpan? timeout) => _cell.SetReceiveTimeout(timeout);
}
