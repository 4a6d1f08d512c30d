using System.Diagnostics;

namespace ActorHeartbeat.Transport;

/// <summary>
/// The source of the activities of attempts to connect: one for each attempt, and a child for each of its steps. Without a listener there
/// is none of them. Nothing of them has a header, a path, a query or a user of a URL, nor what the peer said.
/// </summary>
internal static class AttemptSteps
{
    public static readonly ActivitySource Source = new("ActorHeartbeat");

    /// <summary>Begins an activity that has no parent, and leaves the current one as it is.</summary>
    /// <returns>Null when nobody listens.</returns>
    public static Activity? BeginAttempt(string name) => Source.HasListeners() ? Start(name, ActivityKind.Client, parent: null) : null;

    /// <summary>Begins a step.</summary>
    /// <param name="attempt">What it is a part of; null when nobody listens.</param>
    /// <param name="name">Its name.</param>
    public static AttemptStep? Begin(Activity? attempt, string name) =>
        attempt is not null && Start(name, ActivityKind.Internal, attempt) is { } activity ? new AttemptStep(activity) : null;

    /// <summary>Ends an activity, on any thread, and leaves the current one as it is.</summary>
    public static void End(Activity activity)
    {
        var current = Activity.Current;
        activity.Stop();
        Activity.Current = current;
    }

    private static Activity? Start(string name, ActivityKind kind, Activity? parent)
    {
        var current = Activity.Current;
        Activity.Current = parent;
        var activity = Source.StartActivity(name, kind);
        Activity.Current = current;
        return activity;
    }
}

/// <summary>A step of an attempt. It has failed unless it is done before it is disposed.</summary>
internal sealed class AttemptStep(Activity activity) : IDisposable
{
    public void Done() => activity.SetStatus(ActivityStatusCode.Ok);

    public void Dispose()
    {
        if (activity.IsStopped)
            return;
        if (activity.Status == ActivityStatusCode.Unset)
            activity.SetStatus(ActivityStatusCode.Error).SetTag("error.type", activity.OperationName);
        AttemptSteps.End(activity);
    }
}
