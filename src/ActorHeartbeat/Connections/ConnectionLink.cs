using System.Net;
using ActorHeartbeat.Decoding;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <summary>
/// One incarnation of an endpoint's connection, where the data plane meets the control plane. The pump
/// writes timestamps here and passes messages on to the feed; the actor looks at the timestamps when its
/// timer fires. The link tells the actor only what changes a decision, each time with the incarnation.
/// </summary>
internal sealed partial class ConnectionLink : IConnectionObserver
{
    private readonly EndpointPlane _plane;
    private readonly SchedulerClock _clock;
    private readonly Conversation _conversation;
    private Succession _succession;
    private LazyCancellation _dial; // of the dial, and of what is asked by HTTP later
    private volatile IActorRef _owner;
    private volatile EndpointSettings _current;
    private Func<TemplateScope>? _hears; // of the pump alone
    private volatile InboundRules _rules;
    private volatile MessagePattern?[] _heartbeatAnswers; // of the newest heartbeat first
    private volatile AwaitedStep? _awaited;
    private volatile IPEndPoint? _dialed;
    private volatile string? _redirectedTo;
    private volatile string? _closedFor;
    private volatile CloseCause? _abortedFor;
    private IConnection? _connection;
    private FeedWriter? _writer;
    private Dictionary<string, KeepAliveRequest>? _requests; // only the actor uses it
    private Dictionary<string, OutboundMessage>? _keptAlive; // only the actor uses it
    private volatile bool _gone, _abandoned, _adopted, _isHeldBack, _isResumed, _forgets;

    /// <param name="connection">The connection that it is an incarnation of.</param>
    /// <param name="plane">The data plane of its endpoint, which numbers the incarnations.</param>
    /// <param name="settings">The settings for the dial.</param>
    /// <param name="sendRate">What the endpoint's group allows to be sent over it; null for no limit.</param>
    /// <param name="clock">The scheduler's clock.</param>
    /// <param name="attempt">Failures in a row before it, plus one.</param>
    /// <param name="seed">Of the random values in its messages.</param>
    /// <param name="before">What the endpoint knows from the connection before.</param>
    /// <param name="owner">The actor that receives its events.</param>
    /// <param name="extensions">What the host adds to the language of the conversation.</param>
    public ConnectionLink(
        ConnectionId connection,
        EndpointPlane plane,
        EndpointSettings settings,
        Rate? sendRate,
        SchedulerClock clock,
        int attempt,
        ulong seed,
        Session before,
        IActorRef owner,
        ConversationExtensions extensions)
    {
        Connection = connection;
        Incarnation = plane.NextIncarnation();
        Settings = _current = settings;
        _rules = InboundRules.Of(settings);
        _decoder = settings.Framing is { Decode: not FrameCoding.Off and var coding, Codec: null } ? new FrameDecoder(coding) : null;
        _codec = CodecOf(settings.Framing.Codec, extensions);
        _heartbeatAnswers = AnswersTo(settings.Heartbeat);
        _conversation = new Conversation(
            clock, settings, Incarnation, attempt, SplitMix.For(seed + (ulong)Incarnation, settings.Id.Value), before, extensions)
        {
            Request = new DialRequest(settings, settings.Url, []), // until the secrets are read
            Plane = plane,
        };
        Pace = SendPace.Of(sendRate, settings.OnOpenPace, clock.Elapsed);
        Subscriptions = new ConnectionSubscriptions(
            settings, _conversation, clock, SplitMix.For(seed + (ulong)Incarnation, "subscriptions"), plane, before.Keys);
        _succession = new Succession(plane);
        _plane = plane;
        _clock = clock;
        _owner = owner;
    }

    public ConnectionId Connection { get; }

    public long Incarnation { get; }

    /// <inheritdoc/>
    public LimitSettings Limits => _current.Limits;

    /// <summary>The settings for the dial.</summary>
    public EndpointSettings Settings { get; }

    /// <summary>Decides when its messages may go out; null while all go out at once. Only the actor uses it.</summary>
    public SendPace? Pace { get; private set; }

    /// <summary>What it asks the peer for by keys.</summary>
    public ConnectionSubscriptions Subscriptions { get; }

    /// <summary>What it has to prove as a successor, and what it is compared with.</summary>
    public ref Succession Succession => ref _succession;

    /// <inheritdoc cref="Conversation.Request"/>
    public DialRequest Request
    {
        get => _conversation.Request;
        set => _conversation.Request = value;
    }

    /// <summary>What is to be done before it is dialed.</summary>
    public Preparation PrepareBy(IDialer dialer, Uri url) => new(dialer, url, Settings, _conversation, Transcript);

    /// <inheritdoc cref="Conversation.Names"/>
    public ConnectionNames Names => _conversation.Names;

    /// <inheritdoc cref="Conversation.Session"/>
    public Session Session => _conversation.Session;

    /// <summary>What is said before it is closed on purpose.</summary>
    public ValueList<MessageTemplate> Goodbyes => _current.OnClose;

    /// <summary>Cancelled when the actor gives the dial up, and when the connection ends.</summary>
    public CancellationToken DialCancellation => _dial.Token;

    /// <summary>Whether the transport has confirmed that nothing of this incarnation is left.</summary>
    public bool IsGone => _gone;

    /// <inheritdoc cref="IConnection.HasUnread"/>
    public bool HasUnread => _connection!.HasUnread;

    private HeartbeatSettings Heartbeat => _current.Heartbeat;

    public string? Subprotocol => _connection?.Subprotocol;

    /// <summary>The address at the other end, also of a dial that only has a TCP connection; null when it is not known.</summary>
    public IPEndPoint? Address => _connection?.RemoteAddress ?? _dialed;

    /// <summary>The URL to which the server redirected the dial, as it may be shown; null when it did not.</summary>
    public string? RedirectedTo => _redirectedTo;

    /// <summary>
    /// Applies these settings from now on, such as the limits and what counts as an answer. Messages with a secret that this connection
    /// has not read are for the next one, which the same reload brings; this one keeps its own.
    /// </summary>
    public void Follow(EndpointSettings settings)
    {
        var before = Heartbeat.Expect;
        _current = EndpointChange.BringsSecret(Settings, settings)
            ? settings with
            {
                Heartbeat = _current.Heartbeat,
                OnMessage = _current.OnMessage,
                OnClose = _current.OnClose,
                Subscriptions = _current.Subscriptions,
            }
            : settings;
        _rules = InboundRules.Of(_current);
        foreach (var kept in Subscriptions.Change(_current).GroupBy(key => key.Book.Name))
            TellKept(kept.Key, [.. kept.Select(key => key.Name)], "it has neither cancel nor cancel-http");
        if (Heartbeat.Expect != before)
            _heartbeatAnswers = AnswersTo(Heartbeat);
    }

    /// <summary>Sets another send rate, or none.</summary>
    public void Limit(Rate? sendRate)
    {
        if (Pace is null)
            Pace = SendPace.Of(sendRate, opening: null, _clock.Elapsed);
        else
            Pace.Configure(sendRate, _clock.Elapsed);
    }

    /// <summary>Whether something is told for the first time of this connection.</summary>
    public bool IsFirst(string what) => _conversation.IsFirst(what);

    /// <summary>Counts it as a socket from now until it is gone.</summary>
    public void Begin()
    {
        _beganAt = _clock.Elapsed;
        _plane.SocketBegins(Connection.Number);
    }

    /// <summary>
    /// Takes the result of the dial, on the dial's thread: the link receives it even
    /// if the actor is gone by now. Aborts a connection that is no longer wanted.
    /// </summary>
    public DialResult Accept(DialResult result)
    {
        if (result is DialResult.Connected connected)
        {
            _dial.Renew();
            _connection = connected.Connection;
            Interlocked.MemoryBarrier(); // pairs with Abort: one of the two sees the other
            if (_abandoned)
                connected.Connection.Abort();
            return result;
        }
        Leave("dial failed");
        if (_adopted)
            _owner.Tell(new DialCompleted(Incarnation, result)); // the actor that dialed is dead
        return result;
    }

    /// <summary>Begins to read from the accepted connection.</summary>
    /// <param name="mayResume">Whether the peer goes on where the connection before was, whatever the steps say.</param>
    public void Start(bool mayResume = false)
    {
        _writer = _plane.Feed.Begin(Settings.MaxAge?.DuplicateKey, mayResume || Settings.OnOpen.Any(step => step.Resumed && Applies(step)));
        _awaited = NextWait(0);
        Volatile.Write(ref _lastInbound, _clock.Elapsed.Ticks);
        _connection!.Start();
    }

    /// <summary>Sets the actor that receives this link's events: the replacement of a crashed actor takes over its socket.</summary>
    public void Adopt(IActorRef owner)
    {
        _owner = owner;
        _adopted = true;
    }

    /// <inheritdoc cref="Conversation.Applies"/>
    public bool Applies(DialogueStep step) => _conversation.Applies(step);

    /// <summary>
    /// The step for which the pump waits from its start on, because nothing is said before it: what the peer says at once must not be
    /// missed. Null for none.
    /// </summary>
    public int? FirstWait => NextWait(0)?.Index;

    /// <summary>The opening messages are accepted: this connection carries the feed.</summary>
    /// <param name="resumed">Whether the peer goes on where it was, as the steps say.</param>
    /// <returns>Whether it does: a session that was forgotten meanwhile does not.</returns>
    public bool Opened(bool resumed)
    {
        resumed &= !_forgets;
        _conversation.Opened(resumed);
        _isResumed = resumed;
        var missing = Names.Settle(resumed, _current.Sequence?.Step);
        _writer!.Opened(resumed);
        Subscriptions.Open(resumed);
        if (missing is { } numbers)
            Miss(numbers);
        return resumed;
    }

    /// <summary>Forgets captured values. Consumers are told of a gap when the session was resumed before.</summary>
    public void Forget(ValueList<string> names)
    {
        if (names.Count == 0 || !_conversation.Forget(names))
            return;
        _forgets = true;
        if (!_isResumed)
            return;
        _isResumed = false;
        _writer!.TellLost("the peer does not go on where it was");
    }

    /// <inheritdoc cref="IConnection.Close"/>
    public void Close(int code, string reason)
    {
        _closedFor = reason.Length > 0 ? reason : CloseCause.Closed(code, reason).Detail;
        Tell(CloseCause.Closed(code, reason).Detail);
        _connection!.Close(code, reason);
    }

    /// <summary>Drops the dial or the socket at once; the end is still reported.</summary>
    /// <param name="why">Why, as consumers learn it.</param>
    public void Abort(CloseCause why)
    {
        _abortedFor ??= why;
        _abandoned = true;
        Interlocked.MemoryBarrier();
        _dial.Cancel();
        _connection?.Abort();
    }

    public void OnTcpConnected(IPEndPoint address) => _dialed = address;

    public void OnRedirected(string url) => _redirectedTo = url;

    public void OnEnded(ConnectionEnd end)
    {
        end = end with { Reason = Hide(end.Reason), Failure = Hide(end.Failure) };
        if (_closedFor is not null)
            Tell($"the socket is gone: {CloseCause.OfEnd(end).Detail}");
        Leave(_closedFor ?? (_abortedFor ?? CloseCause.OfEnd(end)).Detail); // a peer repeats our own Close frame
        _owner.Tell(new ConnectionEnded(Incarnation, end));
    }

    private DialFailure? Hide(DialFailure? failure) => failure is null ? null : failure with { Message = Hide(failure.Message) };

    /// <summary>A text of the peer without the secrets of the attempt, and without what was made from them.</summary>
    public string Hide(string text) => _conversation.Hide(text, _current.Secrets);

    private void Leave(string why)
    {
        _dial.Cancel(); // requests of the conversation end with it
        Succession.End();
        Subscriptions.Close();
        _writer?.End(why);
        if (!_isHeldBack) // a subscriber may still be looking at the buffer: then it must not go back to the pool
            _decoder?.Dispose();
        _plane.SocketIsGone(Connection.Number, _clock.Elapsed);
        _gone = true; // last: the next dial may begin as soon as this is seen
    }

    /// <summary>The next step from an index on, if it only waits for the peer and needs nothing that is said.</summary>
    private AwaitedStep? NextWait(int index)
    {
        while (index < Settings.OnOpen.Count && !Applies(Settings.OnOpen[index]))
            index++;
        if (index == Settings.OnOpen.Count
            || Settings.OnOpen[index] is not { OnlyWaits: true } step
            || step.Templates.Any(template => template.IsNewEachTime))
            return null;
        var names = _conversation.Begin(step.Let);
        return new AwaitedStep(
            index, step, names, _conversation.AwaitNext(step.Expect, names)!, _conversation.AwaitNext(step.Reject, names));
    }

    /// <summary>A step that waits, with the names of its block and its patterns as they are filled.</summary>
    private sealed record AwaitedStep(int Index, DialogueStep Step, LetBlock Names, MessagePattern Expect, MessagePattern? Reject);
}
