using System.Collections.Concurrent;
using System.Diagnostics;
using ActorHeartbeat.Telemetry;

namespace ActorHeartbeat.Tests;

/// <summary>The activities of attempts that end while it exists. Other tests of the process have some too.</summary>
internal sealed class Traced : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public Traced()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MeterSettings.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The attempts of an endpoint, each with its tags and steps as text.</summary>
    public List<string> Attempts(string endpoint) =>
    [
        .. _ended
            .Where(each => each.Parent is null && each.GetTagItem("actorheartbeat.endpoint") as string == endpoint)
            .Select(attempt => $"{attempt.Status} {Tags(attempt)}: {Steps(attempt)}"),
    ];

    /// <summary>The steps of an attempt in their order.</summary>
    public string Steps(Activity attempt) => string.Join(
        ", ",
        _ended
            .Where(each => each.TraceId == attempt.TraceId && each.ParentSpanId == attempt.SpanId)
            .Select(each => $"{each.OperationName} {each.Status}"));

    /// <summary>Everything that any activity of these traces says.</summary>
    public string Everything(string endpoint)
    {
        var traces = _ended
            .Where(each => each.GetTagItem("actorheartbeat.endpoint") as string == endpoint)
            .Select(each => each.TraceId)
            .ToHashSet();
        return string.Join(
            '\n',
            _ended
                .Where(each => traces.Contains(each.TraceId))
                .Select(each => $"{each.OperationName} {each.StatusDescription} {Tags(each)} {string.Join(' ', each.Events)}"));
    }

    public void Dispose() => _listener.Dispose();

    private static string Tags(Activity activity) => string.Join(
        ' ',
        activity.TagObjects
            .Where(tag => tag.Key != "actorheartbeat.endpoint")
            .Select(tag => $"{tag.Key}={tag.Value}"));
}
