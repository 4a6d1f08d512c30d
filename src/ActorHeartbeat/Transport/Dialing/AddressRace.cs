using System.Net;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// Connects to the first of several addresses that answers (RFC 8305, "happy eyeballs"): families alternate, the next address is tried
/// when one has failed or not answered for a while, and the first connection wins.
/// </summary>
internal static class AddressRace
{
    /// <summary>RFC 8305 section 8: the recommended Connection Attempt Delay.</summary>
    public static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>The resolver's order, but with the families alternating from the first address on (RFC 8305 section 4).</summary>
    public static IReadOnlyList<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses) =>
    [
        .. addresses
            .GroupBy(address => address.AddressFamily)
            .SelectMany(family => family.Select((address, rank) => (address, rank)))
            .OrderBy(entry => entry.rank)
            .Select(entry => entry.address),
    ];

    /// <summary>Returns the winner once every loser is gone; a loser that connected after all is disposed.</summary>
    /// <param name="addresses">At least one, in the order in which to try them.</param>
    /// <param name="connect">One attempt; it ends soon after its token is cancelled.</param>
    /// <param name="time">Paces the attempts.</param>
    /// <param name="cancellation">Cancels all attempts.</param>
    /// <exception cref="AggregateException">All failed; one inner exception per address.</exception>
    public static async Task<T> RunAsync<T>(
        IReadOnlyList<IPAddress> addresses,
        Func<IPAddress, CancellationToken, Task<T>> connect,
        TimeProvider time,
        CancellationToken cancellation)
        where T : IDisposable
    {
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new List<Task<T>>(addresses.Count);
        var failures = new List<Exception>(addresses.Count);
        var turn = Task.CompletedTask;
        var next = 0;
        try
        {
            while (failures.Count < addresses.Count)
            {
                if (next < addresses.Count && turn.IsCompleted)
                {
                    running.Add(connect(addresses[next++], race.Token));
                    turn = Task.Delay(AttemptDelay, time, race.Token);
                }

                var done = await Task.WhenAny(next < addresses.Count ? [.. running, turn] : running).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                if (done is not Task<T> attempt || !running.Contains(attempt))
                    continue;
                if (attempt.IsCompletedSuccessfully)
                    return await Remove(running, attempt).ConfigureAwait(false);
                failures.Add(await FailureAsync(Remove(running, attempt)).ConfigureAwait(false));
                turn = Task.CompletedTask;
            }

            throw new AggregateException(failures);
        }
        finally
        {
            await race.CancelAsync().ConfigureAwait(false);
            foreach (var loser in running)
                await DisposeAsync(loser).ConfigureAwait(false);
        }
    }

    private static Task<T> Remove<T>(List<Task<T>> running, Task<T> attempt)
    {
        running.Remove(attempt);
        return attempt;
    }

    private static async Task<Exception> FailureAsync(Task attempt)
    {
        await attempt.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return attempt.Exception?.InnerException ?? new OperationCanceledException();
    }

    private static async Task DisposeAsync<T>(Task<T> loser)
        where T : IDisposable
    {
        await ((Task)loser).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (loser.IsCompletedSuccessfully)
            (await loser.ConfigureAwait(false)).Dispose();
    }
}
