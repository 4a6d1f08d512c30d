using System.Buffers;
using System.Text.Json;
using ActorHeartbeat.Delivery;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>
/// Writes feeds to a file, one <see cref="FeedEventJson"/> object a line. A subscriber like any other: while the disk is full or gone it keeps what
/// it holds and tries again, its bounded queue drops the oldest events, and the gap is written once the disk takes lines again. Feeds never notice.
/// </summary>
public sealed partial class FileSink
{
    /// <summary>Enough for one write to be cheap, little enough to hold on to while the disk is full.</summary>
    private const int BatchBytes = 256 * 1024;

    /// <summary>How often a disk that refuses is tried again.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly IFeeds _feeds;
    private readonly SinkSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<string, Stream>? _open;
    private long _linesWritten;
    private volatile string? _failure;

    /// <param name="feeds">Where the events come from.</param>
    /// <param name="settings">What to write where.</param>
    /// <param name="time">The clock of retries and rotation.</param>
    /// <param name="logger">Told when the disk refuses and when it takes lines again.</param>
    /// <param name="open">Opens the file for reading and writing; null for the file system.</param>
    public FileSink(IFeeds feeds, SinkSettings settings, TimeProvider time, ILogger<FileSink> logger, Func<string, Stream>? open = null)
    {
        (_feeds, _settings, _time, _logger, _open) = (feeds, settings, time, logger, open);
    }

    public string Name => _settings.Name;

    /// <summary>Lines that the operating system has taken.</summary>
    public long LinesWritten => Volatile.Read(ref _linesWritten);

    /// <summary>Why nothing can be written at present; null when all is well.</summary>
    public string? Failure => _failure;

    /// <summary>Runs until the feeds drain, whose last event is written too, or until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var options = new SubscriptionOptions { Capacity = _settings.Queue, CapacityBytes = _settings.QueueBytes, Overflow = OverflowPolicy.DropOldest };
        using var subscription = _feeds.Subscribe(LabelSelector.Parse(_settings.Select), options);
        using var file = new LineFile(_settings.Path, _settings.Rotate, _time, _open);
        var lines = new ArrayBufferWriter<byte>();
        await using var writer = FeedEventJson.CreateWriter(lines);
        try
        {
            // Off the caller's thread at once: writing to a file blocks.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            while (await subscription.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                var count = FormatBatch(subscription, lines, writer);
                while (!TryWrite(file, lines.WrittenSpan))
                    await Task.Delay(RetryInterval, _time, cancellation).ConfigureAwait(false);
                Volatile.Write(ref _linesWritten, _linesWritten + count);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Told to stop; whole lines have been written.
        }
    }

    private static int FormatBatch(FeedSubscription subscription, ArrayBufferWriter<byte> lines, Utf8JsonWriter writer)
    {
        var count = 0;
        lines.ResetWrittenCount();
        while (lines.WrittenCount < BatchBytes && subscription.TryRead(out var feedEvent))
        {
            FeedEventJson.Write(writer, feedEvent);
            writer.Flush();
            writer.Reset();
            lines.Write("\n"u8);
            count++;
        }
        return count;
    }

    private bool TryWrite(LineFile file, ReadOnlySpan<byte> lines)
    {
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
        if (_failure is not null)
            LogRecovered(Name, _settings.Path);
        _failure = null;
        return true;
    }

    [LoggerMessage(1, LogLevel.Error, "Sink {Sink} cannot write to {Path}: {Error}. Events are dropped once its queue is full")]
    private partial void LogRefused(string sink, string path, string error);

    [LoggerMessage(2, LogLevel.Information, "Sink {Sink} writes to {Path} again")]
    private partial void LogRecovered(string sink, string path);
}
