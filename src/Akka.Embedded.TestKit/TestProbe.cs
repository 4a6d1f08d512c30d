using Akka.Actor;
using Akka.Dispatch;

namespace Akka.TestKit;

/// <summary>A test actor of its own with the kit's expectations; can be handed out wherever a reference is wanted.</summary>
public class TestProbe : TestKitBase, INoImplicitSender, IInternalActorRef
{
    /// <summary>A probe in the given system.</summary>
    public TestProbe(ActorSystem system, ITestKitAssertions assertions, string testProbeName = null)
        : base(assertions, system, testProbeName)
    {
    }

    /// <summary>The probe's actor.</summary>
    public IActorRef Ref => TestActor;

    /// <summary>Who sent the message that was taken last.</summary>
    public IActorRef Sender => LastSender;

    /// <inheritdoc />
    ActorPath IActorRef.Path => TestActor.Path;

    /// <summary>Sends a message as the probe.</summary>
    public void Send(IActorRef actor, object message) => actor.Tell(message, TestActor);

    /// <summary>Passes a message on with the sender of the one that was taken last.</summary>
    public void Forward(IActorRef actor, object message) => actor.Tell(message, Sender);

    /// <summary>Passes the message that was taken last on with its sender.</summary>
    /// <exception cref="InvalidOperationException">None was taken yet.</exception>
    public void Forward(IActorRef actor) =>
        Forward(actor, LastMessage);

    /// <summary>Answers the sender of the message that was taken last.</summary>
    public void Reply(object message) => Sender.Tell(message, TestActor);

    /// <inheritdoc cref="TestKitBase.ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public Task<IActorRef> ChildActorOfAsync<T>(string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOfAsync(Props.Create<T>(), name, supervisorStrategy, cancellationToken);

    /// <inheritdoc cref="TestKitBase.ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public Task<IActorRef> ChildActorOfAsync<T>(SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOfAsync<T>(null, supervisorStrategy, cancellationToken);

    /// <inheritdoc cref="TestKitBase.ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public Task<IActorRef> ChildActorOfAsync<T>(string name, CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOfAsync<T>(name, null, cancellationToken);

    /// <inheritdoc cref="TestKitBase.ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public Task<IActorRef> ChildActorOfAsync<T>(CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOfAsync<T>(null, null, cancellationToken);

    /// <inheritdoc cref="TestKitBase.ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public IActorRef ChildActorOf<T>(string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOf(Props.Create<T>(), name, supervisorStrategy, cancellationToken);

    /// <inheritdoc cref="TestKitBase.ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public IActorRef ChildActorOf<T>(SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOf<T>(null, supervisorStrategy, cancellationToken);

    /// <inheritdoc cref="TestKitBase.ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public IActorRef ChildActorOf<T>(string name, CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOf<T>(name, null, cancellationToken);

    /// <inheritdoc cref="TestKitBase.ChildActorOfAsync(Props, string, SupervisorStrategy, CancellationToken)"/>
    public IActorRef ChildActorOf<T>(CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOf<T>(null, null, cancellationToken);

    /// <inheritdoc />
    void ICanTell.Tell(object message, IActorRef sender) => TestActor.Tell(message, sender);

    /// <summary>Death watch and supervision mean the probe's actor.</summary>
    void IInternalActorRef.SendSystemMessage(SystemMessage message) => ((IInternalActorRef)TestActor).SendSystemMessage(message);

    /// <summary>A probe is its actor.</summary>
    bool IEquatable<IActorRef>.Equals(IActorRef other) => TestActor.Equals(other is TestProbe probe ? probe.TestActor : other);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is IActorRef other && ((IEquatable<IActorRef>)this).Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => TestActor.GetHashCode();

    /// <inheritdoc />
    int IComparable<IActorRef>.CompareTo(IActorRef other) => TestActor.CompareTo(other);

    /// <inheritdoc />
    public int CompareTo(object obj) => TestActor.CompareTo(obj is TestProbe probe ? probe.TestActor : obj);

    /// <inheritdoc />
    public override string ToString() => $"TestProbe({TestActor})";
}
