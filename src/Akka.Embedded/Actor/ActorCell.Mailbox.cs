using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

internal sealed partial class ActorCell
{
    private const int Idle = 0;
    private const int Scheduled = 1;
    private const int Suspended = 2;
    private const int Closed = 4;

    private MessageQueue _messages;
    private SystemMessageQueue _systemMessages;

    /// <summary>Unstashed messages, ahead of the queue.</summary>
    private LinkedList<Envelope> _prepended;

    private int _status;
    private int _suspensions;

    /// <summary>Owned by the dispatcher: it handed the cell over by the queue that all threads share.</summary>
    internal bool BringsRation { get; set; }

    public bool IsTerminated => Volatile.Read(ref _status) == Closed;

    /// <summary>User messages that wait; for the consumer's thread only.</summary>
    public int MessageCount => _messages.Count + (_prepended?.Count ?? 0);

    public void Post(object message, IActorRef sender)
    {
        if (message is null)
            throw new InvalidMessageException();
        if (_system.Dispatcher.IsSingleThreaded && !_system.Dispatcher.CheckCaller(message, _self))
            return;
        _messages.Enqueue(message, sender);
        var status = Volatile.Read(ref _status);
        if (status == Idle)
            TrySchedule(Idle);
        else if (status == Closed)
            DrainToDeadLetters();
    }

    public void PostSystem(SystemMessage message)
    {
        if (_system.Dispatcher.IsSingleThreaded && !_system.Dispatcher.CheckCaller(message, _self))
            return;
        if (!_systemMessages.TryAdd(message))
        {
            SystemMessage.AnswerForTheDead(message);
            return;
        }

        var status = Volatile.Read(ref _status);
        if (status is Idle or Suspended)
            TrySchedule(status);
    }

    public void Prepend(Envelope envelope) => (_prepended ??= new()).AddFirst(envelope);

    /// <summary>One turn on a thread: system messages first, before each user message, up to the throughput.</summary>
    public void Execute()
    {
        var outer = _current;
        _current = this;
        _system.Dispatcher.OnTurn(this);
        var left = _system.Dispatcher.Throughput;
        try
        {
            do
                HandleSystemMessages();
            while (_suspensions == 0 && left-- > 0 && HandleNextMessage());
        }
        finally
        {
            _current = outer;
        }

        FinishTurn(usedUp: left < 0);
    }

    private bool HandleNextMessage()
    {
        if (_prepended is { First: { } first })
        {
            _prepended.RemoveFirst();
            HandleUserMessage(first.Value.Message, first.Value.Sender);
            return true;
        }

        if (!_messages.TryDequeue(out var message, out var sender))
            return false;
        HandleUserMessage(message, sender);
        return true;
    }

    private void FinishTurn(bool usedUp)
    {
        if (_status == Closed)
            return;
        if (usedUp && HasWork)
        {
            _system.Dispatcher.ExecuteAgain(this);
            return;
        }

        var resting = _suspensions > 0 ? Suspended : Idle;
        Interlocked.Exchange(ref _status, resting);
        if (HasWork)
            TrySchedule(resting);
    }

    private bool HasWork => !_systemMessages.IsEmpty || (_suspensions == 0 && (_prepended is { Count: > 0 } || !_messages.IsEmpty));

    private void TrySchedule(int resting)
    {
        if (Interlocked.CompareExchange(ref _status, Scheduled, resting) == resting)
            _system.Dispatcher.Execute(this);
    }

    private void CloseMailbox()
    {
        for (var message = _systemMessages.Close(); message is not null;)
        {
            var next = message.Next;
            SystemMessage.AnswerForTheDead(message);
            message = next;
        }

        Interlocked.Exchange(ref _status, Closed);
        DrainToDeadLetters();
    }

    /// <summary>Called by whoever closes the mailbox and by every producer that finds it closed; the lock makes them one consumer.</summary>
    private void DrainToDeadLetters()
    {
        lock (_childrenLock)
        {
            for (; _prepended is { First: { } first }; _prepended.RemoveFirst())
                SendToDeadLetters(first.Value.Message, first.Value.Sender);
            while (_messages.TryDequeue(out var message, out var sender))
                SendToDeadLetters(message, sender);
        }
    }

    private void SendToDeadLetters(object message, IActorRef sender)
    {
        // A dead subscriber of dead letters must not make more of them.
        if (message is AllDeadLetters)
            return;
        if (message is Identify identify)
            (sender ?? _system.DeadLetters).Tell(new ActorIdentity(identify.MessageId, null), _self);
        _system.DeadLetters.Tell(message is IDeadLetterSuppression suppressed
            ? new SuppressedDeadLetter(suppressed, sender ?? _system.DeadLetters, _self)
            : new DeadLetter(message, sender ?? _system.DeadLetters, _self), sender);
    }
}
