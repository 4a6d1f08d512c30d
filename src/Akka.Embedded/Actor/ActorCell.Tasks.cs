using Akka.Dispatch;

namespace Akka.Actor;

internal sealed partial class ActorCell
{
    private ActorSynchronizationContext _synchronizationContext;
    private int _pendingTasks;

    /// <summary>Begins asynchronous work; while it is not done the mailbox hands out no user message and the current one stays current.</summary>
    public void RunTask(Func<Task> work)
    {
        var task = AsActor(work);
        if (task is null)
            return;
        if (task.IsCompleted)
        {
            task.GetAwaiter().GetResult();
            return;
        }

        _pendingTasks++;
        _suspensions++;
        var actor = _actor;
        _ = task.ContinueWith(ended => PostSystem(new TaskEnded(ended, actor)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private T AsActor<T>(Func<T> work)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_synchronizationContext ??= new(this));
        try
        {
            return work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private void Run(RunContinuation continuation) => AsActor(() =>
    {
        continuation.Run();
        return true;
    });

    private void FinishTask(Task task)
    {
        _pendingTasks--;
        _suspensions--;
        if (!task.IsCompletedSuccessfully)
            Fail(task.Exception?.InnerException ?? new TaskCanceledException(task));
        if (_pendingTasks == 0)
            FinishUserMessage();
    }

    /// <summary>The instance that began the tasks is gone; what they do from now on concerns nobody.</summary>
    private void AbandonTasks()
    {
        _suspensions -= _pendingTasks;
        _pendingTasks = 0;
    }
}
