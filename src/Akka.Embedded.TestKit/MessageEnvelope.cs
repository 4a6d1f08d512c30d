using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A message as a test actor got it.</summary>
public abstract class MessageEnvelope
{
    /// <summary>What was sent.</summary>
    public abstract object Message { get; }

    /// <summary>Who sent it; the dead letters where the sender gave no address.</summary>
    public abstract IActorRef Sender { get; }
}

internal sealed class ReceivedEnvelope(object message, IActorRef sender) : MessageEnvelope
{
    public override object Message { get; } = message;

    public override IActorRef Sender { get; } = sender;
}
