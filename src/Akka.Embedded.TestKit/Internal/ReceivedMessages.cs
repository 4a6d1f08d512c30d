
namespace Akka.TestKit.Internal;

/// <summary>
/// What a test actor has got and the test has not yet looked at, oldest first. Unbounded: a test that never reads it ends
/// with the test. Any thread adds; the test takes.
/// </summary>
internal sealed class ReceivedMessages
{
    private readonly LinkedList<MessageEnvelope> _messages = new();
    private TaskCompletionSource _arrival;

    public int Count
    {
        get
        {
            lock (_messages)
                return _messages.Count;
        }
    }

    public void Add(MessageEnvelope envelope)
    {
        TaskCompletionSource arrival;
        lock (_messages)
        {
            _messages.AddLast(envelope);
            arrival = _arrival;
            _arrival = null;
        }

        arrival?.TrySetResult();
    }

    /// <summary>Undoes a take: the envelope is the next again.</summary>
    public void PutBack(MessageEnvelope envelope)
    {
        lock (_messages)
            _messages.AddFirst(envelope);
    }

    public bool TryTake(out MessageEnvelope envelope)
    {
        lock (_messages)
        {
            envelope = _messages.First?.Value;
            if (envelope is null)
                return false;
            _messages.RemoveFirst();
            return true;
        }
    }

    /// <summary>The next envelope, or null when none came in time. A negative timeout waits for as long as it takes.</summary>
    public async ValueTask<MessageEnvelope> TakeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var deadline = timeout < TimeSpan.Zero ? TimeSpan.MaxValue : TestKitBase.Now + timeout;
        while (true)
        {
            var arrival = Arrival();
            if (TryTake(out var envelope))
                return envelope;
            var remaining = Remaining(deadline);
            if (remaining == TimeSpan.Zero)
                return null;
            await arrival.WaitAsync(remaining, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public IReadOnlyList<MessageEnvelope> Snapshot()
    {
        lock (_messages)
            return [.. _messages];
    }

    /// <summary>Completes when something is added after this call.</summary>
    private Task Arrival()
    {
        lock (_messages)
            return (_arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    private static TimeSpan Remaining(TimeSpan deadline)
    {
        if (deadline == TimeSpan.MaxValue)
            return Timeout.InfiniteTimeSpan;
        var remaining = deadline - TestKitBase.Now;
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }
}
