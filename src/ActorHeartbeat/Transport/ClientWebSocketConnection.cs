using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Transport;

/// <summary>
/// A connection over the framework's WebSocket. One pump, <see cref="RunAsync"/>, reads from the first frame to the end and is alone in
/// reporting; everything else only makes the socket do something that the pump then sees.
/// </summary>
internal sealed class ClientWebSocketConnection : IConnection
{
    private readonly OpenedWebSocket _opened;
    private readonly EndpointSettings _settings;
    private readonly IConnectionSink _sink;
    private readonly TimeProvider _time;
    private readonly MessageSender _sender;
    private readonly CancellationTokenSource _aborted = new();
    private ClosingHandshake? _closing;
    private DialFailure? _failure;
    private int _started;

    public ClientWebSocketConnection(OpenedWebSocket opened, EndpointSettings settings, IConnectionSink sink, TimeProvider time)
    {
        _opened = opened;
        _settings = settings;
        _sink = sink;
        _time = time;
        _sender = new MessageSender(opened.Socket, settings.Limits.SendQueue, settings.Timeouts.Send, time, OnSendDeadline);
    }

    public string? Subprotocol => _opened.Socket.SubProtocol;

    private ClosingHandshake Closing => LazyInitializer.EnsureInitialized(
        ref _closing, () => new ClosingHandshake(_opened.Socket, _sender, _settings.Timeouts.Close, _time, OnCloseDeadline));

    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
            _ = Task.Run(RunAsync, CancellationToken.None);
    }

    public ValueTask<SendStatus> SendAsync(OutboundMessage message) => _sender.SendAsync(message);

    public bool TryPing(long id) => Volatile.Read(ref _closing) is null && _opened.Tap.TryPing(id);

    public void Close(int code, string reason)
    {
        if (!CloseCodes.MaySend(code))
            throw new ArgumentOutOfRangeException(nameof(code), code, "RFC 6455 section 7.4 forbids to send this close code");
        _ = Closing.SendAsync(code, reason);
    }

    public void Abort()
    {
        Drop();
        Start();
    }

    private async Task RunAsync()
    {
        var end = await ReceiveToTheEndAsync().ConfigureAwait(false);
        _opened.Dispose();
        _sender.End();
        _closing?.Dispose();
        _sink.OnEnded(end);
    }

    private async Task<ConnectionEnd> ReceiveToTheEndAsync()
    {
        try
        {
            var receiver = new MessageReceiver(_opened.Socket, _opened.ReadBuffer, _settings.Limits.Message, _sink);
            if (await receiver.ReceiveAsync(_aborted.Token).ConfigureAwait(false) == ReceiveEnd.TooBig)
                await RefuseTooBigAsync(receiver).ConfigureAwait(false);
            var answered = await Closing.SendAsync(AnswerTo(_opened.Tap.PeerCloseCode), "").ConfigureAwait(false);
            return new ConnectionEnd(_opened.Tap.PeerCloseCode, _opened.Socket.CloseStatusDescription ?? "", answered) { Failure = _failure };
        }
        catch (Exception exception) when (WebSocketEnds.IsEnd(exception))
        {
            return new ConnectionEnd(CloseCodes.AbnormalClosure, "", WasClean: false) { Failure = WhyDropped(exception) };
        }
        catch (Exception exception)
        {
            // A sink that throws is a bug of this program; its endpoint must learn all the same that the connection is over.
            return new ConnectionEnd(CloseCodes.AbnormalClosure, "", WasClean: false)
            {
                Failure = new DialFailure(FailureLayer.Unknown, $"a message could not be delivered: {exception.GetType().Name}: {exception.Message}"),
            };
        }
    }

    private async Task RefuseTooBigAsync(MessageReceiver receiver)
    {
        var limit = _settings.Limits.Message;
        Blame(new DialFailure(FailureLayer.Protocol, $"a message is larger than limits.message ({limit} B); closed with {CloseCodes.MessageTooBig}"));
        _ = Closing.SendAsync(CloseCodes.MessageTooBig, $"at most {limit} B");
        await receiver.DiscardAsync().ConfigureAwait(false);
    }

    /// <summary>A Close frame is answered with its code (RFC 6455 section 5.5.1); 1005 stands for none and is never on the wire.</summary>
    private static int AnswerTo(int code) => code == CloseCodes.NoStatusReceived ? CloseCodes.NormalClosure : code;

    private DialFailure? WhyDropped(Exception exception) =>
        _failure ?? (_aborted.IsCancellationRequested ? null : WebSocketEnds.Judge(exception, _opened.Tap.PeerCloseCode));

    private void OnSendDeadline()
    {
        Blame(new DialFailure(FailureLayer.Timeout, $"the socket did not take a message within {_settings.Timeouts.Send.TotalSeconds:0.###} s"));
        Drop();
    }

    private void OnCloseDeadline()
    {
        Blame(new DialFailure(FailureLayer.Timeout, $"the closing handshake was not done within {_settings.Timeouts.Close.TotalSeconds:0.###} s"));
        Drop();
    }

    private void Blame(DialFailure failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    private void Drop()
    {
        _aborted.Cancel();
        _opened.Socket.Abort();
    }
}
