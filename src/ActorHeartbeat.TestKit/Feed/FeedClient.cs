
namespace ActorHeartbeat.TestKit;

/// <summary>One live connection of a feed server.</summary>
public sealed class FeedClient
{
    /// <summary>The close code for a connection whose name has connected again.</summary>
    public const int CloseReplaced = 4001;

    /// <summary>The close code for a client that leaves the questions of <c>/asks</c> unanswered.</summary>
    public const int CloseUnanswering = 4002;

    private readonly FeedSocket _socket;
    private readonly FeedServerOptions _options;
    private readonly FeedLedger _ledger;
    private readonly FeedFaults _faults;
    private readonly PeerSocket _peer;
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FeedPatrol _patrol;
    private readonly FeedTicker _ticker;
    private readonly bool _waitsForHello;
    private Task _closing = Task.CompletedTask;
    private int _closeSent;

    internal FeedClient(
        FeedVisit visit,
        int connection,
        FeedSocket socket,
        PeerSocket peer,
        FeedServerOptions options,
        FeedLedger ledger,
        FeedFaults faults)
    {
        (Name, Path, Connection) = (visit.Name, visit.Path, connection);
        (_socket, _peer, _options, _ledger, _faults) = (socket, peer, options, ledger, faults);
        _waitsForHello = visit.Tick.WaitsForHello;
        Since = options.Time.GetUtcNow();
        _patrol = new FeedPatrol(this, options);
        _ticker = new FeedTicker(this, visit.Tick, ledger, options.Time);
    }

    /// <summary>The client's <c>?name=</c>, or a generated name when it gave none.</summary>
    public string Name { get; }

    public FeedPath Path { get; }

    /// <summary>1 for the first connection of the name, 2 for the next.</summary>
    public int Connection { get; }

    public DateTimeOffset Since { get; }

    /// <summary>Completes when the connection is over.</summary>
    public Task Ended => _ended.Task;

    internal bool IsSilenced => _faults.Applies(FeedFaultKind.Silence, Name, Path.Path);

    /// <summary>Sends a text message; does nothing when the connection is over.</summary>
    public Task SendTextAsync(string text) => SendAsync(Frame.Text(text));

    /// <summary>Sends a binary message; does nothing when the connection is over.</summary>
    public Task SendBinaryAsync(ReadOnlyMemory<byte> payload) => SendAsync(Frame.Binary(payload));

    /// <summary>Sends any frame, also one that breaks RFC 6455.</summary>
    public async Task SendAsync(Frame frame)
    {
        if (IsSilenced || _over.IsCancellationRequested)
            return;
        try
        {
            await _socket.SendAsync(frame, _over.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (LostSocket.IsMeantBy(gone))
        {
            // The pump notices the end itself and reports it.
        }
    }

    /// <summary>Sends a Close frame, waits for the client's up to the close timeout, then cuts. Later calls wait with the first.</summary>
    public Task CloseAsync(int code, string reason = "")
    {
        if (Interlocked.Exchange(ref _closeSent, 1) == 0)
            _closing = FinishClosingAsync(Frame.Close(code, reason));
        return Ended;
    }

    /// <summary>Resets the connection (TCP RST) now.</summary>
    public void Cut()
    {
        _peer.Reset();
        _over.Cancel();
    }

    internal bool PeerIsGone() => _peer.IsGone;

    internal void Patrol()
    {
        if (!_over.IsCancellationRequested)
            _patrol.Check();
    }

    internal void RemoveAsDead()
    {
        _ledger.Count(Name, record => record.Removed++);
        Cut();
    }

    internal void RemoveAsUnanswering()
    {
        if (Volatile.Read(ref _closeSent) != 0)
            return;
        _ledger.Count(Name, record => record.Removed++);
        _ = CloseAsync(CloseUnanswering, "no answer to the server's pings");
    }

    /// <summary>Serves the connection until it ends.</summary>
    internal async Task RunAsync()
    {
        try
        {
            if (!_waitsForHello)
                _ticker.Start();
            await PumpAsync().ConfigureAwait(false);
        }
        catch (FeedViolationException violation)
        {
            await EndAsync(Frame.Close(violation.Code, violation.Message)).ConfigureAwait(false);
        }
        catch (Exception gone) when (LostSocket.IsMeantBy(gone))
        {
            // The client left without a Close frame; the ledger needs no more than that.
        }
        finally
        {
            _ledger.Left(this);
            await _over.CancelAsync().ConfigureAwait(false);
            _ended.TrySetResult();
            await Task.WhenAll(_closing, _ticker.StopAsync(), _patrol.Sending).ConfigureAwait(false);
            await _socket.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task PumpAsync()
    {
        while (await _socket.ReceiveAsync(_over.Token).ConfigureAwait(false) is { } frame)
        {
            _patrol.Heard();
            switch (frame.Opcode)
            {
                case Opcode.Ping:
                    _ledger.Count(Name, record => record.Pings++);
                    if (AnswersHeartbeats)
                        await SendAsync(Frame.Pong(frame.Payload)).ConfigureAwait(false);
                    break;
                case Opcode.Pong:
                    break;
                case Opcode.Close:
                    _ledger.Count(Name, record => record.LastCloseCode = frame.CloseCode);
                    await EndAsync(frame).ConfigureAwait(false);
                    return;
                case Opcode.Text:
                    await ReactAsync(frame.AsText).ConfigureAwait(false);
                    break;
                default:
                    _ledger.Count(Name, record => record.Messages++);
                    if (Path.Path == FeedPath.Echo)
                        await SendAsync(frame with { Mask = null }).ConfigureAwait(false);
                    break;
            }
        }
    }

    private bool AnswersHeartbeats => !_faults.Applies(FeedFaultKind.NoPongs, Name, Path.Path);

    private async Task ReactAsync(string text)
    {
        var reaction = FeedReaction.To(Path, text);
        var isHeartbeat = reaction.Kind is FeedMessageKind.Heartbeat or FeedMessageKind.Answer;
        _ledger.Count(Name, record => _ = isHeartbeat ? record.Heartbeats++ : record.Messages++);
        if (reaction.Reply is { } reply && (!isHeartbeat || AnswersHeartbeats))
            await SendTextAsync(reply).ConfigureAwait(false);
        if (reaction.Kind == FeedMessageKind.Answer)
            _patrol.Answered();
        else if (reaction.Kind == FeedMessageKind.Start)
            _ticker.Start();
        else if (reaction.Kind == FeedMessageKind.Stop)
            await _ticker.StopAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Sends the last Close frame. The client counts as gone before it receives the frame, so that its next connection is not an overlap.
    /// </summary>
    private async Task EndAsync(Frame close)
    {
        _ledger.Left(this);
        if (Interlocked.Exchange(ref _closeSent, 1) == 0)
            await SendAsync(close with { Mask = null }).ConfigureAwait(false);
    }

    private async Task FinishClosingAsync(Frame close)
    {
        await SendAsync(close).ConfigureAwait(false);
        try
        {
            await Ended.WaitAsync(_options.CloseTimeout, _options.Time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Cut();
        }
    }
}
