using Akka.TestKit.Internal;

namespace Akka.TestKit;

// Something that sends no message is looked at until it is as wanted.
public abstract partial class TestKitBase
{
    /// <summary>How often a condition is looked at when the test does not say.</summary>
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The condition holds before the default wait is over.</summary>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <inheritdoc cref="AwaitConditionAsync(Func{Task{bool}}, CancellationToken)"/>
    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>The condition holds before <paramref name="max"/> is over (default: what an enclosing Within leaves, else 3 s).</summary>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <inheritdoc cref="AwaitConditionAsync(Func{Task{bool}}, TimeSpan?, CancellationToken)"/>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

    /// <inheritdoc cref="AwaitConditionAsync(Func{Task{bool}}, TimeSpan?, CancellationToken)"/>
    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

    /// <inheritdoc cref="AwaitConditionAsync(Func{Task{bool}}, TimeSpan?, CancellationToken)"/>
    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string message = null, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(() => Task.FromResult(conditionIsFulfilled()), max, interval, message, cancellationToken);

    /// <inheritdoc cref="AwaitConditionAsync(Func{Task{bool}}, TimeSpan?, CancellationToken)"/>
    public async Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string message = null, CancellationToken cancellationToken = default)
    {
        var wait = RemainingOrDilated(max);
        if (!await PollAsync(conditionIsFulfilled, wait, interval, cancellationToken).ConfigureAwait(false))
            throw Failed(FailureText.Compose("the condition to hold", message, $"it did not within {wait}", Queued));
    }

    /// <summary>Whether the condition held before <paramref name="max"/> was over.</summary>
    public Task<bool> AwaitConditionNoThrowAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        PollAsync(conditionIsFulfilled, Dilated(max), interval, cancellationToken);

    /// <inheritdoc cref="AwaitConditionNoThrowAsync(Func{Task{bool}}, TimeSpan, TimeSpan?, CancellationToken)"/>
    public Task<bool> AwaitConditionNoThrowAsync(Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitConditionNoThrowAsync(() => Task.FromResult(conditionIsFulfilled()), max, interval, cancellationToken);

    /// <inheritdoc cref="AwaitAssertAsync(Func{Task}, TimeSpan?, TimeSpan?, CancellationToken)"/>
    public Task AwaitAssertAsync(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(() =>
        {
            assertion();
            return Task.CompletedTask;
        }, duration, interval, cancellationToken);

    /// <summary>The assertion stops throwing before <paramref name="duration"/> is over; else its last failure is the failure of the test.</summary>
    public async Task AwaitAssertAsync(Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var deadline = Now + RemainingOrDilated(duration);
        while (true)
        {
            try
            {
                await assertion().ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException && Now < deadline)
            {
                // The next look may succeed; the last one's failure is let through by the filter.
            }

            await PauseAsync(interval, deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="AwaitConditionAsync(Func{Task{bool}}, CancellationToken)"/>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        Blocking.Wait(AwaitConditionAsync(conditionIsFulfilled, cancellationToken));

    /// <inheritdoc cref="AwaitConditionAsync(Func{Task{bool}}, TimeSpan?, CancellationToken)"/>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        Blocking.Wait(AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken));

    /// <inheritdoc cref="AwaitConditionAsync(Func{Task{bool}}, TimeSpan?, CancellationToken)"/>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default) =>
        Blocking.Wait(AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken));

    /// <inheritdoc cref="AwaitConditionAsync(Func{Task{bool}}, TimeSpan?, CancellationToken)"/>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string message = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(AwaitConditionAsync(conditionIsFulfilled, max, interval, message, cancellationToken));

    /// <inheritdoc cref="AwaitConditionNoThrowAsync(Func{Task{bool}}, TimeSpan, TimeSpan?, CancellationToken)"/>
    public bool AwaitConditionNoThrow(Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(AwaitConditionNoThrowAsync(conditionIsFulfilled, max, interval, cancellationToken));

    /// <inheritdoc cref="AwaitAssertAsync(Func{Task}, TimeSpan?, TimeSpan?, CancellationToken)"/>
    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(AwaitAssertAsync(assertion, duration, interval, cancellationToken));

    private static async Task<bool> PollAsync(Func<Task<bool>> condition, TimeSpan wait, TimeSpan? interval, CancellationToken cancellationToken)
    {
        var deadline = Now + wait;
        while (true)
        {
            var isLastLook = Now >= deadline;
            if (await condition().ConfigureAwait(false))
                return true;
            if (isLastLook)
                return false;
            await PauseAsync(interval, deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task PauseAsync(TimeSpan? interval, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var pause = interval ?? DefaultInterval;
        var left = Until(deadline);
        return Task.Delay(pause < left ? pause : left, cancellationToken);
    }
}
