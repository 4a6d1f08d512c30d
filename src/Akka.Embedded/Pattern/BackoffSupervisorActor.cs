using Akka.Actor;
using static Akka.Pattern.BackoffSupervisor;

namespace Akka.Pattern;

/// <summary>Keeps one child: up, or down until a delay is over.</summary>
internal sealed class BackoffSupervisorActor(BackoffSettings settings) : ActorBase
{
    private IActorRef _child;
    private int _restartCount;
    private bool _backsOff;
    private bool _finalStop;

    protected override void PreStart() => StartTheChild();

    /// <summary>Backing off after a failure means that the restart the strategy decided on becomes a stop.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => settings.Kind == BackoffKind.OnStop
        ? settings.Strategy
        : new OneForOneStrategy(-1, settings.Strategy.WithinTimeRangeMilliseconds, StopInsteadOfRestart, settings.Strategy.LogsFailures);

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case StartChild:
                StartTheChild();
                break;
            case Terminated { ActorRef: var stopped } when stopped.Equals(_child):
                OnChildStopped();
                break;
            case Reset when settings.AutoReset is null:
                _restartCount = 0;
                break;
            case Reset:
                return false;
            case ResetRestartCount reset:
                _restartCount = reset.Current == _restartCount ? 0 : _restartCount;
                break;
            case GetRestartCount:
                Sender.Tell(new RestartCount(_restartCount), Self);
                break;
            case GetCurrentChild:
                Sender.Tell(new CurrentChild(_child), Self);
                break;
            default:
                PassOn(message);
                break;
        }

        return true;
    }

    private Directive StopInsteadOfRestart(Exception failure)
    {
        var directive = settings.Strategy.Decider.Decide(failure);
        if (directive != Directive.Restart)
            return directive;
        _backsOff = true;
        return Directive.Stop;
    }

    private void OnChildStopped()
    {
        _child = null;
        var limit = settings.Strategy.MaxNumberOfRetries;
        var startsAgain = settings.Kind == BackoffKind.OnStop ? !_finalStop : _backsOff;
        _backsOff = false;
        if (!startsAgain || (limit >= 0 && _restartCount >= limit))
        {
            Context.Stop(Self);
            return;
        }

        var delay = Backoff.Delay(_restartCount, settings.MinBackoff, settings.MaxBackoff, settings.RandomFactor, ((ActorSystemImpl)Context.System).Dispatcher.NextRandom());
        Context.System.Scheduler.ScheduleTellOnce(delay, Self, StartChild.Instance, Self);
        _restartCount++;
    }

    private void StartTheChild()
    {
        if (_child is not null)
            return;
        _child = Context.Watch(Context.ActorOf(settings.ChildProps, settings.ChildName));
        if (settings.AutoReset is { } reset)
            Context.System.Scheduler.ScheduleTellOnce(reset, Self, new ResetRestartCount(_restartCount), Self);
    }

    private void PassOn(object message)
    {
        if (_child is not null && _child.Equals(Sender))
        {
            Context.Parent.Forward(message);
            return;
        }

        var isFinal = settings.IsFinalStopMessage?.Invoke(message) ?? false;
        _finalStop |= isFinal;
        if (_child is not null)
            _child.Forward(message);
        else if (isFinal)
            Context.Stop(Self);
        else if (settings.ReplyWhileStopped is { } reply)
            Sender.Tell(reply, Self);
        else
            Context.System.DeadLetters.Forward(message);
    }
}
