using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>The strategy that a test gave each child of its test actor; the default one for the others.</summary>
internal sealed class ChildStrategies() : SupervisorStrategy(null, null, DefaultDecider, loggingEnabled: true)
{
    private readonly ConcurrentDictionary<IActorRef, SupervisorStrategy> _byChild = new();

    public void Set(IActorRef child, SupervisorStrategy strategy)
    {
        if (strategy is not null)
            _byChild[child] = strategy;
    }

    internal override bool HandleFailure(ActorCell supervisor, ChildRestartStats child, Exception cause, ChildRestartStats[] children) =>
        _byChild.GetValueOrDefault(child.Child, DefaultStrategy).HandleFailure(supervisor, child, cause, children);

    private protected override void Restart(ActorCell supervisor, ChildRestartStats child, Exception cause, ChildRestartStats[] children) =>
        throw new UnreachableException("The child's own strategy restarts it.");

    private protected override void Stop(ActorCell supervisor, ChildRestartStats child, ChildRestartStats[] children) =>
        throw new UnreachableException("The child's own strategy stops it.");
}
