namespace ActorHeartbeat.Protocol;

/// <summary>
/// A cancellation that takes memory only once somebody has asked for its token: most are never asked for. Thread-safe; hold it in a field
/// that is not read-only.
/// </summary>
internal struct LazyCancellation
{
    private static readonly CancellationTokenSource Cancelled = CreateCancelled();

    private CancellationTokenSource? _source;

    public readonly bool IsCancelled => Volatile.Read(in _source) is { IsCancellationRequested: true };

    public CancellationToken Token => LazyInitializer.EnsureInitialized(ref _source, static () => new CancellationTokenSource()).Token;

    public void Cancel()
    {
        if (Interlocked.CompareExchange(ref _source, Cancelled, null) is { } source && source != Cancelled)
            source.Cancel();
    }

    /// <summary>Lets go of the token that was given out: what it was for is over. A cancellation stays.</summary>
    public void Renew()
    {
        if (Volatile.Read(in _source) is { IsCancellationRequested: false } source)
            Interlocked.CompareExchange(ref _source, null, source);
    }

    private static CancellationTokenSource CreateCancelled()
    {
        var source = new CancellationTokenSource();
        source.Cancel();
        return source;
    }
}
