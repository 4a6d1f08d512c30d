using Akka.Dispatch;

namespace Akka.Actor;

internal sealed partial class ActorCell
{
    /// <summary>Whom the actor watches, with the message it wants instead of Terminated, or null.</summary>
    private Dictionary<IActorRef, object> _watching;

    /// <summary>Whose notice lies in the mailbox, with the message it stands for.</summary>
    private Dictionary<IActorRef, object> _noticed;
    private HashSet<IInternalActorRef> _watchedBy;
    private bool _subscribed;

    /// <summary>Remembers that the event stream holds the actor, so that stopping ends the subscription.</summary>
    public void MarkSubscribed() => _subscribed = true;

    public IActorRef Watch(IActorRef subject) => BeginWatch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return BeginWatch(subject, message);
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        if (_watching is not null && _watching.Remove(subject))
            (subject as IInternalActorRef)?.SendSystemMessage(new UnwatchMessage(_self));
        _noticed?.Remove(subject);
        return subject;
    }

    private IActorRef BeginWatch(IActorRef subject, object message)
    {
        if (subject is not IInternalActorRef watchee)
            throw new ArgumentException($"{subject} cannot be watched: it is not a reference of this runtime.", nameof(subject));
        if (_self.Equals(subject))
            return subject;
        _watching ??= [];
        if (_watching.TryGetValue(subject, out var earlier))
        {
            if (!Equals(earlier, message))
                throw new InvalidOperationException($"{subject} is already watched with another message; call Unwatch first.");
            return subject;
        }

        _watching.Add(subject, message);
        watchee.SendSystemMessage(new WatchMessage(watchee, _self));
        return subject;
    }

    private void AddWatcher(WatchMessage watch) => (_watchedBy ??= []).Add(watch.Watcher);

    private void OnStopped(WatchedStopped stopped)
    {
        var wasChild = RemoveChild(stopped.Actor);
        if (_watching is not null && _watching.Remove(stopped.Actor, out var message) && !_waitingToStop)
        {
            (_noticed ??= [])[stopped.Actor] = message;
            Post(new Terminated(stopped.Actor, stopped.ExistenceConfirmed, addressTerminated: false), stopped.Actor);
        }

        if (!wasChild)
            return;
        if (_waitingToStop && !HasChildren)
            FinishStop();
        else if (_waitingToRestart && !ChildrenStats().Any(stats => stats.Stopping))
            FinishRestart();
    }

    /// <summary>False when the watch has ended since the notice was sent. Otherwise <paramref name="message"/> becomes what the watcher asked for.</summary>
    private bool TakeTerminated(Terminated terminated, ref object message)
    {
        if (_noticed is null || !_noticed.Remove(terminated.ActorRef, out var custom))
            return false;
        if (custom is not null)
            _message = message = custom;
        return true;
    }

    private void TellWatchers()
    {
        if (_watchedBy is null)
            return;
        foreach (var watcher in _watchedBy)
            watcher.SendSystemMessage(new WatchedStopped(_self, existenceConfirmed: true));
        _watchedBy = null;
    }

    private void UnwatchAll()
    {
        if (_watching is null)
            return;
        foreach (var subject in _watching.Keys)
            (subject as IInternalActorRef)?.SendSystemMessage(new UnwatchMessage(_self));
        _watching = _noticed = null;
    }
}
