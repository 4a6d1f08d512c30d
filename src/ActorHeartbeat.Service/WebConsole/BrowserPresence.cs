namespace ActorHeartbeat.Service.WebConsole;

/// <summary>
/// Keeps what browsers need from the first request of one until a while after the last has gone. What comes later gets it anew.
/// </summary>
/// <param name="make">Makes what they need.</param>
/// <param name="time">Tells how long nobody has been there.</param>
/// <param name="left">Told when all that was needed has ended.</param>
internal sealed class BrowserPresence<T>(Func<T> make, TimeProvider time, Action left) : IAsyncDisposable
    where T : class, IAsyncDisposable
{
    /// <summary>So long it is kept for nobody: longer than a page that has lost its connection may come back to what it showed.</summary>
    public static readonly TimeSpan Patience = WebConsolePages.Retention + TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private T? _needed;
    private int _present;
    private long _came;
    private ITimer? _leaving;

    /// <summary>Does something for a browser, with what it needs.</summary>
    public async Task Serve(Func<T, Task> serve)
    {
        var needed = Come();
        try
        {
            await serve(needed);
        }
        finally
        {
            Go();
        }
    }

    /// <summary>Ends what is there.</summary>
    public ValueTask DisposeAsync() => Take(came: null)?.DisposeAsync() ?? ValueTask.CompletedTask;

    private T Come()
    {
        lock (_lock)
        {
            var needed = _needed ??= make(); // what cannot be made has no browser
            (_present, _came) = (_present + 1, _came + 1);
            _leaving?.Dispose();
            _leaving = null;
            return needed;
        }
    }

    private void Go()
    {
        lock (_lock)
        {
            var came = _came;
            if (--_present == 0 && _needed is not null)
                _leaving = time.CreateTimer(_ => _ = LeaveAsync(came), null, Patience, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task LeaveAsync(long came)
    {
        if (Take(came) is not { } needed)
            return;
        await needed.DisposeAsync();
        left();
    }

    /// <param name="came">How many had come when the last went: one may have come as its time ran out. Null takes it from them.</param>
    private T? Take(long? came)
    {
        lock (_lock)
        {
            if (came is not null && came != _came)
                return null;
            var needed = _needed;
            _needed = null;
            _leaving?.Dispose();
            _leaving = null;
            return needed;
        }
    }
}
