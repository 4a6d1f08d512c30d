using System.Globalization;
using System.Text.Json;
using ActorHeartbeat.Service.Logging;
using Serilog.Core;
using Serilog.Events;

namespace ActorHeartbeat.Service.Tests;

/// <summary>Collects the lines of a log and can wait for one.</summary>
internal sealed class CollectedLines : ILogEventSink
{
    private readonly List<(LogEvent Event, string Text)> _lines = [];
    private readonly List<(string Text, int Count, TaskCompletionSource There)> _waiting = [];

    public IReadOnlyList<LogEvent> All
    {
        get
        {
            lock (_lines)
                return [.. _lines.Select(line => line.Event)];
        }
    }

    public IReadOnlyList<LogEvent> Containing(string text)
    {
        lock (_lines)
            return [.. _lines.Where(line => line.Text.Contains(text, StringComparison.Ordinal)).Select(line => line.Event)];
    }

    public void Emit(LogEvent logEvent)
    {
        lock (_lines)
        {
            _lines.Add((logEvent, logEvent.RenderMessage(CultureInfo.InvariantCulture)));
            foreach (var (text, count, there) in _waiting)
            {
                if (Containing(text).Count >= count)
                    there.TrySetResult();
            }
        }
    }

    /// <summary>Completes once this many lines contain the text.</summary>
    public Task WaitFor(string text, int count = 1)
    {
        var there = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lines)
        {
            if (Containing(text).Count >= count)
                there.SetResult();
            else
                _waiting.Add((text, count, there));
        }
        return there.Task.WaitAsync(RunningService.Deadline);
    }

    public static JsonElement Json(LogEvent line)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        new JsonLines().Format(line, text);
        return JsonDocument.Parse(text.ToString()).RootElement;
    }
}
