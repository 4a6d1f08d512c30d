using Akka.Scheduling;

namespace Akka.Actor;

/// <summary>The temporary sender of a question: its first message completes the task.</summary>
internal sealed class AskPromise<T> : MinimalActorRef, ISystemReference
{
    private readonly ActorSystemImpl _system;
    private readonly TaskCompletionSource<T> _completion;
    private readonly TimeoutNode _timeout;
    private readonly CancellationTokenSource _realTimeout;
    private readonly CancellationTokenRegistration _cancellation;
    private ActorPath _path;
    private List<IInternalActorRef> _watchers;

    public AskPromise(ActorSystemImpl system, ICanTell target, TimeSpan timeout, CancellationToken cancellationToken)
    {
        _system = system;
        _completion = new(system.Dispatcher.IsSingleThreaded ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((AskPromise<T>)state!).TryEnd(promise => promise._completion.TrySetCanceled(token)), this);
        if (timeout < TimeSpan.Zero)
            return;
        if (system.Scheduler is ITimerNodeScheduler)
        {
            _timeout = new TimeoutNode(this, target, timeout);
            system.Scheduler.Arm(_timeout, timeout, TimeSpan.Zero);
        }
        else
        {
            // A virtual scheduler of the test kit stands still until told; a question must not.
            _realTimeout = new CancellationTokenSource(timeout);
            _realTimeout.Token.UnsafeRegister(_ => TimeOut(target, timeout), null);
        }
    }

    public override ActorPath Path => _path ??= _system.NextPromisePath();

    public ActorSystemImpl System => _system;

    public Task<T> Task => _completion.Task;

    internal override void OnTell(object message, IActorRef sender)
    {
        if (_system.Dispatcher.IsSingleThreaded)
            _system.Dispatcher.CheckCaller(message, this);
        TryEnd(promise => promise.Complete(message));
    }

    internal override void OnSystemMessage(Dispatch.SystemMessage message)
    {
        if (message is Dispatch.WatchedStopped stopped)
            TryEnd(promise => promise.Complete(new Terminated(stopped.Actor, stopped.ExistenceConfirmed, addressTerminated: false)));
        if (message is not Dispatch.WatchMessage watch)
            return;
        lock (_completion)
        {
            if (!_completion.Task.IsCompleted)
            {
                (_watchers ??= []).Add(watch.Watcher);
                return;
            }
        }

        base.OnSystemMessage(message);
    }

    private bool Complete(object message) => message switch
    {
        Status.Failure failure => _completion.TrySetException(failure.Cause ?? new TaskCanceledException("The answer is a failure without a cause.")),
        T answer => _completion.TrySetResult(answer),
        null => _completion.TrySetResult(default),
        _ => _completion.TrySetException(new ArgumentException($"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]")),
    };

    private void TimeOut(ICanTell target, TimeSpan timeout) =>
        TryEnd(promise => promise._completion.TrySetException(new AskTimeoutException($"Timeout after {timeout} while waiting for an answer of {target}")));

    private void TryEnd(Func<AskPromise<T>, bool> complete)
    {
        if (!complete(this))
            return;
        if (_timeout is not null)
            _system.Scheduler.Disarm(_timeout);
        _realTimeout?.Dispose();
        _cancellation.Unregister();
        List<IInternalActorRef> watchers;
        lock (_completion)
            watchers = _watchers;
        foreach (var watcher in watchers ?? [])
            watcher.SendSystemMessage(new Dispatch.WatchedStopped(this, existenceConfirmed: true));
    }

    private sealed class TimeoutNode(AskPromise<T> promise, ICanTell target, TimeSpan timeout) : TimerNode
    {
        public override void Fire() => promise.TimeOut(target, timeout);
    }
}
