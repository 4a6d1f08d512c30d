using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>A reference without an actor behind it.</summary>
public abstract class MinimalActorRef : IInternalActorRef
{
    internal MinimalActorRef() { }

    public abstract ActorPath Path { get; }

    /// <summary>Drops the message unless a derived reference has a use for it.</summary>
    public void Tell(object message, IActorRef sender) => OnTell(message, sender);

    internal virtual void OnTell(object message, IActorRef sender) { }

    internal virtual void OnSystemMessage(SystemMessage message) => SystemMessage.AnswerForTheDead(message);

    void IInternalActorRef.SendSystemMessage(SystemMessage message) => OnSystemMessage(message);

    public bool Equals(IActorRef other) => ActorRefComparison.AreEqual(this, other);

    public override bool Equals(object obj) => obj is IActorRef other && Equals(other);

    public override int GetHashCode() => ActorRefComparison.HashOf(this);

    public int CompareTo(IActorRef other) => ActorRefComparison.Compare(this, other);

    public int CompareTo(object obj) => ActorRefComparison.CompareToObject(this, obj);

    public override string ToString() => $"[{Path}]";
}

/// <summary>The reference that swallows every message; compare with <see cref="ActorRefExtensions.IsNobody"/>.</summary>
public sealed class Nobody : MinimalActorRef
{
    public static readonly Nobody Instance = new();

    private Nobody() { }

    public override ActorPath Path { get; } = new RootActorPath(new Address("akka", "all-systems"), "/Nobody");
}

/// <summary>A reference whose messages go to a delegate: an Ask's promise, the system's log of last resort.</summary>
internal sealed class FunctionRef(ActorPath path, Action<object, IActorRef> onTell) : MinimalActorRef
{
    public override ActorPath Path => path;

    internal override void OnTell(object message, IActorRef sender) => onTell(message, sender);
}
