using System.Collections.Concurrent;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

internal sealed class ActorSystemImpl : ActorSystem
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _extensions = new();
    private readonly TaskCompletionSource _terminated;
    private readonly Stack<Action> _terminationCallbacks = new();
    private readonly Lock _terminationLock = new();
    private readonly LoggerRoom _loggers;
    private IActorRef _deadLetterListener;
    private long _lastUid;
    private long _lastPromise;

    /// <param name="name">Letters, digits, '-' and '_'.</param>
    /// <param name="setup">May hold a <see cref="BootstrapSetup"/> with the configuration.</param>
    /// <param name="dispatcher">Null for the thread pool.</param>
    /// <param name="scheduler">Null for the one the configuration names.</param>
    public ActorSystemImpl(string name, ActorSystemSetup setup, Dispatcher dispatcher, Func<ILoggingAdapter, IScheduler> scheduler)
    {
        if (string.IsNullOrEmpty(name) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || name[0] is '-' or '_')
            throw new ArgumentException($"Invalid ActorSystem name [{name}], must contain only word characters (i.e. [a-zA-Z0-9] plus non-leading '-' or '_')", nameof(name));
        Name = name;
        Settings = new Settings(this, setup.Get<BootstrapSetup>() is { HasValue: true, Value.Config: { HasValue: true } config } ? config.Value : Config.Empty, setup);
        Dispatcher = dispatcher ?? new ThreadPoolDispatcher(Settings.Throughput);
        _terminated = new(Dispatcher.IsSingleThreaded ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        EventStream = new EventStream();
        Log = Logging.GetLogger(this, this);
        _loggers = new LoggerRoom(this);
        Scheduler = scheduler?.Invoke(Log) ?? TypeByName.Create<IScheduler>(Settings.SchedulerClass, Settings.Config, Log);
        StartTime = Scheduler.MonotonicClock;

        var root = new RootActorPath(new Address("akka", name));
        DeadLetters = new FunctionRef(root / "deadLetters", OnDeadLetter);
        RootGuardian = new LocalActorRef(this, Props.Create(() => new RootGuardian(this)), null, root);
    }

    public override Settings Settings { get; }

    public override string Name { get; }

    public override EventStream EventStream { get; }

    public override IActorRef DeadLetters { get; }

    public override IScheduler Scheduler { get; }

    public override ILoggingAdapter Log { get; }

    public override Task WhenTerminated => _terminated.Task;

    internal Dispatcher Dispatcher { get; }

    internal LocalActorRef RootGuardian { get; }

    /// <summary>Parent of the actors that users make.</summary>
    internal LocalActorRef Guardian { get; private set; }

    internal LocalActorRef SystemGuardian { get; private set; }

    internal bool IsTerminating { get; private set; }

    public void Start()
    {
        RootGuardian.SendSystemMessage(new CreateMessage());
        SystemGuardian = (LocalActorRef)RootGuardian.Cell.ActorOf(Props.Create(() => new SystemGuardian()), "system");
        Guardian = (LocalActorRef)RootGuardian.Cell.ActorOf(Props.Create(() => new UserGuardian(Settings.SupervisorStrategyClass)), "user");
        RootGuardian.Tell(new Actor.RootGuardian.Begin(Guardian, SystemGuardian), ActorRefs.NoSender);
        _loggers.Start();
        if (Settings.LogDeadLetters > 0)
            _deadLetterListener = SystemActorOf(Props.Create(() => new DeadLetterListener(Settings.LogDeadLetters, Settings.LogDeadLettersSuspendDuration)), "deadLetterListener");
        Extension(CoordinatedShutdown.Install);
    }

    public override IActorRef ActorOf(Props props, string name = null) => Guardian.Cell.ActorOf(props, name);

    /// <summary>Starts an actor that outlives the users' ones at termination: loggers, test actors.</summary>
    internal IActorRef SystemActorOf(Props props, string name = null) => SystemGuardian.Cell.ActorOf(props, name);

    /// <summary>The one object of its type in this system, made at the first call.</summary>
    internal T Extension<T>(Func<ActorSystemImpl, T> create) where T : class =>
        (T)_extensions.GetOrAdd(typeof(T), static (_, state) => new Lazy<object>(() => state.create(state.system)), (create, system: this)).Value;

    public override ActorSelection ActorSelection(ActorPath actorPath) => new(RootGuardian, actorPath.Elements);

    public override ActorSelection ActorSelection(string actorPath) =>
        ActorPath.TryParse(actorPath, out var absolute) ? ActorSelection(absolute) : new ActorSelection(RootGuardian, actorPath);

    public override void Stop(IActorRef actor) => (actor as IInternalActorRef)?.SendSystemMessage(new StopMessage());

    public override Task Terminate()
    {
        if (Settings.CoordinatedShutdownRunByActorSystemTerminate)
            _ = CoordinatedShutdown.Get(this).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        else
            StopActors();
        return WhenTerminated;
    }

    /// <summary>Stops the users' actors, then the system's, then everything else.</summary>
    internal void StopActors()
    {
        IsTerminating = true;
        if (!Settings.LogDeadLettersDuringShutdown && _deadLetterListener is not null)
            Stop(_deadLetterListener);
        Stop(Guardian);
    }

    public override void RegisterOnTermination(Action code)
    {
        lock (_terminationLock)
        {
            if (_terminated.Task.IsCompleted)
                throw new InvalidOperationException("ActorSystem already terminated.");
            _terminationCallbacks.Push(code);
        }
    }

    internal long NextUid() => Interlocked.Increment(ref _lastUid);

    internal ActorPath NextPromisePath() => RootGuardian.Path / "temp" / $"$p{Interlocked.Increment(ref _lastPromise)}";

    internal void OnStopped(ActorCell cell)
    {
        if (ReferenceEquals(cell.Self, SystemGuardian))
            _loggers.FallBackToStandardOutput();
        if (ReferenceEquals(cell.Self, RootGuardian))
            FinishTermination();
    }

    private void FinishTermination()
    {
        Action[] callbacks;
        lock (_terminationLock)
            callbacks = [.. _terminationCallbacks];
        foreach (var callback in callbacks)
        {
            try
            {
                callback();
            }
            catch (Exception failure)
            {
                Log.Error(failure, "A termination callback failed: {0}", failure.Message);
            }
        }

        (Scheduler as IDisposable)?.Dispose();
        _loggers.Stop();
        _terminated.TrySetResult();
    }

    private void OnDeadLetter(object message, IActorRef sender)
    {
        if (message is null)
            throw new InvalidMessageException();
        if (message is Identify identify)
            (sender ?? DeadLetters).Tell(new ActorIdentity(identify.MessageId, null), DeadLetters);
        EventStream.Publish(message switch
        {
            AllDeadLetters letter => letter,
            IDeadLetterSuppression suppressed => new SuppressedDeadLetter(suppressed, sender ?? DeadLetters, DeadLetters),
            _ => new DeadLetter(message, sender ?? DeadLetters, DeadLetters),
        });
    }
}
