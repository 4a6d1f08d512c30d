using Akka.Event;

namespace Akka.Actor;

/// <summary>How a supervisor meets failures of its children.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>Stop for <see cref="ActorInitializationException"/>, <see cref="ActorKilledException"/> and <see cref="DeathPactException"/>; otherwise Restart.</summary>
    public static IDecider DefaultDecider = Actor.Decider.From(
        Directive.Restart,
        Pair<ActorInitializationException>(Directive.Stop),
        Pair<ActorKilledException>(Directive.Stop),
        Pair<DeathPactException>(Directive.Stop));

    /// <summary>One for one by the default decider, without a limit.</summary>
    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    /// <summary>Stops whatever fails.</summary>
    public static readonly OneForOneStrategy StoppingStrategy = new(_ => Directive.Stop);

    internal SupervisorStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider, bool loggingEnabled)
    {
        Limit = maxNrOfRetries ?? -1;
        Window = withinTimeRange is { } range && range != Timeout.InfiniteTimeSpan ? (int)range.TotalMilliseconds : -1;
        Decider = decider;
        LoggingEnabled = loggingEnabled;
    }

    public IDecider Decider { get; }

    private protected int Limit { get; }

    private protected int Window { get; }

    /// <summary>Whether failures are logged; default true.</summary>
    protected bool LoggingEnabled { get; }

    internal bool LogsFailures => LoggingEnabled;

    /// <summary>False when the failure is to be escalated. An exception out of the decider is the supervisor's own failure.</summary>
    internal virtual bool HandleFailure(ActorCell supervisor, ChildRestartStats child, Exception cause, ChildRestartStats[] children)
    {
        var directive = Decider.Decide(cause);
        if (LoggingEnabled)
            LogFailure(supervisor, child.Child, cause, directive);
        switch (directive)
        {
            case Directive.Resume:
                child.Child.SendSystemMessage(new Dispatch.ResumeMessage(cause));
                return true;
            case Directive.Restart:
                Restart(supervisor, child, cause, children);
                return true;
            case Directive.Stop:
                Stop(supervisor, child, children);
                return true;
            default:
                return false;
        }
    }

    private protected abstract void Restart(ActorCell supervisor, ChildRestartStats child, Exception cause, ChildRestartStats[] children);

    private protected abstract void Stop(ActorCell supervisor, ChildRestartStats child, ChildRestartStats[] children);

    private protected bool MayRestart(ActorCell supervisor, ChildRestartStats child) =>
        child.RequestRestart(Limit, Window, supervisor.Scheduler.MonotonicClock);

    /// <summary>Logs a stop or restart as an error and a resume as a warning; an escalation is logged by whoever ends it.</summary>
    protected virtual void LogFailure(IActorContext context, IActorRef child, Exception cause, Directive directive)
    {
        var source = child.Path.ToString();
        var text = cause is ActorInitializationException { InnerException: { } inner } ? inner.Message : cause.Message;
        switch (directive)
        {
            case Directive.Resume:
                context.System.EventStream.Publish(new Warning(cause, source, GetType(), text));
                break;
            case Directive.Escalate:
                break;
            default:
                context.System.EventStream.Publish(new Error(cause, source, GetType(), text));
                break;
        }
    }

    private static KeyValuePair<Type, Directive> Pair<TException>(Directive directive) => new(typeof(TException), directive);
}

/// <summary>Only the child that failed is concerned.</summary>
public class OneForOneStrategy : SupervisorStrategy
{
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries, withinTimeRange, Actor.Decider.From(localOnlyDecider)) { }

    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : base(maxNrOfRetries, withinTimeRange, decider, loggingEnabled: true) { }

    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, Actor.Decider.From(localOnlyDecider), loggingEnabled) { }

    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
        : base(maxNrOfRetries, TimeSpan.FromMilliseconds(withinTimeMilliseconds), decider, loggingEnabled) { }

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider) : this(Actor.Decider.From(localOnlyDecider)) { }

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(-1, -1, localOnlyDecider, loggingEnabled) { }

    public OneForOneStrategy(IDecider decider) : this(-1, -1, decider) { }

    /// <summary>Restarts allowed within the window; -1 for any number, 0 for none.</summary>
    public int MaxNumberOfRetries => Limit;

    /// <summary>Length of the window in milliseconds; -1 for the actor's whole life.</summary>
    public int WithinTimeRangeMilliseconds => Window;

    public OneForOneStrategy WithMaxNrOfRetries(int maxNrOfRetries) => new(maxNrOfRetries, WithinTimeRangeMilliseconds, Decider, LoggingEnabled);

    private protected override void Restart(ActorCell supervisor, ChildRestartStats child, Exception cause, ChildRestartStats[] children)
    {
        if (MayRestart(supervisor, child))
            child.Child.SendSystemMessage(new Dispatch.RestartMessage(cause));
        else
            supervisor.Stop(child.Child);
    }

    private protected override void Stop(ActorCell supervisor, ChildRestartStats child, ChildRestartStats[] children) => supervisor.Stop(child.Child);
}

/// <summary>What happens to the child that failed happens to all of them.</summary>
public class AllForOneStrategy : SupervisorStrategy
{
    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries, withinTimeRange, Actor.Decider.From(localOnlyDecider)) { }

    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : base(maxNrOfRetries, withinTimeRange, decider, loggingEnabled: true) { }

    public AllForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, Actor.Decider.From(localOnlyDecider), loggingEnabled) { }

    public AllForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
        : base(maxNrOfRetries, TimeSpan.FromMilliseconds(withinTimeMilliseconds), decider, loggingEnabled) { }

    public AllForOneStrategy(Func<Exception, Directive> localOnlyDecider) : this(Actor.Decider.From(localOnlyDecider)) { }

    public AllForOneStrategy(IDecider decider) : this(-1, -1, decider) { }

    /// <summary>Restarts allowed within the window; -1 for any number, 0 for none.</summary>
    public int MaxNumberOfRetries => Limit;

    /// <summary>Length of the window in milliseconds; -1 for the actor's whole life.</summary>
    public int WithinTimeRangeMilliseconds => Window;

    private protected override void Restart(ActorCell supervisor, ChildRestartStats child, Exception cause, ChildRestartStats[] children)
    {
        if (!children.All(each => MayRestart(supervisor, each)))
        {
            Stop(supervisor, child, children);
            return;
        }

        foreach (var each in children)
        {
            // The others have not failed: they are suspended first, so that each restart ends one suspension.
            if (!ReferenceEquals(each, child))
                each.Child.SendSystemMessage(new Dispatch.SuspendMessage());
            each.Child.SendSystemMessage(new Dispatch.RestartMessage(cause));
        }
    }

    private protected override void Stop(ActorCell supervisor, ChildRestartStats child, ChildRestartStats[] children)
    {
        foreach (var each in children)
            supervisor.Stop(each.Child);
    }
}

/// <summary>A child and its restarts so far.</summary>
internal sealed class ChildRestartStats(LocalActorRef child)
{
    private int _restarts;
    private TimeSpan? _windowStart;

    public LocalActorRef Child { get; } = child;

    /// <summary>Has been told to stop by its parent.</summary>
    public bool Stopping { get; set; }

    /// <summary>Counts a restart and says whether it is allowed. A window without a limit allows one, and opens with the first failure.</summary>
    public bool RequestRestart(int limit, int windowMilliseconds, TimeSpan now)
    {
        if (limit == 0)
            return false;
        if (windowMilliseconds <= 0)
            return limit < 0 || ++_restarts <= limit;
        var windowStart = _windowStart ??= now;
        if (now - windowStart > TimeSpan.FromMilliseconds(windowMilliseconds))
        {
            _windowStart = now;
            _restarts = 1;
            return true;
        }

        return ++_restarts <= (limit < 0 ? 1 : limit);
    }
}
