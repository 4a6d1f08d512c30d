using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>Anything a message can be sent to.</summary>
public interface ICanTell
{
    /// <summary>Enqueues <paramref name="message"/> and returns at once; it is never lost silently, an undeliverable message becomes a <see cref="Event.DeadLetter"/>.</summary>
    /// <exception cref="InvalidMessageException">The message is null.</exception>
    void Tell(object message, IActorRef sender);
}

/// <summary>Handle of one incarnation of an actor. Two references are equal when path and incarnation are.</summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>, IComparable<IActorRef>, IComparable
{
    /// <summary>Where the actor lives, with the number of its incarnation.</summary>
    ActorPath Path { get; }
}

/// <summary>What the runtime additionally asks of a reference. A reference without it can be told to, not watched or supervised.</summary>
internal interface IInternalActorRef : IActorRef
{
    void SendSystemMessage(SystemMessage message);
}

/// <summary>The two references that stand for no actor.</summary>
public static class ActorRefs
{
    /// <summary>Swallows every message.</summary>
    public static readonly Nobody Nobody = Nobody.Instance;

    /// <summary>Says that a message has no sender; the receiver sees the system's dead letters.</summary>
    public static readonly IActorRef NoSender = null;
}

public static class ActorRefExtensions
{
    /// <summary>True for null and for <see cref="ActorRefs.Nobody"/>.</summary>
    public static bool IsNobody(this IActorRef actorRef) => actorRef is null or Nobody;

    /// <summary>The reference, or another when it is nobody.</summary>
    public static IActorRef GetOrElse(this IActorRef actorRef, Func<IActorRef> elseValue) => actorRef.IsNobody() ? elseValue() : actorRef;
}

public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Tells with the actor that is running on this thread as the sender, or none outside of an actor.</summary>
    public static void Tell(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.CurrentSelf);

    /// <summary>Passes a message on with the sender it came with.</summary>
    public static void Forward(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Sender);
}

internal static class ActorRefComparison
{
    public static bool AreEqual(IActorRef left, IActorRef right) =>
        ReferenceEquals(left, right) || (right is not null && left.Path.Uid == right.Path.Uid && left.Path.Equals(right.Path));

    public static int Compare(IActorRef left, IActorRef right)
    {
        if (right is null)
            return 1;
        var byPath = left.Path.CompareTo(right.Path);
        return byPath != 0 ? byPath : left.Path.Uid.CompareTo(right.Path.Uid);
    }

    public static int CompareToObject(IActorRef left, object right) => right switch
    {
        null => 1,
        IActorRef other => Compare(left, other),
        _ => throw new ArgumentException($"Cannot compare an actor reference with a {right.GetType()}.", nameof(right)),
    };

    public static int HashOf(IActorRef reference) => HashCode.Combine(reference.Path, reference.Path.Uid);
}
