using System.Diagnostics;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Telemetry;

namespace ActorHeartbeat.Service.Telemetry;

/// <summary>How long each step of the latest attempts to connect took, of all endpoints, as the traces of the library tell.</summary>
internal sealed class AttemptTimes : IDisposable
{
    /// <summary>The attempts that are kept.</summary>
    public const int Most = 16_384;

    private const string Steps = "steps";

    private readonly Lock _lock = new();
    private readonly Queue<(string Endpoint, long Incarnation, StepView[] Steps)> _latest = new();
    private readonly ActivityListener _listener;

    public AttemptTimes()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MeterSettings.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Take,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The steps of each attempt of an endpoint that is still kept, by its incarnation.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<StepView>> Of(EndpointId endpoint)
    {
        var attempts = new Dictionary<long, IReadOnlyList<StepView>>();
        lock (_lock)
        {
            foreach (var (other, incarnation, steps) in _latest)
            {
                if (other == endpoint.Value)
                    attempts[incarnation] = steps;
            }
        }
        return attempts;
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Activity activity)
    {
        if (activity.Parent is { } attempt)
            AddStep(
                attempt,
                new StepView(
                    activity.OperationName,
                    Math.Round(activity.Duration.TotalMilliseconds, 3),
                    activity.Status == ActivityStatusCode.Error));
        else if (activity.GetTagItem("actorheartbeat.endpoint") is string endpoint
            && activity.GetTagItem("actorheartbeat.incarnation") is long incarnation
            && activity.GetCustomProperty(Steps) is List<StepView> steps)
        {
            lock (_lock)
            {
                _latest.Enqueue((endpoint, incarnation, [.. steps]));
                if (_latest.Count > Most)
                    _latest.Dequeue();
            }
        }
    }

    private void AddStep(Activity attempt, StepView step)
    {
        lock (_lock)
        {
            if (attempt.GetCustomProperty(Steps) is List<StepView> steps)
                steps.Add(step);
            else
                attempt.SetCustomProperty(Steps, new List<StepView> { step });
        }
    }
}
