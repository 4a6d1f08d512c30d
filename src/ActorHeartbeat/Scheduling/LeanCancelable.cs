using Akka.Actor;

namespace ActorHeartbeat.Scheduling;

/// <summary>
/// Cancels one timer. Akka.NET's own brings a source of tokens, and a timer that follows one takes 150 bytes more: this one is asked, or
/// takes the timer out of a <see cref="DedicatedThreadScheduler"/> by itself. A message may be its own. Thread-safe.
/// </summary>
internal class LeanCancelable : ICancelable
{
    private volatile bool _isCancelled;
    private ScheduledEntry? _entry;
    private CancellationTokenSource? _source; // for a scheduler that asks for the token

    public bool IsCancellationRequested => _isCancelled;

    public CancellationToken Token
    {
        get
        {
            var source = LazyInitializer.EnsureInitialized(ref _source);
            if (_isCancelled)
                source.Cancel();
            return source.Token;
        }
    }

    public void Cancel()
    {
        _isCancelled = true;
        Interlocked.Exchange(ref _entry, null)?.Leave(); // a full fence: who asks for the token from here on sees the cancellation
        _source?.Cancel();
    }

    public void Cancel(bool throwOnFirstException) => Cancel();

    public void CancelAfter(TimeSpan delay) => throw new NotSupportedException("cancels a timer, and needs none");

    public void CancelAfter(int millisecondsDelay) => CancelAfter(TimeSpan.FromMilliseconds(millisecondsDelay));

    /// <summary>Lets the cancellation take a timer out at once, so that nothing holds its message any longer.</summary>
    public void Release(ScheduledEntry entry)
    {
        Interlocked.Exchange(ref _entry, entry);
        if (IsCancellationRequested)
            entry.Leave();
    }

    /// <summary>The timer fires no more.</summary>
    public void Forget() => Interlocked.Exchange(ref _entry, null);
}
