using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>
/// Looks at all endpoints twice a second, once for all browsers, and only while there is one. Nothing is kept when the last has gone.
/// </summary>
internal sealed class FleetWatch(ConnectionsClient connections, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly List<Func<FleetMoment, Task>> _viewers = [];
    private CancellationTokenSource? _watching;

    /// <summary>Whether anybody looks.</summary>
    public bool IsWatching
    {
        get
        {
            lock (_lock)
                return _watching is not null;
        }
    }

    /// <summary>Shows each moment to a viewer until the result is disposed.</summary>
    public IDisposable Watch(Func<FleetMoment, Task> viewer)
    {
        lock (_lock)
        {
            _viewers.Add(viewer);
            if (_watching is null)
            {
                _watching = new CancellationTokenSource();
                _ = LookAsync(_watching.Token);
            }
        }
        return new Viewing(() => Leave(viewer));
    }

    private void Leave(Func<FleetMoment, Task> viewer)
    {
        lock (_lock)
        {
            if (!_viewers.Remove(viewer) || _viewers.Count > 0)
                return;
            _watching?.Cancel();
            _watching = null;
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        FleetMoment? before = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var endpoints = await connections.GetEndpointsAsync(stop);
                before = FleetMoment.After(before, [.. endpoints.Select(EndpointView.Of)], time.GetUtcNow());
                Func<FleetMoment, Task>[] viewers;
                lock (_lock)
                    viewers = [.. _viewers];
                await Task.WhenAll(viewers.Select(viewer => ShowAsync(viewer, before)));
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                log.LogWarning("the console has no state of endpoints to show: {Problem}", problem.Message);
            }
            // A bare delay: browsers are no actors, and nothing is due where one is late.
            await Task.Delay(Pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A viewer that fails is its own problem: its page says so.</summary>
    private async Task ShowAsync(Func<FleetMoment, Task> viewer, FleetMoment moment)
    {
        try
        {
            await viewer(moment);
        }
        catch (Exception problem)
        {
            log.LogWarning(problem, "a page of the console does not show the endpoints");
        }
    }

    private sealed class Viewing(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

/// <summary>All endpoints at one time, the worst first.</summary>
/// <param name="At">The time.</param>
/// <param name="Standings">The endpoints.</param>
/// <param name="Rates">Messages a second that come in, of each since the moment before.</param>
internal sealed record FleetMoment(
    DateTimeOffset At, IReadOnlyList<Standing> Standings, IReadOnlyDictionary<string, double> Rates)
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(2);

    private IReadOnlyDictionary<string, long> Counted { get; init; } = new Dictionary<string, long>();

    private DateTimeOffset CountedAt { get; init; }

    /// <summary>The next moment; rates are over two seconds or a little more.</summary>
    public static FleetMoment After(FleetMoment? before, IReadOnlyList<EndpointView> endpoints, DateTimeOffset now)
    {
        var standings = Standing.WorstFirst(endpoints);
        var elapsed = before is null ? TimeSpan.Zero : now - before.CountedAt;
        if (before is not null && elapsed < Span)
            return before with { At = now, Standings = standings };
        var counted = endpoints.ToDictionary(each => each.Id, each => each.Messages.In, StringComparer.Ordinal);
        var rates = before is null
            ? new Dictionary<string, double>(StringComparer.Ordinal)
            : counted.Where(each => before.Counted.ContainsKey(each.Key)).ToDictionary(
                each => each.Key, each => (each.Value - before.Counted[each.Key]) / elapsed.TotalSeconds, StringComparer.Ordinal);
        return new FleetMoment(now, standings, rates) { Counted = counted, CountedAt = now };
    }
}
