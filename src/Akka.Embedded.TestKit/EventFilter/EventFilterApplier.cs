using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>Counts what its matchers accept while an action runs, and for a bounded time after it.</summary>
internal sealed class EventFilterApplier(TestKitBase testkit, ActorSystem system, IReadOnlyList<EventMatcher> matchers) : IEventFilterApplier
{
    public EventFilterFactory And => new(testkit, system, matchers);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        Count(expectedCount, null, Returning(action), cancellationToken);

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Count(expectedCount, timeout, Returning(action), cancellationToken);

    public T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default) =>
        Count(expectedCount, null, func, cancellationToken);

    public T Expect<T>(int expectedCount, TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) =>
        Count(expectedCount, timeout, func, cancellationToken);

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        CountAsync(expectedCount, null, Returning(actionAsync), cancellationToken);

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, TimeSpan? timeout, CancellationToken cancellationToken = default) =>
        CountAsync(expectedCount, timeout, Returning(actionAsync), cancellationToken);

    public Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        CountAsync(expectedCount, timeout, Returning(action), cancellationToken);

    public Task<T> ExpectAsync<T>(int expectedCount, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        CountAsync(expectedCount, null, func, cancellationToken);

    public Task<T> ExpectAsync<T>(int expectedCount, TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        CountAsync(expectedCount, timeout, func, cancellationToken);

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, action, cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) => Expect(1, timeout, action, cancellationToken);

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default) => Expect(1, func, cancellationToken);

    public T ExpectOne<T>(TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) => Expect(1, timeout, func, cancellationToken);

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, actionAsync, cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) => ExpectAsync(1, timeout, action, cancellationToken);

    public Task<T> ExpectOneAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) => ExpectAsync(1, func, cancellationToken);

    public Task<T> ExpectOneAsync<T>(TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) => ExpectAsync(1, timeout, func, cancellationToken);

    private async Task<T> CountAsync<T>(int expected, TimeSpan? timeout, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        using var tally = EventTally.Begin(system, matchers);
        var result = await action().ConfigureAwait(false);
        await VerifyAsync(tally, expected, timeout, cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>The action of a synchronous form stays on the caller's thread.</summary>
    private T Count<T>(int expected, TimeSpan? timeout, Func<T> action, CancellationToken cancellationToken)
    {
        using var tally = EventTally.Begin(system, matchers);
        var result = action();
        Blocking.Wait(VerifyAsync(tally, expected, timeout, cancellationToken));
        return result;
    }

    private async Task VerifyAsync(EventTally tally, int expected, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var wait = timeout is { } given ? testkit.Dilated(given) : testkit.Dilated(testkit.TestKitSettings.TestEventFilterLeeway);
        await tally.WaitForAsync(expected, wait, cancellationToken).ConfigureAwait(false);
        if (tally.Matched.Count == expected)
            return;
        var wanted = $"{expected} of [{string.Join("; ", matchers.Select(matcher => matcher.Description))}]";
        testkit.Fail(string.Join(
            Environment.NewLine,
            [
                $"Expected: {wanted}",
                $"Came:     {tally.Matched.Count} within {wait} after the action",
                .. tally.Matched.Select(matched => $"          {matched}"),
                $"Others:   {tally.Others.Count} that did not match",
                .. tally.Others.Select(other => $"          {other}"),
            ]));
    }

    private static Func<bool> Returning(Action action) => () =>
    {
        action();
        return true;
    };

    private static Func<Task<bool>> Returning(Func<Task> action) => async () =>
    {
        await action().ConfigureAwait(false);
        return true;
    };
}
