using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.Async;

namespace ActorHeartbeat.Service.Logging;

/// <summary>Writes the lines of a queue, and before the next line how many were dropped because the queue was full.</summary>
/// <param name="lines">Where lines go. Only the writer of the queue calls it.</param>
internal sealed class DroppedLines(Serilog.ILogger lines) : ILogEventSink, IAsyncLogEventSinkMonitor
{
    private volatile IAsyncLogEventSinkInspector? _queue;
    private long _reported;

    /// <summary>How many were dropped so far.</summary>
    public long Count => _queue?.DroppedMessagesCount ?? 0;

    public void Emit(LogEvent line)
    {
        var dropped = Count;
        if (dropped > _reported)
            lines.Warning("{Dropped} log lines dropped: the reader of the log was too slow", dropped - _reported);
        _reported = dropped;
        lines.Write(line);
    }

    public void StartMonitoring(IAsyncLogEventSinkInspector inspector) => _queue = inspector;

    public void StopMonitoring(IAsyncLogEventSinkInspector inspector)
    {
        // The count stays readable for the lines that are still to be written.
    }
}
