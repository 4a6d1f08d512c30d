using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// Calls an observer as a real pump would: one call at a time, in order, nothing before the start, nothing while a message is still
/// being worked on, nothing after the end.
/// </summary>
internal sealed class ScriptedPump(IConnectionObserver observer, Action<string> violated)
{
    // The content of a reused buffer, for a consumer that keeps it too long.
    private const byte Stale = 0xDD;

    private readonly Lock _lock = new();
    private readonly Queue<(Func<ValueTask> Report, byte[] Buffer)> _inbound = new();
    private bool _busy;
    private bool _stopped;

    public bool IsStarted { get; private set; }

    public bool TryStart()
    {
        lock (_lock)
        {
            if (IsStarted)
                return false;
            IsStarted = true;
        }
        Drain();
        return true;
    }

    public void PartOfMessage() => Then(() =>
    {
        observer.OnActivity();
        observer.OnPartOfMessage();
    });

    public void Pong(byte[] payload) => Enqueue(payload, () =>
    {
        observer.OnPong(payload);
        observer.OnActivity();
        return default;
    });

    public void Message(MessageKind kind, byte[] payload) => Enqueue(payload, () =>
    {
        observer.OnActivity();
        return observer.OnMessageAsync(kind, payload);
    });

    /// <summary>Runs an action when everything before it has been reported.</summary>
    public void Then(Action action) => Enqueue([], () =>
    {
        action();
        return default;
    });

    /// <summary>Drops everything that has not been reported; from now on only <see cref="Ended"/> may be called.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            _inbound.Clear();
        }
    }

    public void Ended(ConnectionEnd end)
    {
        try
        {
            observer.OnEnded(end);
        }
        catch (Exception thrown)
        {
            Violated(thrown);
        }
    }

    private void Enqueue(byte[] buffer, Func<ValueTask> report)
    {
        lock (_lock)
        {
            if (_stopped)
                return;
            _inbound.Enqueue((report, buffer));
        }
        Drain();
    }

    private void Drain()
    {
        while (TryTake() is { } next)
        {
            var delivery = Call(next.Report);
            if (!delivery.IsCompleted)
            {
                _ = delivery.ContinueWith(
                    done =>
                    {
                        Finish(done, next.Buffer);
                        Drain();
                    },
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously, // on the thread that finishes the message
                    TaskScheduler.Default);
                return;
            }
            Finish(delivery, next.Buffer);
        }
    }

    private (Func<ValueTask> Report, byte[] Buffer)? TryTake()
    {
        lock (_lock)
        {
            if (_busy || !IsStarted || !_inbound.TryDequeue(out var next))
                return null;
            _busy = true;
            return next;
        }
    }

    private static Task Call(Func<ValueTask> report)
    {
        try
        {
            return report().AsTask();
        }
        catch (Exception thrown)
        {
            return Task.FromException(thrown);
        }
    }

    private void Finish(Task delivery, byte[] buffer)
    {
        if (delivery.Exception?.InnerException is { } thrown)
            Violated(thrown);
        Array.Fill(buffer, Stale);
        lock (_lock)
            _busy = false;
    }

    private void Violated(Exception thrown) => violated($"the observer threw {thrown.GetType().Name}: {thrown.Message}");
}
