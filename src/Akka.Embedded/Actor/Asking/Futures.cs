namespace Akka.Actor;

/// <summary>Questions: a message whose first answer completes a task.</summary>
public static class Futures
{
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) => self.Ask<object>(message, timeout, CancellationToken.None);

    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) => self.Ask<object>(message, null, cancellationToken);

    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) => self.Ask<object>(message, timeout, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) => self.Ask<T>(message, timeout, CancellationToken.None);

    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) => self.Ask<T>(message, null, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<T>(_ => message, timeout, cancellationToken);

    /// <summary>
    /// Tells, and completes with the first answer. A <see cref="Status.Failure"/> is rethrown, and another type than asked for is an error.
    /// </summary>
    /// <param name="self">Whom to ask.</param>
    /// <param name="messageFactory">Makes the question; its argument is where the answer goes.</param>
    /// <param name="timeout">Null for <c>akka.actor.ask-timeout</c>, which is infinite by default.</param>
    /// <param name="cancellationToken">Ends the wait with <see cref="TaskCanceledException"/>.</param>
    /// <exception cref="AskTimeoutException">No answer in time.</exception>
    /// <exception cref="ArgumentException">The answer is not a <typeparamref name="T"/>, or the receiver is no actor of a system.</exception>
    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var system = SystemOf(self) ?? throw new ArgumentException($"Unable to resolve the system of the target {self} of the Ask.", nameof(self));
        var promise = new AskPromise<T>(system, self, timeout ?? system.Settings.AskTimeout, cancellationToken);
        self.Tell(messageFactory(promise), promise);
        return promise.Task;
    }

    private static ActorSystemImpl SystemOf(ICanTell target) => target switch
    {
        LocalActorRef local => (ActorSystemImpl)local.Cell.System,
        ActorSelection selection => SystemOf(selection.Anchor),
        ISystemReference reference => reference.System,
        _ => (ActorSystemImpl)ActorCell.Current?.System,
    };
}

/// <summary>A reference that knows its system without being an actor.</summary>
internal interface ISystemReference
{
    ActorSystemImpl System { get; }
}
