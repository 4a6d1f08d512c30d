using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>
/// Lends a test actor's cell to the test's thread, so that a bare Tell has the test actor for its sender. The loan follows
/// the test's asynchronous calls from thread to thread and ends with them.
/// </summary>
internal static class LentCell
{
    private static readonly AsyncLocal<ActorCell> Lent = new(OnChange);

    public static void To(IActorRef testActor) => Lent.Value = ((LocalActorRef)testActor).Cell;

    /// <summary>A thread that is running an actor keeps that actor's cell, whatever flows through it.</summary>
    private static void OnChange(AsyncLocalValueChangedArgs<ActorCell> change)
    {
        if (ActorCell.Current is null || ReferenceEquals(ActorCell.Current, change.PreviousValue))
            ActorCell.Current = change.CurrentValue;
    }
}
