using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// Sends messages one at a time in the order of the calls, with a bound on those that wait. The
/// caller that finds the socket free writes; an idle connection has no writer and no queue.
/// </summary>
/// <param name="socket">Takes the messages. It guards the queue, too: nobody else locks it.</param>
internal sealed class MessageSender(ISentThrough socket)
{
    private Queue<Waiting>? _waiting;
    private TaskCompletionSource? _idle;
    private bool _writing;
    private bool _closed;

    public ValueTask<SendStatus> SendAsync(OutboundMessage message)
    {
        lock (socket)
        {
            if (_closed)
                return new ValueTask<SendStatus>(SendStatus.Refused);
            if (_writing)
                return EnqueueLocked(message);
            _writing = true;
        }

        return SendAndPassOnAsync(message);
    }

    /// <summary>Refuses further messages; completes when those accepted are sent or lost.</summary>
    public Task CloseAsync()
    {
        lock (socket)
        {
            _closed = true;
            if (!_writing)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>Ends the sender with its connection: messages that wait expire.</summary>
    public void End()
    {
        Queue<Waiting>? lost;
        lock (socket)
        {
            _closed = true;
            lost = _waiting;
            _waiting = null;
        }

        while (lost is not null && lost.TryDequeue(out var waiting))
            waiting.SetResult(SendStatus.Expired);
    }

    private ValueTask<SendStatus> EnqueueLocked(OutboundMessage message)
    {
        _waiting ??= new Queue<Waiting>();
        if (_waiting.Count >= socket.MostWaiting)
            return new ValueTask<SendStatus>(SendStatus.Refused);
        var waiting = new Waiting(message);
        _waiting.Enqueue(waiting);
        return new ValueTask<SendStatus>(waiting.Task);
    }

    private async ValueTask<SendStatus> SendAndPassOnAsync(OutboundMessage message)
    {
        var status = await SendOneAsync(message).ConfigureAwait(false);
        if (NextOrIdle() is { } next)
            _ = SendWaitingAsync(next);
        return status;
    }

    private async Task SendWaitingAsync(Waiting first)
    {
        for (var waiting = first; waiting is not null; waiting = NextOrIdle())
            waiting.SetResult(await SendOneAsync(waiting.Message).ConfigureAwait(false));
    }

    private Waiting? NextOrIdle()
    {
        lock (socket)
        {
            if (_waiting is not null && _waiting.TryDequeue(out var next))
                return next;
            _writing = false;
            _waiting = null;
            _idle?.TrySetResult();
            return null;
        }
    }

    private async ValueTask<SendStatus> SendOneAsync(OutboundMessage message)
    {
        try
        {
            var sending = socket.WriteAsync(message);
            if (sending.IsCompleted)
                await sending.ConfigureAwait(false);
            else
                await BeforeDeadlineAsync(sending).ConfigureAwait(false);
            return SendStatus.Sent;
        }
        catch (Exception exception) when (WebSocketEnds.IsEnd(exception))
        {
            // The pump's read meets the same end and reports it.
            return SendStatus.Expired;
        }
    }

    private async ValueTask BeforeDeadlineAsync(ValueTask sending)
    {
        using var timeout = new CancellationTokenSource(socket.SendDeadline, socket.Time);
        await using var registration = timeout.Token
            .UnsafeRegister(static state => ((ISentThrough)state!).OnSendDeadline(), socket)
            .ConfigureAwait(false);
        await sending.ConfigureAwait(false);
    }

    private sealed class Waiting(OutboundMessage message)
        : TaskCompletionSource<SendStatus>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public OutboundMessage Message => message;
    }
}

/// <summary>What a <see cref="MessageSender"/> sends through.</summary>
internal interface ISentThrough
{
    /// <summary>How many messages may wait; read for each that must wait.</summary>
    int MostWaiting { get; }

    /// <summary>The clock of the deadline.</summary>
    TimeProvider Time { get; }

    /// <summary>How long one message may take.</summary>
    TimeSpan SendDeadline { get; }

    /// <summary>Sends one message.</summary>
    ValueTask WriteAsync(OutboundMessage message);

    /// <summary>The deadline has passed: makes the write in flight fail.</summary>
    void OnSendDeadline();
}
