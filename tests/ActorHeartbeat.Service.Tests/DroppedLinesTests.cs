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

    public long DroppedMessagesCount { get; private set; }

    int IAsyncLogEventSinkInspector.BufferSize => 1;

    int IAsyncLogEventSinkInspector.Count => 0;

    void ILogEventSink.Emit(LogEvent logEvent) => _written.Add(logEvent.RenderMessage());

    [Fact]
    public void The_next_line_is_preceded_by_the_number_of_dropped_ones_once()
    {
        using var output = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();
        var lines = new DroppedLines(output);
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
                "one", "7 log lines dropped: the reader of the log was too slow", "nine", "ten",
                "2 log lines dropped: the reader of the log was too slow", "thirteen",
            ],
            _written);
    }
}
