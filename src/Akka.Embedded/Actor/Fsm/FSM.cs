namespace Akka.Actor;

/// <summary>
/// An actor that is a finite state machine. The constructor says where it starts and what each state does with an event,
/// and ends with <see cref="Initialize"/>.
/// </summary>
public abstract partial class FSM<TState, TData> : FSMBase
{
    private readonly Dictionary<TState, StateFunction> _stateFunctions = [];
    private readonly Dictionary<TState, TimeSpan?> _stateTimeouts = [];
    private readonly List<TransitionHandler> _transitionHandlers = new(1);
    private List<IActorRef> _subscribers;
    private StateFunction _unhandled;
    private Action<StopEvent<TState, TData>> _terminationHandler;
    private State<TState, TData> _current;
    private State<TState, TData> _next;

    /// <summary>What a state does with an event; null says that it does nothing with it.</summary>
    public delegate State<TState, TData> StateFunction(Event<TData> fsmEvent);

    public delegate void TransitionHandler(TState initialState, TState nextState);

    public TState StateName => Current.StateName;

    /// <summary>During a transition still the data of the state that is left.</summary>
    public TData StateData => Current.StateData;

    /// <exception cref="InvalidOperationException">No transition is going on.</exception>
    public TData NextStateData => _next is null ? throw new InvalidOperationException("NextStateData is only available during OnTransition") : _next.StateData;

    private State<TState, TData> Current => _current ?? throw new InvalidOperationException("You must call StartWith before anything that needs a state.");

    /// <summary>The first state, its data, and how long it may last before <see cref="FSMBase.StateTimeout"/>.</summary>
    public void StartWith(TState stateName, TData stateData, TimeSpan? timeout = null) => _current = new(stateName, stateData, timeout);

    /// <summary>Adds to what a state does; the first function that does something with an event wins.</summary>
    /// <param name="stateName">The state.</param>
    /// <param name="func">What it does.</param>
    /// <param name="timeout">How long the state may last without an event; any event begins it anew.</param>
    public void When(TState stateName, StateFunction func, TimeSpan? timeout = null)
    {
        _stateFunctions[stateName] = _stateFunctions.TryGetValue(stateName, out var earlier) ? e => earlier(e) ?? func(e) : func;
        _stateTimeouts[stateName] = timeout ?? (_stateTimeouts.TryGetValue(stateName, out var known) ? known : null);
    }

    /// <summary>What to do with an event that the state did nothing with; the last one given counts. The default logs a warning and stays.</summary>
    public void WhenUnhandled(StateFunction stateFunction) => _unhandled = stateFunction;

    /// <summary>Adds a handler that runs before each transition, also from a state to itself by GoTo; not by Stay.</summary>
    public void OnTransition(TransitionHandler transitionHandler) => _transitionHandlers.Add(transitionHandler);

    /// <summary>What to do at the end, once per instance; also on a restart.</summary>
    public void OnTermination(Action<StopEvent<TState, TData>> terminationHandler) => _terminationHandler = terminationHandler;

    /// <summary>Enters the first state: transition handlers from it to itself, and its timeout.</summary>
    public void Initialize() => MakeTransition(Current);

    public State<TState, TData> GoTo(TState nextStateName) => new(nextStateName, Current.StateData);

    public State<TState, TData> Stay() => new(Current.StateName, Current.StateData, notifies: false);

    public State<TState, TData> Stop() => Stop(Normal.Instance);

    public State<TState, TData> Stop(Reason reason) => Stop(reason, Current.StateData);

    public State<TState, TData> Stop(Reason reason, TData stateData) => Stay().Using(stateData).Stopping(reason);

    /// <summary>Changes how long a state may last, from its next event on; null for ever.</summary>
    public void SetStateTimeout(TState state, TimeSpan? timeout) => _stateTimeouts[state] = timeout;

    public TransformHelper Transform(StateFunction func) => new(func);

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case StateTimeoutNode node:
                if (ReferenceEquals(node, _stateTimeoutNode))
                    Process(FSMBase.StateTimeout.Instance);
                return true;
            case NamedTimer timer:
                if (Accepts(timer))
                    Process(timer.Message);
                return true;
            case SubscribeTransitionCallBack subscribe:
                (_subscribers ??= new(1)).Add(subscribe.ActorRef);
                subscribe.ActorRef.Tell(new CurrentState<TState>(Self, StateName), Self);
                return true;
            case UnsubscribeTransitionCallBack unsubscribe:
                _subscribers?.Remove(unsubscribe.ActorRef);
                return true;
            default:
                Process(message);
                return true;
        }
    }

    /// <summary>Ends timers and runs OnTermination with <see cref="FSMBase.Shutdown"/>, unless the machine has ended already. An override calls the base.</summary>
    protected override void PostStop()
    {
        if (_current is not null)
            Terminate(Stay().Stopping(Shutdown.Instance));
        base.PostStop();
    }

    /// <summary>Logs a <see cref="FSMBase.Failure"/> as an error.</summary>
    protected virtual void LogTermination(Reason reason)
    {
        if (reason is not Failure failure)
            return;
        var log = Akka.Event.Logging.GetLogger(Context);
        log.Log(Akka.Event.LogLevel.ErrorLevel, failure.Cause as Exception, failure.Cause is Exception ? "terminating due to Failure" : failure.Cause?.ToString());
    }

    private void Process(object message)
    {
        DisarmStateTimeout();
        var fsmEvent = new Event<TData>(message, StateData);
        Apply(_stateFunctions.GetValueOrDefault(StateName)?.Invoke(fsmEvent) ?? (_unhandled ?? WarnUnhandled)(fsmEvent) ?? Stay());
    }

    private State<TState, TData> WarnUnhandled(Event<TData> fsmEvent)
    {
        Akka.Event.LoggingExtensions.Warning(Akka.Event.Logging.GetLogger(Context), "unhandled event {0} in state {1}", fsmEvent.FsmEvent, StateName);
        return Stay();
    }

    private void Apply(State<TState, TData> next)
    {
        if (next.StopReason is null)
        {
            MakeTransition(next);
            return;
        }

        Reply(next);
        Terminate(next);
        Context.Stop(Self);
    }

    private void MakeTransition(State<TState, TData> next)
    {
        if (!_stateFunctions.ContainsKey(next.StateName))
        {
            Terminate(Stay().Stopping(new Failure($"Next state {next.StateName} does not exist")));
            return;
        }

        Reply(next);
        if (next.Notifies || !EqualityComparer<TState>.Default.Equals(next.StateName, StateName))
            Announce(next);
        _current = next;
        if ((next.Timeout ?? _stateTimeouts.GetValueOrDefault(next.StateName)) is { } timeout && timeout >= TimeSpan.Zero && timeout != TimeSpan.MaxValue)
            ArmStateTimeout(timeout);
    }

    private void Reply(State<TState, TData> next)
    {
        foreach (var reply in next.Replies)
            Sender.Tell(reply, Self);
    }

    private void Announce(State<TState, TData> next)
    {
        _next = next;
        try
        {
            foreach (var handler in _transitionHandlers)
                handler(StateName, next.StateName);
        }
        finally
        {
            _next = null;
        }

        foreach (var subscriber in _subscribers ?? [])
            subscriber.Tell(new Transition<TState>(Self, StateName, next.StateName), Self);
    }

    private void Terminate(State<TState, TData> last)
    {
        if (Current.StopReason is not null)
            return;
        LogTermination(last.StopReason);
        DisarmStateTimeout();
        CancelAllTimers();
        _current = last;
        _terminationHandler?.Invoke(new StopEvent<TState, TData>(last.StopReason, last.StateName, last.StateData));
    }

    /// <summary>Changes what a state function returns.</summary>
    public sealed class TransformHelper(StateFunction func)
    {
        public StateFunction Func { get; } = func;

        /// <param name="andThen">Sees the state that the function chose, unless it did nothing with the event.</param>
        public StateFunction Using(Func<State<TState, TData>, State<TState, TData>> andThen) =>
            fsmEvent => Func(fsmEvent) is { } chosen ? andThen(chosen) : null;
    }
}
