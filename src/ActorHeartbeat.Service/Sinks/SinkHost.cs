using System.Runtime.InteropServices;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Service.Logging;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>
/// Keeps the configured sinks running. They start before any connection, follow a new configuration
/// while running, and have a bounded time at the end to write their waiting events. A sink whose
/// settings change is replaced, and the new sink continues after the last line of the old one.
/// </summary>
internal sealed class SinkHost(IReadOnlyCollection<SinkSettings> atStart, IFeeds feeds, TimeProvider time, ILoggerFactory loggers)
    : IHostedService, IDisposable
{
    /// <summary>The signal of a write past RLIMIT_FSIZE; it has the same number on Linux, macOS and the BSDs.</summary>
    private const PosixSignal FileSizeExceeded = (PosixSignal)25;

    /// <summary>Time for a sink to write its waiting events when it ends. A disk that has not accepted them by then will not.</summary>
    private static readonly TimeSpan LastWrites = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RunningSink> _running = new(StringComparer.Ordinal);
    private readonly List<RunningSink> _leaving = [];
    private readonly ILogger<FileSink> _log = loggers.CreateLogger<FileSink>();
    private PosixSignalRegistration? _fileSizeExceeded;

    /// <summary>Every configured sink as it is now, by name.</summary>
    public IReadOnlyList<FileSink> Sinks
    {
        get
        {
            lock (_gate)
                return [.. _running.Values.Select(running => running.Sink).OrderBy(sink => sink.Name, StringComparer.Ordinal)];
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // By default the signal ends the process; when it is handled, the write fails as on a full disk.
        if (!OperatingSystem.IsWindows())
            _fileSizeExceeded = PosixSignalRegistration.Create(FileSizeExceeded, static context => context.Cancel = true);
        Apply(atStart);
        return Task.CompletedTask;
    }

    /// <summary>Starts new sinks, ends sinks that are no longer named, and replaces changed sinks. Does not wait.</summary>
    public void Apply(IReadOnlyCollection<SinkSettings> wanted)
    {
        lock (_gate)
        {
            _leaving.RemoveAll(left => left.Ended.IsCompleted);
            var names = wanted.Select(settings => settings.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var (name, running) in _running.Where(running => !names.Contains(running.Key)).ToArray())
            {
                _running.Remove(name);
                Leave(running);
            }
            foreach (var settings in wanted)
            {
                var previous = _running.GetValueOrDefault(settings.Name);
                if (previous?.Sink.Settings == settings)
                    continue;
                if (previous is not null)
                    Leave(previous);
                _running[settings.Name] = new RunningSink(new FileSink(feeds, settings, time, _log), previous, time, _log);
            }
        }
    }

    /// <summary>Releases files that were set aside or removed from outside, as SIGHUP requests. Does not wait.</summary>
    public void LookAtFiles()
    {
        foreach (var sink in Sinks)
            sink.LookAtFile();
    }

    /// <summary>Waits for the last lines; the feeds must have been drained.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        RunningSink[] all;
        lock (_gate)
            all = [.. _running.Values, .. _leaving];
        var ended = Task.WhenAll(all.Select(running => running.Ended));
        await ended.WaitAsync(LastWrites, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var running in all.Where(running => !running.Ended.IsCompleted))
        {
            _log.SinkNotFlushed(running.Sink.Name, LastWrites.TotalSeconds);
            running.End();
        }
        await ended.WaitAsync(FileSink.RetryInterval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _fileSizeExceeded?.Dispose();

    private void Leave(RunningSink sink)
    {
        _leaving.Add(sink);
        sink.Leave();
    }

    /// <summary>One sink and the task that writes it, which begins after the end of its predecessor.</summary>
    private sealed class RunningSink
    {
        private readonly CancellationTokenSource _leave = new();
        private readonly CancellationTokenSource _end;

        public RunningSink(FileSink sink, RunningSink? predecessor, TimeProvider time, ILogger log)
        {
            Sink = sink;
            _end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            Ended = RunAsync(predecessor, time, log); // runs to its first wait at once: a sink at the start of the process misses nothing
        }

        public FileSink Sink { get; }

        /// <summary>Never faults.</summary>
        public Task Ended { get; }

        /// <summary>Takes no more events, and has a bounded time to write the waiting ones.</summary>
        public void Leave()
        {
            _leave.Cancel();
            _end.CancelAfter(LastWrites);
        }

        /// <summary>Ends at once.</summary>
        public void End() => _end.Cancel();

        private ResumePoint? Position { get; set; }

        private async Task RunAsync(RunningSink? predecessor, TimeProvider time, ILogger log)
        {
            if (predecessor is not null)
                await predecessor.Ended;
            Position = predecessor?.Position;
            while (!_end.IsCancellationRequested)
            {
                try
                {
                    await Sink.RunAsync(Position, _leave.Token, _end.Token);
                    Position = Sink.Position;
                    return;
                }
                catch (Exception failure)
                {
                    // Catch everything: otherwise no more lines would be written for as long as the process lives.
                    log.SinkFailed(failure, Sink.Name, FileSink.RetryInterval.TotalSeconds);
                }
                Position = Sink.Position;
                // Not on an actor's thread, as in the sink itself.
                await Task.Delay(FileSink.RetryInterval, time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
