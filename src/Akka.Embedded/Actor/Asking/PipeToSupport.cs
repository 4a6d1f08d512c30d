namespace Akka.Actor;

/// <summary>
/// Turns the end of a task into a message: its result, or what <c>failure</c> makes of its exception (<see cref="Status.Failure"/> by default).
/// A result of null cannot be told and is such an exception, <see cref="InvalidMessageException"/>; a task without a result is silent unless <c>success</c> speaks for it.
/// </summary>
public static class PipeToSupport
{
    public static Task PipeTo<T>(this Task<T> taskToPipe, ICanTell recipient, IActorRef sender = null, Func<T, object> success = null, Func<Exception, object> failure = null) =>
        taskToPipe.PipeTo(recipient, false, sender, success, failure);

    public static Task PipeTo<T>(this ValueTask<T> taskToPipe, ICanTell recipient, IActorRef sender = null, Func<T, object> success = null, Func<Exception, object> failure = null) =>
        taskToPipe.AsTask().PipeTo(recipient, false, sender, success, failure);

    public static Task PipeTo<T>(this ValueTask<T> taskToPipe, ICanTell recipient, bool useConfigureAwait, IActorRef sender = null, Func<T, object> success = null, Func<Exception, object> failure = null) =>
        taskToPipe.AsTask().PipeTo(recipient, useConfigureAwait, sender, success, failure);

    /// <param name="taskToPipe">The work.</param>
    /// <param name="recipient">Who is told.</param>
    /// <param name="useConfigureAwait">Whether <paramref name="success"/> and <paramref name="failure"/> run where the caller is; otherwise wherever the task ends.</param>
    /// <param name="sender">As whom.</param>
    /// <param name="success">Makes the message of the result; the result itself by default.</param>
    /// <param name="failure">Makes the message of the exception.</param>
    public static async Task PipeTo<T>(this Task<T> taskToPipe, ICanTell recipient, bool useConfigureAwait, IActorRef sender = null, Func<T, object> success = null, Func<Exception, object> failure = null)
    {
        object message;
        try
        {
            var result = await taskToPipe.ConfigureAwait(useConfigureAwait || IsSimulated);
            message = (success is null ? result : success(result)) ?? throw new InvalidMessageException();
        }
        catch (Exception cause)
        {
            message = failure is null ? new Status.Failure(cause) : failure(cause);
        }

        recipient.Tell(message, sender);
    }

    public static Task PipeTo(this Task taskToPipe, ICanTell recipient, IActorRef sender = null, Func<object> success = null, Func<Exception, object> failure = null) =>
        taskToPipe.PipeTo(recipient, false, sender, success, failure);

    public static Task PipeTo(this ValueTask taskToPipe, ICanTell recipient, IActorRef sender = null, Func<object> success = null, Func<Exception, object> failure = null) =>
        taskToPipe.AsTask().PipeTo(recipient, false, sender, success, failure);

    public static Task PipeTo(this ValueTask taskToPipe, ICanTell recipient, bool useConfigureAwait, IActorRef sender = null, Func<object> success = null, Func<Exception, object> failure = null) =>
        taskToPipe.AsTask().PipeTo(recipient, useConfigureAwait, sender, success, failure);

    public static async Task PipeTo(this Task taskToPipe, ICanTell recipient, bool useConfigureAwait, IActorRef sender = null, Func<object> success = null, Func<Exception, object> failure = null)
    {
        object message;
        try
        {
            await taskToPipe.ConfigureAwait(useConfigureAwait || IsSimulated);
            message = success is null ? null : success() ?? throw new InvalidMessageException();
        }
        catch (Exception cause)
        {
            message = failure is null ? new Status.Failure(cause) : failure(cause);
        }

        if (message is not null)
            recipient.Tell(message, sender);
    }

    /// <summary>In a simulation the continuation must come back to its one thread, which its context does.</summary>
    private static bool IsSimulated => SynchronizationContext.Current is Deterministic.SimulationContext;
}
