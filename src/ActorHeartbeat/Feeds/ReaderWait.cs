using System.Threading.Tasks.Sources;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// The wait of a subscription's one reader, as a reusable task or as a callback. A publisher or the
/// cancellation wakes the reader: only the first to take the waiter out of its field, so the reader wakes once.
/// </summary>
internal sealed class ReaderWait : IValueTaskSource<bool>
{
    // Stands in the field for a reader that awaits the task.
    private static readonly object Awaits = new();

    // Continuations run on other threads, because publishers are pumps and hold their feed.
    private ManualResetValueTaskSourceCore<bool> _signal = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private object? _waiter;

    public bool IsWaiting => Volatile.Read(ref _waiter) is not null;

    /// <exception cref="InvalidOperationException">Another reader waits already.</exception>
    public ValueTask<bool> Begin(CancellationToken cancellation)
    {
        RequireNobodyWaits();
        _signal.Reset();
        var version = _signal.Version;
        Volatile.Write(ref _waiter, Awaits);
        if (cancellation.CanBeCanceled)
            // The state is this instance.
            _cancellation = cancellation.UnsafeRegister(static (wait, token) => ((ReaderWait)wait!).Cancel(token), this);
        return new ValueTask<bool>(this, version);
    }

    /// <exception cref="InvalidOperationException">Another reader waits already.</exception>
    public void Begin(Action whenReady)
    {
        RequireNobodyWaits();
        Volatile.Write(ref _waiter, whenReady);
    }

    public void Wake()
    {
        switch (Interlocked.Exchange(ref _waiter, null))
        {
            case Action whenReady:
                whenReady();
                break;
            case not null:
                _signal.SetResult(true);
                break;
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _cancellation.Dispose();
        _cancellation = default;
        return _signal.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags) => _signal.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellation)
    {
        if (Interlocked.CompareExchange(ref _waiter, null, Awaits) == Awaits)
            _signal.SetException(new OperationCanceledException(cancellation));
    }

    private void RequireNobodyWaits()
    {
        if (IsWaiting)
            throw new InvalidOperationException("a subscription has one reader at a time, and another one waits already");
    }
}
