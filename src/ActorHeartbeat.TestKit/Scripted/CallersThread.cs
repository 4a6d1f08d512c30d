namespace ActorHeartbeat.TestKit;

/// <summary>Completes tasks so that what waits for them runs inside the completing call.</summary>
internal static class CallersThread
{
    /// <summary>
    /// A continuation is not run inline on a thread with a synchronization context, and test runners install one: it would go
    /// to the thread pool and with it the order of events. So the context steps aside for the call.
    /// </summary>
    public static void Complete<T>(TaskCompletionSource<T> source, T result)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            source.TrySetResult(result);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
