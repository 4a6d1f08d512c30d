namespace Akka.TestKit.Internal;

/// <summary>
/// The one place where a synchronous form waits for its asynchronous core. The core never asks for the caller's
/// synchronization context back, so the wait cannot starve it.
/// </summary>
internal static class Blocking
{
#pragma warning disable VSTHRD002 // This is what the synchronous forms promise: the caller's thread waits, within a deadline.
    public static void Wait(Task pending) => pending.GetAwaiter().GetResult();

    public static T Wait<T>(Task<T> pending) => pending.GetAwaiter().GetResult();

    /// <summary>Whether the task ended in time, well or not.</summary>
    public static bool Ends(Task pending, TimeSpan timeout) => Task.WaitAny([pending], timeout) == 0;

    public static void Wait(ValueTask pending) => pending.AsTask().GetAwaiter().GetResult();

    public static T Wait<T>(ValueTask<T> pending) =>
        pending.IsCompletedSuccessfully ? pending.Result : pending.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    public static IReadOnlyList<T> ToList<T>(IAsyncEnumerable<T> items) => Wait(CollectAsync(items));

    private static async Task<IReadOnlyList<T>> CollectAsync<T>(IAsyncEnumerable<T> items)
    {
        var collected = new List<T>();
        await foreach (var item in items.ConfigureAwait(false))
            collected.Add(item);
        return collected;
    }
}
