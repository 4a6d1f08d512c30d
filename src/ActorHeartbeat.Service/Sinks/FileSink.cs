using System.Buffers;
using System.Text.Json;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>
/// Writes feeds to a file, one <see cref="FeedEventJson"/> object per line, after a line with the position where the lines
/// before it ended. The sink is an ordinary subscriber: while the disk is full or gone it keeps its batch and tries again, its
/// bounded queue overflows as <c>limits.overflow</c> of each endpoint says, and a gap is written once the disk accepts lines again. Feeds
/// are affected only where that says pause-reading.
/// </summary>
public sealed partial class FileSink
{
    /// <summary>Large enough for a write to be cheap, small enough to keep while the disk is full.</summary>
    private const int BatchBytes = 256 * 1024;

    /// <summary>What a batch usually needs, its last line included; the room of a larger one is not kept.</summary>
    private const int UsualBytes = 4 * BatchBytes;

    /// <summary>A write that takes longer is told: a file system that does not answer gives no error.</summary>
    private static readonly TimeSpan HangAfter = TimeSpan.FromSeconds(10);

    /// <summary>Time between attempts while the disk refuses writes.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly IFeeds _feeds;
    private readonly SinkSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<string, Stream>? _open;
    private readonly Dictionary<EndpointId, long> _written = [];
    private readonly Dictionary<EndpointId, long> _formatted = [];
    private long _linesWritten;
    private long _eventsLost;
    private readonly Lock _writing = new();
    private readonly ITimer _watch;
    private volatile string? _failure, _hang;
    private bool _isWriting; // guarded by the lock, like the hang
    private CancellationTokenSource _look = new();
    private CancellationTokenSource _awaited;

    /// <param name="feeds">The source of the events.</param>
    /// <param name="settings">The endpoints to write, and the file.</param>
    /// <param name="time">The clock of retries and rotation.</param>
    /// <param name="logger">Logs when the disk refuses writes and when it accepts them again.</param>
    /// <param name="open">Opens the file for reading and writing; null for the file system.</param>
    public FileSink(IFeeds feeds, SinkSettings settings, TimeProvider time, ILogger<FileSink> logger, Func<string, Stream>? open = null)
    {
        (_feeds, _settings, _time, _logger, _open) = (feeds, settings, time, logger, open);
        _awaited = _look;
        _watch = time.CreateTimer(static sink => ((FileSink)sink!).TellHang(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public SinkSettings Settings => _settings;

    public string Name => _settings.Name;

    /// <summary>Lines of events that the operating system has accepted.</summary>
    public long LinesWritten => Volatile.Read(ref _linesWritten);

    /// <summary>Events that a gap in the file stands for: the disk did not keep up, or a position was no longer kept for replay.</summary>
    public long EventsLost => Volatile.Read(ref _eventsLost);

    /// <summary>Why nothing can be written at present; null when writing works or there is nothing to write yet.</summary>
    public string? Failure => _failure ?? _hang;

    /// <summary>The last number written of each endpoint, after which the next sink continues. Read it when the sink has ended.</summary>
    public ResumePoint Position => new(_feeds.Instance, _written);

    /// <summary>Runs until the feeds drain, including their last event, or until it is ended.</summary>
    /// <param name="after">The position where another sink ended; null begins live.</param>
    /// <param name="leaving">Ends it after the waiting events are written.</param>
    /// <param name="cancellation">Ends it between two lines, without the waiting events.</param>
    /// <exception cref="TooManySubscribersException">The cap on subscribers is reached.</exception>
    public async Task RunAsync(ResumePoint? after, CancellationToken leaving, CancellationToken cancellation)
    {
        var options = new SubscriptionOptions
        {
            Capacity = _settings.Queue,
            CapacityBytes = _settings.QueueBytes,
            Resume = after,
        };
        foreach (var (endpoint, seq) in after?.LastSeen ?? new Dictionary<EndpointId, long>())
            _written[endpoint] = seq;
        try
        {
            var role = $"instance {_feeds.Instance}, sink {Name}";
            using var file = new LineFile(_settings.Path, _settings.Rotate, _time, role, Begin, _open);
            var subscription = Subscribe();
            try
            {
                // Leave the caller's thread at once: writing to a file blocks.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                await WriteAsync(subscription, file, leaving, cancellation).ConfigureAwait(false);
                // A sink that an endpoint disconnects is back at once, and goes on where it was.
                while (subscription.Status == SubscriptionStatus.Overflowed && !leaving.IsCancellationRequested)
                {
                    options = options with { Resume = Position };
                    var next = Subscribe();
                    subscription.Dispose(); // not before: it holds back endpoints of which nothing may be lost
                    subscription = next;
                    await WriteAsync(subscription, file, leaving, cancellation).ConfigureAwait(false);
                }
            }
            finally
            {
                subscription.Dispose();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Cancelled; only whole lines have been written.
        }
        catch (Exception failure)
        {
            _failure = failure.Message;
            throw;
        }

        FeedSubscription Subscribe() => _feeds.Subscribe(LabelSelector.Parse(_settings.Select), options);
    }

    /// <summary>
    /// Compares the file with its name now instead of at the next event, and releases a file that was set aside from outside.
    /// </summary>
    public void LookAtFile() => Interlocked.Exchange(ref _look, new CancellationTokenSource()).Cancel();

    private async Task WriteAsync(FeedSubscription subscription, LineFile file, CancellationToken leaving, CancellationToken cancellation)
    {
        var lines = new ArrayBufferWriter<byte>();
        await using var writer = FeedEventJson.CreateWriter(lines);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(leaving, cancellation);
        TryWrite(file, []); // opens the file, to report at once that another process owns it
        try
        {
            while (await WaitToReadAsync(subscription, file, ending.Token).ConfigureAwait(false))
                await WriteBatchAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The sink leaves: it writes at most a full queue, because feeds that go on would never let it end.
            for (var left = _settings.Queue; left > 0 && await WriteBatchAsync().ConfigureAwait(false) is > 0 and var count; left -= count)
            {
                // The next batch.
            }
        }

        async ValueTask<int> WriteBatchAsync()
        {
            var count = FormatBatch(subscription, lines, writer);
            while (!TryWrite(file, lines.WrittenSpan))
                await Task.Delay(RetryInterval, _time, cancellation).ConfigureAwait(false); // not on an actor's thread
            Written(count);
            if (lines.Capacity > UsualBytes)
            {
                lines = new ArrayBufferWriter<byte>();
                writer.Reset(lines);
            }
            return count;
        }
    }

    private async ValueTask<bool> WaitToReadAsync(FeedSubscription subscription, LineFile file, CancellationToken ending)
    {
        while (true)
        {
            using var waking = CancellationTokenSource.CreateLinkedTokenSource(ending, _awaited.Token);
            try
            {
                return await subscription.WaitToReadAsync(waking.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!ending.IsCancellationRequested)
            {
                _awaited = Volatile.Read(ref _look); // kept until it is cancelled, so that no call is missed between two waits
                TryWrite(file, []);
            }
        }
    }

    // A sink that replaces another in the same process continues after its last line: that is no start.
    private byte[] Begin(FileBeginning why, LineFileTail tail)
    {
        var isStart = why == FileBeginning.Started;
        var before = isStart ? tail.Position() : (_feeds.Instance, _written.ToDictionary(last => last.Key.Value, last => last.Value));
        return isStart && before?.Instance == _feeds.Instance ? [] : StartLine.Of(_feeds.Instance, _time.GetUtcNow(), why, before);
    }

    private void Written(int lines)
    {
        foreach (var (endpoint, seq) in _formatted)
            _written[endpoint] = seq;
        Volatile.Write(ref _linesWritten, _linesWritten + lines);
    }

    private int FormatBatch(FeedSubscription subscription, ArrayBufferWriter<byte> lines, Utf8JsonWriter writer)
    {
        var count = 0;
        lines.ResetWrittenCount();
        _formatted.Clear();
        while (lines.WrittenCount < BatchBytes && subscription.TryRead(out var feedEvent))
        {
            FeedEventJson.Write(writer, feedEvent);
            writer.Flush();
            writer.Reset();
            lines.Write("\n"u8);
            count++;
            if (feedEvent.IsNumbered)
                _formatted[feedEvent.Endpoint] = feedEvent.Seq;
            if (feedEvent.Gap is { Reason: not GapReason.Disconnected })
                Volatile.Write(ref _eventsLost, _eventsLost + feedEvent.Seq - feedEvent.FirstSeq + 1);
        }
        return count;
    }

    private bool TryWrite(LineFile file, ReadOnlySpan<byte> lines)
    {
        Watch(isWriting: true);
        try
        {
            file.RotateWhenDue();
            file.Append(lines);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (_failure is null)
                LogRefused(Name, _settings.Path, error.Message);
            _failure = error.Message;
            return false;
        }
        finally
        {
            Watch(isWriting: false);
        }
        if (_failure is not null)
            LogRecovered(Name, _settings.Path);
        _failure = null;
        return true;
    }

    private void Watch(bool isWriting)
    {
        lock (_writing)
        {
            _isWriting = isWriting;
            _watch.Change(isWriting ? HangAfter : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (_hang is null)
                return;
            _hang = null;
            LogAnswered(Name, _settings.Path);
        }
    }

    /// <summary>Called by the timer while the writer is inside a call that does not return: nobody else can tell.</summary>
    private void TellHang()
    {
        lock (_writing)
        {
            if (!_isWriting)
                return;
            _hang = $"the file has not answered for {HangAfter.TotalSeconds:0} s";
            LogRefused(Name, _settings.Path, _hang);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Sink {Sink} cannot write to {Path}: {Error}. Events are dropped once its queue is full")]
    private partial void LogRefused(string sink, string path, string error);

    [LoggerMessage(3, LogLevel.Information, "The file of sink {Sink} answers again: {Path}")]
    private partial void LogAnswered(string sink, string path);

    [LoggerMessage(2, LogLevel.Information, "Sink {Sink} writes to {Path} again")]
    private partial void LogRecovered(string sink, string path);
}
