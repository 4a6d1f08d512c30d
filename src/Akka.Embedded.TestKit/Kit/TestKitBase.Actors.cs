using System.Linq.Expressions;
using Akka.Actor;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

// Actors are made, watched and filtered.
public abstract partial class TestKitBase
{
    /// <summary>An actor of the system.</summary>
    public IActorRef ActorOf(Props props) => Sys.ActorOf(props);

    /// <inheritdoc cref="ActorOf(Props)"/>
    public IActorRef ActorOf(Props props, string name) => Sys.ActorOf(props, name);

    /// <inheritdoc cref="ActorOf(Props)"/>
    public IActorRef ActorOf<TActor>()
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>());

    /// <inheritdoc cref="ActorOf(Props)"/>
    public IActorRef ActorOf<TActor>(string name)
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), name);

    /// <inheritdoc cref="ActorOf(Props)"/>
    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory));

    /// <inheritdoc cref="ActorOf(Props)"/>
    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory, string name)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory), name);

    /// <summary>Whatever actor is at the path.</summary>
    public ActorSelection ActorSelection(ActorPath actorPath) => Sys.ActorSelection(actorPath);

    /// <inheritdoc cref="ActorSelection(ActorPath)"/>
    public ActorSelection ActorSelection(string actorPath) => Sys.ActorSelection(actorPath);

    /// <summary>An actor whose parent is the test actor, and whose failures are decided by the given strategy (default: the default strategy).</summary>
    public async Task<IActorRef> ChildActorOfAsync(Props props, string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
    {
        var child = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        TestActor.Tell(new QueueingActor.Spawn(props, name, supervisorStrategy, child), ActorRefs.NoSender);
        return await child.Task.WaitAsync(GetTimeoutOrDefault(null), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public Task<IActorRef> ChildActorOfAsync(Props props, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        ChildActorOfAsync(props, null, supervisorStrategy, cancellationToken);

    /// <inheritdoc cref="ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public Task<IActorRef> ChildActorOfAsync(Props props, string name, CancellationToken cancellationToken = default) =>
        ChildActorOfAsync(props, name, null, cancellationToken);

    /// <inheritdoc cref="ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public Task<IActorRef> ChildActorOfAsync(Props props, CancellationToken cancellationToken = default) =>
        ChildActorOfAsync(props, null, null, cancellationToken);

    /// <inheritdoc cref="ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public IActorRef ChildActorOf(Props props, string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        Blocking.Wait(ChildActorOfAsync(props, name, supervisorStrategy, cancellationToken));

    /// <inheritdoc cref="ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public IActorRef ChildActorOf(Props props, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        ChildActorOf(props, null, supervisorStrategy, cancellationToken);

    /// <inheritdoc cref="ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public IActorRef ChildActorOf(Props props, string name, CancellationToken cancellationToken = default) =>
        ChildActorOf(props, name, null, cancellationToken);

    /// <inheritdoc cref="ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public IActorRef ChildActorOf(Props props, CancellationToken cancellationToken = default) =>
        ChildActorOf(props, null, null, cancellationToken);

    /// <summary>The test actor is told of the end of the given one, which <see cref="ExpectTerminatedAsync"/> expects.</summary>
    public async Task<IActorRef> WatchAsync(IActorRef actorToWatch)
    {
        await DoAsync(done => new QueueingActor.Watch(actorToWatch, done)).ConfigureAwait(false);
        return actorToWatch;
    }

    /// <summary>The test actor is not told any more.</summary>
    public async Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch)
    {
        await DoAsync(done => new QueueingActor.Unwatch(actorToUnwatch, done)).ConfigureAwait(false);
        return actorToUnwatch;
    }

    /// <inheritdoc cref="WatchAsync"/>
    public IActorRef Watch(IActorRef actorToWatch) => Blocking.Wait(WatchAsync(actorToWatch));

    /// <inheritdoc cref="UnwatchAsync"/>
    public IActorRef Unwatch(IActorRef actorToUnwatch) => Blocking.Wait(UnwatchAsync(actorToUnwatch));

    /// <summary>From now on, messages that the function accepts do not enter the queue.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) =>
        TestActor.Tell(new QueueingActor.Ignore(shouldIgnoreMessage), ActorRefs.NoSender);

    /// <summary>From now on, messages of this type that the function accepts do not enter the queue.</summary>
    public void IgnoreMessages<TMsg>(Func<TMsg, bool> shouldIgnoreMessage) =>
        IgnoreMessages(message => message is TMsg typed && shouldIgnoreMessage(typed));

    /// <summary>From now on, messages of this type do not enter the queue.</summary>
    public void IgnoreMessages<TMsg>() => IgnoreMessages(message => message is TMsg);

    /// <summary>From now on, every message enters the queue.</summary>
    public void IgnoreNoMessages() => IgnoreMessages(_ => false);

    private async Task DoAsync(Func<TaskCompletionSource, object> command)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        TestActor.Tell(command(done), ActorRefs.NoSender);
        await done.Task.WaitAsync(GetTimeoutOrDefault(null)).ConfigureAwait(false);
    }

    private IActorRef StartTestActor(string name) =>
        ((ActorSystemImpl)Sys).SystemActorOf(Props.Create(() => new QueueingActor(_received)), name);
}
