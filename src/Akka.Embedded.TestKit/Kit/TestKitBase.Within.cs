using Akka.TestKit.Internal;

namespace Akka.TestKit;

// A block of the test has a time to finish in, and what it waits for inside gets what is left of it.
public abstract partial class TestKitBase
{
    /// <summary>An asynchronous block that waits for silence to the very end needs a moment to come back; one that hangs is given up after it.</summary>
    private static readonly TimeSpan ReturnTime = TimeSpan.FromMilliseconds(500);

    /// <summary>How much later than it must a block may end, unless it says so itself.</summary>
    private static readonly TimeSpan DefaultEpsilon = TimeSpan.FromMilliseconds(50);

    /// <summary>The action finishes within <paramref name="max"/>; expectations inside wait for what is left of it.</summary>
    public Task WithinAsync(TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, actionAsync, null, epsilonValue, cancellationToken);

    /// <summary>The action takes at least <paramref name="min"/> and at most <paramref name="max"/>.</summary>
    public Task WithinAsync(TimeSpan min, TimeSpan max, Func<Task> actionAsync, string hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(min, max, async () =>
        {
            await actionAsync().ConfigureAwait(false);
            return true;
        }, hint, epsilonValue, cancellationToken);

    /// <inheritdoc cref="WithinAsync(TimeSpan, Func{Task}, TimeSpan?, CancellationToken)"/>
    public Task<T> WithinAsync<T>(TimeSpan max, Func<Task<T>> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <inheritdoc cref="WithinAsync(TimeSpan, TimeSpan, Func{Task}, string, TimeSpan?, CancellationToken)"/>
    /// <remarks>A function that has not come back half a second and <paramref name="epsilonValue"/> (default: none) after the end is not waited for any longer.</remarks>
    public async Task<T> WithinAsync<T>(TimeSpan min, TimeSpan max, Func<Task<T>> function, string hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        var frame = EnterWithin(min, max, hint, epsilonValue);
        T result;
        try
        {
            result = await function().WaitAsync(Until(frame.End) + frame.Epsilon + ReturnTime, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (Now >= frame.End)
        {
            throw Failed(FailureText.Compose($"the block to end within {frame.Max}", hint, $"it still runs after {Now - frame.Start}", Queued));
        }
        finally
        {
            _end = frame.OuterEnd;
        }

        LeaveWithin(frame);
        return result;
    }

    /// <inheritdoc cref="WithinAsync(TimeSpan, Func{Task}, TimeSpan?, CancellationToken)"/>
    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    /// <inheritdoc cref="WithinAsync(TimeSpan, TimeSpan, Func{Task}, string, TimeSpan?, CancellationToken)"/>
    public void Within(TimeSpan min, TimeSpan max, Action action, string hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(min, max, () =>
        {
            action();
            return true;
        }, hint, epsilonValue, cancellationToken);

    /// <inheritdoc cref="WithinAsync(TimeSpan, Func{Task}, TimeSpan?, CancellationToken)"/>
    public T Within<T>(TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <inheritdoc cref="WithinAsync(TimeSpan, TimeSpan, Func{Task}, string, TimeSpan?, CancellationToken)"/>
    /// <remarks>The function runs on the caller's thread, so one that never comes back is not interrupted.</remarks>
    public T Within<T>(TimeSpan min, TimeSpan max, Func<T> function, string hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var frame = EnterWithin(min, max, hint, epsilonValue);
        T result;
        try
        {
            result = function();
        }
        finally
        {
            _end = frame.OuterEnd;
        }

        LeaveWithin(frame);
        return result;
    }

    private WithinFrame EnterWithin(TimeSpan min, TimeSpan max, string hint, TimeSpan? epsilon)
    {
        var start = Now;
        var allowed = Dilated(max);
        if (_end is { } outer && outer - start < allowed)
            allowed = outer - start;
        if (allowed < min)
            throw Failed($"The block is to take at least {min}, and only {allowed} is left.");
        var frame = new WithinFrame(start, start + allowed, min, allowed, epsilon ?? DefaultEpsilon, hint, _end);
        _lastWasNoMessage = false;
        _end = frame.End;
        return frame;
    }

    private void LeaveWithin(WithinFrame frame)
    {
        var elapsed = Now - frame.Start;
        if (elapsed < frame.Min)
            _assertions.Fail(FailureText.Compose($"the block to take at least {frame.Min}", frame.Hint, $"it ended after {elapsed}", Queued));

        // A block whose last act was to wait for silence ends at its very end, and that is not late.
        if (!_lastWasNoMessage && elapsed > frame.Max + frame.Epsilon)
            _assertions.Fail(FailureText.Compose($"the block to end within {frame.Max}", frame.Hint, $"it ended after {elapsed}", Queued));
    }

    private readonly record struct WithinFrame(TimeSpan Start, TimeSpan End, TimeSpan Min, TimeSpan Max, TimeSpan Epsilon, string Hint, TimeSpan? OuterEnd);
}
