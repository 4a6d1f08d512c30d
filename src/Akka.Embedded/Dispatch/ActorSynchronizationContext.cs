using Akka.Actor;

namespace Akka.Dispatch;

/// <summary>Brings the rest of an asynchronous handler back to its actor.</summary>
internal sealed class ActorSynchronizationContext(ActorCell cell) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object state) => cell.PostSystem(new RunContinuation(d, state));

    public override void Send(SendOrPostCallback d, object state) =>
        throw new NotSupportedException("An actor's context cannot be entered synchronously.");

    public override SynchronizationContext CreateCopy() => this;
}
