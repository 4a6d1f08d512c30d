namespace ActorHeartbeat.TestKit;

/// <summary>
/// Runs actions after delays of a TimeProvider. Keeps the timers: a timer without a reference may be collected before it fires.
/// </summary>
internal sealed class RootedDelays(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly HashSet<ITimer> _timers = [];

    public void Run(TimeSpan delay, Action action)
    {
        lock (_lock)
        {
            ITimer? timer = null;
            timer = time.CreateTimer(_ => Fire(), null, delay, Timeout.InfiniteTimeSpan);
            _timers.Add(timer);

            void Fire()
            {
                lock (_lock)
                    _timers.Remove(timer!);
                timer!.Dispose();
                action();
            }
        }
    }
}
