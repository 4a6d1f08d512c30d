namespace ActorHeartbeat.TestKit;

/// <summary>Completes tasks so that their continuations run inside the completing call.</summary>
internal static class CallersThread
{
    /// <summary>
    /// Removes the synchronization context for the call. Test runners install one, and on such a thread a
    /// continuation does not run inline: it would go to the thread pool, and the order of events would be lost.
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
