using System.Diagnostics;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Connections;

/// <summary>
/// The activity of one attempt to connect, from its place in the governor's queue to the open connection or the failure, with its steps.
/// Only the actor uses it.
/// </summary>
internal sealed class AttemptTrace
{
    private AttemptStep? _step;

    private AttemptTrace(Activity activity) => Activity = activity;

    public Activity Activity { get; }

    /// <summary>Begins with the wait for a permit.</summary>
    /// <param name="settings">The endpoint.</param>
    /// <param name="target">Where the dial goes.</param>
    /// <param name="attempt">Failures in a row so far, plus one.</param>
    /// <returns>Null when nobody listens.</returns>
    public static AttemptTrace? Begin(EndpointSettings settings, Uri target, int attempt)
    {
        if (AttemptSteps.BeginAttempt("connect") is not { } activity)
            return null;
        activity.SetTag("actorheartbeat.endpoint", settings.Id.Value).SetTag("actorheartbeat.attempt", attempt);
        var trace = new AttemptTrace(activity) { _step = AttemptSteps.Begin(activity, "permit wait") };
        // A host that comes of a secret or of the peer is masked, and then no host.
        if (Uri.TryCreate(ShownUrl.Of(target, settings), UriKind.Absolute, out var shown) && Uri.CheckHostName(shown.Host) != 0)
            activity.SetTag("url.scheme", shown.Scheme).SetTag("server.address", shown.Host).SetTag("server.port", shown.Port);
        return trace;
    }

    public void Granted(long incarnation)
    {
        Activity.SetTag("actorheartbeat.incarnation", incarnation);
        Done();
    }

    /// <summary>The handshake is accepted, and the opening dialogue begins.</summary>
    public void Connected(ConnectionLink link)
    {
        if (link.Address is { } address)
            Activity.SetTag("network.peer.address", address.Address.ToString()).SetTag("network.peer.port", address.Port);
        _step = AttemptSteps.Begin(Activity, "opening dialogue");
    }

    public void Opened()
    {
        Done();
        Activity.SetStatus(ActivityStatusCode.Ok);
        End(AttemptEnd.Open);
    }

    public void Ended(CloseCause cause)
    {
        var end = AttemptEnd.Of(cause);
        if (end.ErrorType is { } type)
            Activity.SetStatus(ActivityStatusCode.Error, cause.Detail).SetTag("error.type", type);
        if (cause.HttpStatus is { } status)
            Activity.SetTag("http.response.status_code", status);
        End(end);
    }

    private void Done()
    {
        _step?.Done();
        _step?.Dispose();
        _step = null;
    }

    private void End(AttemptEnd end)
    {
        if (end.Outcome == AttemptEnd.GivenUpOutcome)
            _step?.Done(); // the step did not fail
        _step?.Dispose();
        Activity.SetTag("actorheartbeat.outcome", end.Outcome);
        AttemptSteps.End(Activity);
    }
}
