namespace Akka.Actor;

public static class GracefulStopSupport
{
    /// <summary>Sends a <see cref="PoisonPill"/> and completes with true once the actor has stopped, and with false when it has not in time.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => GracefulStop(target, timeout, PoisonPill.Instance);

    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var watch = StopWatch.Begin(target, timeout, CancellationToken.None);
        target.Tell(stopMessage, ActorRefs.NoSender);
        try
        {
            await watch;
            return true;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }
}

public static class WatchAsyncSupport
{
    /// <summary>Completes with true once the actor has stopped, and with false when the token ends the wait.</summary>
    public static async Task<bool> WatchAsync(this IActorRef target, CancellationToken token = default)
    {
        try
        {
            await StopWatch.Begin(target, Timeout.InfiniteTimeSpan, token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>A task that ends when an actor does.</summary>
internal static class StopWatch
{
    public static Task<Terminated> Begin(IActorRef target, TimeSpan timeout, CancellationToken token)
    {
        if (target is not LocalActorRef { Cell: { } cell } local)
            throw new ArgumentException($"{target} is not an actor that can be watched.", nameof(target));
        var watcher = new AskPromise<Terminated>((ActorSystemImpl)cell.System, target, timeout, token);
        local.SendSystemMessage(new Dispatch.WatchMessage(local, watcher));
        return watcher.Task;
    }
}
