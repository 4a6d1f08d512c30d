using System.Runtime.ExceptionServices;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

internal sealed partial class ActorCell
{
    /// <summary>Failed and waiting for the supervisor's word.</summary>
    private bool _failed;

    /// <summary>Children must be gone before the cell can go on; the cause tells which way.</summary>
    private bool _waitingToRestart;
    private bool _waitingToStop;
    private Exception _restartCause;
    private Queue<SystemMessage> _heldBack;
    private SupervisorStrategy _strategy;

    private void HandleSystemMessages()
    {
        var message = _systemMessages.TakeAll();
        while (message is not null)
        {
            var next = message.Next;
            HandleOrHoldBack(message);
            message = next ?? _systemMessages.TakeAll();
        }
    }

    private void HandleOrHoldBack(SystemMessage message)
    {
        var waiting = (_waitingToRestart || _waitingToStop) && message.WaitsForChildren;
        if (waiting || (_failed && message is FailedMessage))
        {
            (_heldBack ??= new()).Enqueue(message);
            return;
        }

        Handle(message);
        while (_heldBack is { Count: > 0 } && !_waitingToRestart && !_waitingToStop && !(_failed && _heldBack.Peek() is FailedMessage))
            Handle(_heldBack.Dequeue());
    }

    private void Handle(SystemMessage message)
    {
        if (_status == Closed)
        {
            SystemMessage.AnswerForTheDead(message);
            return;
        }

        try
        {
            Dispatch(message);
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    private void Dispatch(SystemMessage message)
    {
        switch (message)
        {
            case CreateMessage:
                Create();
                break;
            case SuspendMessage:
                _suspensions++;
                SuspendChildren();
                break;
            case ResumeMessage resume:
                Resume(resume.CausedBy);
                break;
            case RestartMessage restart:
                BeginRestart(restart.Cause);
                break;
            case StopMessage:
                BeginStop();
                break;
            case FailedMessage failed:
                Supervise(failed);
                break;
            case WatchMessage watch:
                AddWatcher(watch);
                break;
            case UnwatchMessage unwatch:
                _watchedBy?.Remove(unwatch.Watcher);
                break;
            case WatchedStopped stopped:
                OnStopped(stopped);
                break;
            case RunContinuation continuation:
                Run(continuation);
                break;
            case TaskEnded ended:
                if (ReferenceEquals(ended.Actor, _actor))
                    FinishTask(ended.Task);
                break;
        }
    }

    private void Create()
    {
        try
        {
            _actor = NewActor();
            _actor.AroundPreStart();
            RearmReceiveTimeout();
        }
        catch (Exception failure)
        {
            ForgetActor();
            throw failure is ActorInitializationException ? failure : new ActorInitializationException(_self, "Exception during creation", failure);
        }
    }

    private ActorBase NewActor()
    {
        _constructing = true;
        _behaviour = null;
        _stackedBehaviours = null;
        try
        {
            var actor = _props.NewActor() ?? throw new ActorInitializationException(_self, "Props.NewActor returned null");
            if (!ReferenceEquals(actor.Cell, this))
                throw new ActorInitializationException(_self, "Props returned an actor that was made for another reference");
            _constructing = false;
            if (actor is IActorStash withStash)
                withStash.Stash = _stash = new StashImpl(this);
            if (actor is IWithTimers withTimers)
                withTimers.Timers = Timers;
            actor.OnConstructed();
            _behaviour ??= actor.OwnReceive;
            return actor;
        }
        finally
        {
            _constructing = false;
        }
    }

    private void ForgetActor()
    {
        if (_actor is not null)
            _props.Release(_actor);
        _actor = null;
        _strategy = null;
        _behaviour = null;
        _stackedBehaviours = null;
    }

    /// <summary>Stops handling messages, here and below, and asks the supervisor what to do.</summary>
    private void Fail(Exception failure)
    {
        if (_failed || _waitingToStop)
        {
            // Already waiting for a decision, or on the way out: nobody would act on a second failure.
            LogError(failure, failure.Message);
            return;
        }

        _failed = true;
        _suspensions++;
        SuspendChildren();
        if (_parent is null)
            BeginStop();
        else
            _parent.SendSystemMessage(new FailedMessage(_self, failure));
    }

    private void SuspendChildren()
    {
        foreach (var stats in ChildrenStats())
            stats.Child.SendSystemMessage(new SuspendMessage());
    }

    private void Resume(Exception causedBy)
    {
        if (_actor is null)
        {
            Recover();
            Create();
            return;
        }

        Recover();
        foreach (var stats in ChildrenStats())
            stats.Child.SendSystemMessage(new ResumeMessage(causedBy));
    }

    private void Recover()
    {
        _failed = false;
        _suspensions = Math.Max(0, _suspensions - 1);
        if (_pendingTasks == 0)
            ForgetMessage();
    }

    private void BeginRestart(Exception cause)
    {
        if (_actor is null)
        {
            Recover();
            Create();
            return;
        }

        try
        {
            _actor.AroundPreRestart(cause, _message);
        }
        catch (Exception failure)
        {
            LogError(failure, $"Exception in PreRestart; the restart goes on: {failure.Message}");
        }

        _stash?.UnstashAll();
        _timers?.CancelAll();
        DisarmReceiveTimeout();
        _receiveTimeout = null;
        _restartCause = cause;
        if (ChildrenStats().Any(stats => stats.Stopping))
            _waitingToRestart = true;
        else
            FinishRestart();
    }

    private void FinishRestart()
    {
        var cause = _restartCause;
        var survivors = ChildrenStats();
        _restartCause = null;
        _waitingToRestart = false;
        ForgetActor();
        AbandonTasks();
        Recover();
        try
        {
            _actor = NewActor();
            _actor.AroundPostRestart(cause, null);
            RearmReceiveTimeout();
        }
        catch (Exception failure)
        {
            ForgetActor();
            throw new PostRestartException(_self, failure, cause);
        }

        foreach (var survivor in survivors)
            survivor.Child.SendSystemMessage(new RestartMessage(cause));
    }

    private void BeginStop()
    {
        if (_waitingToStop)
            return;
        DisarmReceiveTimeout();
        _receiveTimeout = null;
        lock (_childrenLock)
            _refusesChildren = true;
        foreach (var stats in ChildrenStats())
            Stop(stats.Child);
        _waitingToRestart = false;
        if (HasChildren)
        {
            _waitingToStop = true;
            _suspensions++;
        }
        else
        {
            FinishStop();
        }
    }

    private void FinishStop()
    {
        _waitingToStop = true;
        _suspensions++;
        try
        {
            _actor?.AroundPostStop();
        }
        catch (Exception failure)
        {
            LogError(failure, failure.Message);
        }

        _stash?.UnstashAll();
        _timers?.CancelAll();
        CloseMailbox();
        _parent?.SendSystemMessage(new WatchedStopped(_self, existenceConfirmed: true));
        TellWatchers();
        UnwatchAll();
        if (_subscribed)
            _system.EventStream.Unsubscribe(_self);
        ForgetActor();
        ForgetMessage();
        _system.OnStopped(this);
    }

    private void Supervise(FailedMessage failed)
    {
        var stats = StatsOf(failed.Child);
        if (stats is null)
            return;
        _strategy ??= _props.SupervisorStrategy ?? _actor.OwnStrategy();
        if (!_strategy.HandleFailure(this, stats, failed.Cause, ChildrenStats()))
            ExceptionDispatchInfo.Throw(failed.Cause);
    }

    private void LogError(Exception failure, string text) =>
        _system.EventStream.Publish(new Error(failure, _self.Path.ToString(), _actor?.GetType() ?? typeof(ActorCell), text));
}
