using ActorHeartbeat.Service.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.Async;

namespace ActorHeartbeat.Service.Tests;

/// <summary>The log reports the lines that its queue has dropped.</summary>
public sealed class DroppedLinesTests : ILogEventSink, IAsyncLogEventSinkInspector
{
    private readonly List<string> _written = [];
    private bool _isFull, _isHeard = true;

    public long DroppedMessagesCount { get; private set; }

    int IAsyncLogEventSinkInspector.BufferSize => 1;

    int IAsyncLogEventSinkInspector.Count => 0;

    void ILogEventSink.Emit(LogEvent logEvent)
    {
        if (_isFull)
            throw new IOException("No space left on device");
        _written.Add(logEvent.RenderMessage());
    }

    [Fact]
    public void The_next_line_is_preceded_by_the_number_of_dropped_ones_once()
    {
        using var output = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();
        var lines = new DroppedLines(output, () => _isHeard);
        using var log = new LoggerConfiguration().WriteTo.Sink(lines).CreateLogger();
        lines.StartMonitoring(this);

        log.Information("one");
        DroppedMessagesCount = 7;
        log.Information("nine");
        log.Information("ten");
        DroppedMessagesCount = 9;
        log.Information("thirteen");

        Assert.Equal(
            [
                "one",
                "7 log lines dropped: the log was not read in time, or could not be written",
                "nine",
                "ten",
                "2 log lines dropped: the log was not read in time, or could not be written",
                "thirteen",
            ],
            _written);
    }

    [Fact]
    public void A_line_without_a_reader_is_counted()
    {
        using var output = new LoggerConfiguration().AuditTo.Sink(this).CreateLogger();
        var lines = new DroppedLines(output, () => _isHeard);
        using var log = new LoggerConfiguration().WriteTo.Sink(lines).CreateLogger();

        log.Information("one");
        _isHeard = false;
        log.Information("two");

        Assert.Equal(1, lines.Count);
        Assert.Equal(["one"], _written);
    }

    [Fact]
    public void A_line_that_the_disk_refuses_is_counted_and_told_when_there_is_room_again()
    {
        using var output = new LoggerConfiguration().AuditTo.Sink(this).CreateLogger();
        var lines = new DroppedLines(output, () => _isHeard);
        using var log = new LoggerConfiguration().WriteTo.Sink(lines).CreateLogger();

        log.Information("one");
        _isFull = true;
        log.Information("two");
        log.Information("three");
        _isFull = false;
        log.Information("four");

        Assert.Equal(2, lines.Count);
        Assert.Equal(["one", "2 log lines dropped: the log was not read in time, or could not be written", "four"], _written);
    }
}
