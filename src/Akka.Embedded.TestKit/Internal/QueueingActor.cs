using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>Puts what it gets into the queue of its kit, and does for the test what only an actor can.</summary>
internal sealed class QueueingActor(ReceivedMessages received) : ActorBase
{
    private readonly ChildStrategies _strategies = new();
    private Func<object, bool> _ignores = _ => false;

    protected override SupervisorStrategy SupervisorStrategy() => _strategies;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Ignore ignore:
                _ignores = ignore.Predicate;
                break;
            case Watch watch:
                Context.Watch(watch.Actor);
                watch.Done.SetResult();
                break;
            case Unwatch unwatch:
                Context.Unwatch(unwatch.Actor);
                unwatch.Done.SetResult();
                break;
            case Spawn spawn:
                Start(spawn);
                break;
            default:
                if (!_ignores(message))
                    received.Add(new ReceivedEnvelope(message, Sender));
                break;
        }

        return true;
    }

    /// <summary>What cannot be started is the test's failure, not the test actor's.</summary>
    private void Start(Spawn spawn)
    {
        try
        {
            var child = Context.ActorOf(spawn.Props, spawn.Name);
            _strategies.Set(child, spawn.Strategy);
            spawn.Child.SetResult(child);
        }
        catch (Exception failure)
        {
            spawn.Child.SetException(failure);
        }
    }

    internal sealed record Ignore(Func<object, bool> Predicate);

    internal sealed record Watch(IActorRef Actor, TaskCompletionSource Done);

    internal sealed record Unwatch(IActorRef Actor, TaskCompletionSource Done);

    internal sealed record Spawn(Props Props, string Name, SupervisorStrategy Strategy, TaskCompletionSource<IActorRef> Child);
}
