using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.Async;

namespace ActorHeartbeat.Service.Logging;

/// <summary>Writes the lines of a queue, and before the next line how many were lost since the last one.</summary>
/// <param name="lines">Where lines go. Only the writer of the queue calls it.</param>
/// <param name="isHeard">Whether there is a reader: the console takes lines without one, and says nothing.</param>
internal sealed class DroppedLines(Serilog.ILogger lines, Func<bool> isHeard) : ILogEventSink, IAsyncLogEventSinkMonitor
{
    private volatile IAsyncLogEventSinkInspector? _queue;
    private long _refused;
    private long _reported;

    /// <summary>
    /// How many were lost so far: dropped because the queue was full, refused by the system, as by a full disk, or without a reader.
    /// </summary>
    public long Count => (_queue?.DroppedMessagesCount ?? 0) + Volatile.Read(ref _refused);

    public void Emit(LogEvent line)
    {
        if (!isHeard())
        {
            Volatile.Write(ref _refused, _refused + 1);
            return;
        }
        var lost = Count;
        try
        {
            if (lost > _reported)
                lines.Warning("{Dropped} log lines dropped: the log was not read in time, or could not be written", lost - _reported);
            _reported = lost;
            lines.Write(line);
        }
        // What an audited sink throws: the line is lost, and counted.
        catch (AggregateException)
        {
            Volatile.Write(ref _refused, _refused + 1);
        }
    }

    public void StartMonitoring(IAsyncLogEventSinkInspector inspector) => _queue = inspector;

    public void StopMonitoring(IAsyncLogEventSinkInspector inspector)
    {
        // The count stays readable for the lines that are still to be written.
    }
}
