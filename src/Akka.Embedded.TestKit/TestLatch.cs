namespace Akka.TestKit;

/// <summary>A gate that opens when it has been counted down as often as it was told, and stays open until it is reset.</summary>
public class TestLatch
{
    /// <summary>How long <see cref="Ready()"/> waits when the latch was not given another bound: 5 s.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private readonly Func<TimeSpan, TimeSpan> _dilate;
    private readonly TimeSpan _defaultTimeout;
    private readonly CountdownEvent _countdown;

    /// <summary>A latch that opens at the first count.</summary>
    public TestLatch()
        : this(1)
    {
    }

    /// <summary>A latch that opens at the given count.</summary>
    public TestLatch(int count)
        : this(count, DefaultTimeout)
    {
    }

    /// <summary>A latch that opens at the given count and is waited for no longer than given.</summary>
    public TestLatch(int count, TimeSpan defaultTimeout)
        : this(duration => duration, defaultTimeout, count)
    {
    }

    internal TestLatch(TestKitBase kit, int count)
        : this(kit.Dilated, kit.TestKitSettings.DefaultTimeout, count)
    {
    }

    /// <summary>A latch whose waits are stretched by <paramref name="dilate"/>.</summary>
    protected TestLatch(Func<TimeSpan, TimeSpan> dilate, TimeSpan defaultTimeout, int count)
    {
        _dilate = dilate;
        _defaultTimeout = defaultTimeout;
        _countdown = new CountdownEvent(count);
    }

    /// <summary>Whether a wait would return at once.</summary>
    public bool IsOpen => _countdown.IsSet;

    /// <summary>Counts once; counting an open latch changes nothing.</summary>
    public void CountDown()
    {
        lock (_countdown)
        {
            if (!_countdown.IsSet)
                _countdown.Signal();
        }
    }

    /// <summary>Opens at once, whatever count is left.</summary>
    public void Open()
    {
        lock (_countdown)
        {
            if (!_countdown.IsSet)
                _countdown.Signal(_countdown.CurrentCount);
        }
    }

    /// <summary>Closes the latch again with its first count.</summary>
    public void Reset() => _countdown.Reset();

    /// <summary>Waits with the latch's own bound.</summary>
    /// <exception cref="TimeoutException">The latch did not open in time.</exception>
    public void Ready() => Ready(_defaultTimeout);

    /// <summary>Waits at most <paramref name="timeout"/>.</summary>
    /// <exception cref="ArgumentException">The timeout is infinite: a wait needs a deadline.</exception>
    /// <exception cref="TimeoutException">The latch did not open in time.</exception>
    public void Ready(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            throw new ArgumentException("A latch is not waited for without end; give a finite timeout.", nameof(timeout));
        var dilated = _dilate(timeout);
        if (!_countdown.Wait(dilated))
            throw new TimeoutException($"The latch did not open within {dilated}: {_countdown.CurrentCount} of {_countdown.InitialCount} counts are missing.");
    }
}
