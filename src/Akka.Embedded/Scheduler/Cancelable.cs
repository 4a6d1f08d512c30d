using Akka.Scheduling;

namespace Akka.Actor;

/// <summary>The cancelable of the schedulers. Cancelling takes what it holds out of the scheduler at once.</summary>
public class Cancelable : ICancelable, IDisposable
{
    private readonly IActionScheduler _scheduler;
    private readonly Lock _lock = new();
    private List<(TimerNode Node, SchedulerBase Scheduler)> _held;
    private CancellationTokenSource _source;
    private bool _cancelled;

    public Cancelable(IActionScheduler scheduler) => _scheduler = scheduler;

    public Cancelable(IScheduler scheduler) : this(scheduler.Advanced) { }

    public Cancelable(IActionScheduler scheduler, TimeSpan delay) : this(scheduler) => CancelAfter(delay);

    public Cancelable(IScheduler scheduler, TimeSpan delay) : this(scheduler.Advanced, delay) { }

    public Cancelable(IScheduler scheduler, int millisecondsDelay) : this(scheduler.Advanced, TimeSpan.FromMilliseconds(millisecondsDelay)) { }

    public bool IsCancellationRequested => Volatile.Read(ref _cancelled);

    public bool IsDisposed { get; private set; }

    public CancellationToken Token
    {
        get
        {
            lock (_lock)
            {
                if (_source is null)
                {
                    _source = new CancellationTokenSource();
                    if (_cancelled)
                        _source.Cancel();
                }

                return _source.Token;
            }
        }
    }

    public void Cancel() => Cancel(throwOnFirstException: false);

    public void Cancel(bool throwOnFirstException)
    {
        List<(TimerNode Node, SchedulerBase Scheduler)> held;
        CancellationTokenSource source;
        lock (_lock)
        {
            if (_cancelled)
                return;
            _cancelled = true;
            (held, _held) = (_held, null);
            source = _source;
        }

        foreach (var (node, scheduler) in held ?? [])
            scheduler.Disarm(node);
        source?.Cancel(throwOnFirstException);
    }

    public void CancelAfter(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        _scheduler.ScheduleOnce(delay, Cancel, this);
    }

    public void CancelAfter(int millisecondsDelay) => CancelAfter(TimeSpan.FromMilliseconds(millisecondsDelay));

    /// <summary>One that is cancelled already.</summary>
    public static ICancelable CreateCanceled()
    {
        var cancelable = new Cancelable((IActionScheduler)null);
        cancelable.Cancel();
        return cancelable;
    }

    /// <summary>One that is cancelled as soon as any of the given is.</summary>
    public static ICancelable CreateLinkedCancelable(IScheduler scheduler, params ICancelable[] cancelables) =>
        CreateLinkedCancelable(scheduler, [.. cancelables.Select(each => each.Token)]);

    public static ICancelable CreateLinkedCancelable(IScheduler scheduler, params CancellationToken[] cancellationTokens)
    {
        var linked = new Cancelable(scheduler);
        foreach (var token in cancellationTokens)
            token.UnsafeRegister(static state => ((Cancelable)state!).Cancel(), linked);
        return linked;
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        IsDisposed = true;
        if (disposing)
            _source?.Dispose();
    }

    internal void Hold(TimerNode node, SchedulerBase scheduler)
    {
        lock (_lock)
        {
            if (!_cancelled)
            {
                (_held ??= new(1)).Add((node, scheduler));
                return;
            }
        }

        scheduler.Disarm(node);
    }

    /// <summary>The node has fired for the last time.</summary>
    internal void Release(TimerNode node)
    {
        lock (_lock)
            _held?.RemoveAll(each => ReferenceEquals(each.Node, node));
    }
}
