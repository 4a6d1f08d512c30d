namespace ActorHeartbeat.Transport.Frames;

/// <summary>
/// Lets one at a time do something, such as write. It takes no memory of its own until somebody has to wait, which on a connection is
/// rare. Not fair: who comes when it is given back may be before who waits. Thread-safe; hold it in a field that is not read-only.
/// </summary>
internal struct Turn
{
    private int _taken;
    private TaskCompletionSource? _wait; // of all who wait; null while nobody does

    /// <summary>Takes the turn. False while another has it.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _taken, 1, 0) == 0;

    /// <summary>Completes when the turn has been given back. Another may have taken it since.</summary>
    public Task Back()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wait = Interlocked.CompareExchange(ref _wait, first, null) ?? first;
        // A full fence lies between the two: who gives back from here on sees the wait.
        if (Volatile.Read(ref _taken) == 0 && Interlocked.CompareExchange(ref _wait, null, wait) == wait)
            wait.SetResult();
        return wait.Task;
    }

    /// <summary>Gives the turn back; only who has taken it may.</summary>
    public void GiveBack()
    {
        Interlocked.Exchange(ref _taken, 0);
        Interlocked.Exchange(ref _wait, null)?.SetResult();
    }
}
