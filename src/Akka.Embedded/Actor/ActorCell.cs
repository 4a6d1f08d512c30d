using Akka.Scheduling;

namespace Akka.Actor;

/// <summary>The life of one actor: mailbox, behaviour, children, watches. Except for the mailbox's producers and the children's names, only the thread that runs the cell touches it.</summary>
internal sealed partial class ActorCell : IUntypedActorContext, IThreadPoolWorkItem
{
    [ThreadStatic]
    private static ActorCell _current;

    private readonly ActorSystemImpl _system;
    private readonly LocalActorRef _self;
    private readonly IInternalActorRef _parent;
    private readonly Props _props;

    private ActorBase _actor;
    private Receive _behaviour;
    private Stack<Receive> _stackedBehaviours;
    private object _message;
    private IActorRef _sender;
    private bool _constructing;

    public ActorCell(ActorSystemImpl system, Props props, LocalActorRef self, IInternalActorRef parent)
    {
        _system = system;
        _props = props;
        _self = self;
        _parent = parent;
    }

    /// <summary>The cell that runs on this thread. Set by the test kit too, to lend its test actor to the test's thread.</summary>
    public static ActorCell Current
    {
        get => _current;
        set => _current = value;
    }

    public static IActorRef CurrentSelf => _current?._self;

    public static ActorCell Required => _current
        ?? throw new NotSupportedException("There is no active actor context on this thread: use the context inside a handler, and PipeTo or ReceiveAsync for asynchronous work.");

    public ActorCell CellUnderConstruction => _constructing ? this : null;

    public IActorRef Self => _self;

    public IActorRef Parent => _parent ?? (IActorRef)ActorRefs.Nobody;

    public Props Props => _props;

    public ActorSystem System => _system;

    public IActorRef Sender => _sender ?? _system.DeadLetters;

    /// <summary>The message being handled; null between messages.</summary>
    public object CurrentMessage => _message;

    public IActorRef CurrentSenderOrNone => _sender;

    /// <summary>The live instance; null before it is made and after it has stopped.</summary>
    public ActorBase Actor => _actor;

    /// <summary>Hash of the path, for the trace of a simulation; 0 until it is asked for.</summary>
    public ulong TraceHash { get; set; }

    public bool HasBecome => _behaviour is not null;

    public void Become(Receive receive) => _behaviour = receive;

    public void BecomeStacked(Receive receive)
    {
        (_stackedBehaviours ??= new()).Push(_behaviour);
        _behaviour = receive;
    }

    public void UnbecomeStacked()
    {
        if (_stackedBehaviours is { Count: > 0 })
            _behaviour = _stackedBehaviours.Pop();
    }

    public void Become(UntypedReceive receive) => Become(Always(receive));

    public void BecomeStacked(UntypedReceive receive) => BecomeStacked(Always(receive));

    public ActorSelection ActorSelection(ActorPath actorPath) => _system.ActorSelection(actorPath);

    public ActorSelection ActorSelection(string actorPath) =>
        actorPath.StartsWith('/') || actorPath.Contains("://", StringComparison.Ordinal) ? _system.ActorSelection(actorPath) : new ActorSelection(_self, actorPath);

    private static Receive Always(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    private void HandleUserMessage(object message, IActorRef sender)
    {
        _message = message;
        _sender = sender;
        if (_receiveTimeout is not null && InfluencesReceiveTimeout(message))
            DisarmReceiveTimeout();
        try
        {
            if (_system.Dispatcher.IsSingleThreaded)
                _system.Dispatcher.OnMessage(this, message);
            if (!IsForCell(message) || !HandleByCell(ref message))
                _actor.OwnAroundReceive(_behaviour, message);
        }
        catch (Exception failure)
        {
            Fail(failure);
        }

        if (_pendingTasks == 0)
            FinishUserMessage();
    }

    private void FinishUserMessage()
    {
        if (_receiveTimeout is not null)
            RearmReceiveTimeout();
        // A failed message and its sender stay visible until the supervisor has decided: PreRestart may want to tell them again.
        if (!_failed)
            ForgetMessage();
    }

    private void ForgetMessage()
    {
        _message = null;
        _sender = null;
    }

    /// <summary>A timer's message speaks for itself.</summary>
    private static bool InfluencesReceiveTimeout(object message) =>
        (message is ActorTimer timer ? timer.Message : message) is not INotInfluenceReceiveTimeout;

    private static bool IsForCell(object message) => message is TimerNode or IAutoReceivedMessage;

    /// <summary>True when the message ends here; false passes it, or what it stands for, on to the behaviour.</summary>
    private bool HandleByCell(ref object message)
    {
        switch (message)
        {
            case ActorTimer timer:
                if (!Timers.Accepts(timer))
                    return true;
                _message = message = timer.Message;
                return IsForCell(message) && HandleByCell(ref message);
            case ReceiveTimeoutNode timeout:
                if (!AcceptReceiveTimeout(timeout))
                    return true;
                _message = message = Akka.Actor.ReceiveTimeout.Instance;
                return false;
            case Terminated terminated:
                return !TakeTerminated(terminated, ref message);
            case PoisonPill:
                Stop(_self);
                return true;
            case Kill:
                throw new ActorKilledException("Kill");
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, _self), _self);
                return true;
            default:
                return false;
        }
    }
}
