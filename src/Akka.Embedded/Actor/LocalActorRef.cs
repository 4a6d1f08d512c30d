using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>The reference of an actor in this process.</summary>
internal sealed class LocalActorRef : IInternalActorRef
{
    public LocalActorRef(ActorSystemImpl system, Props props, IInternalActorRef parent, ActorPath path)
    {
        Path = path;
        Cell = new ActorCell(system, props, this, parent);
    }

    public ActorPath Path { get; }

    internal ActorCell Cell { get; }

    public void Tell(object message, IActorRef sender) => Cell.Post(message, sender);

    public void SendSystemMessage(SystemMessage message) => Cell.PostSystem(message);

    public bool Equals(IActorRef other) => ActorRefComparison.AreEqual(this, other);

    public override bool Equals(object obj) => ReferenceEquals(this, obj) || (obj is IActorRef other && Equals(other));

    public override int GetHashCode() => ActorRefComparison.HashOf(this);

    public int CompareTo(IActorRef other) => ActorRefComparison.Compare(this, other);

    public int CompareTo(object obj) => ActorRefComparison.CompareToObject(this, obj);

    public override string ToString() => $"[{Path.ToStringWithUid()}]";
}
