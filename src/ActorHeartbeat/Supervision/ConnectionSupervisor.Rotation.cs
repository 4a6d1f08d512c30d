using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Supervision;

/// <content>
/// Planned replacement of a connection, the new one first: because of its age, because an operator asks, or because a reload needs
/// a new connection. If the successor fails, the old connection stays and asks again after the delay that the failure calls for.
/// </content>
public sealed partial class ConnectionSupervisor
{
    /// <summary>
    /// Whether a reload may open the new connection beside the old one. The endpoint must have max-age:
    /// its server is then known to bear two for a moment. Many servers do not, or close the older one.
    /// </summary>
    private static bool MayOpenBeside(RegistryEntry endpoint) =>
        endpoint.Settings is { MaxAge: not null, Rotate.Order: RotationOrder.OpenFirst }
        && endpoint.CanRotate
        && endpoint.Status is { IsUp: true };

    private void BeginRotation(RegistryEntry endpoint) => BeginRotation(endpoint, due: null);

    /// <param name="endpoint">The endpoint.</param>
    /// <param name="due">What its primary asks for; null where somebody else does.</param>
    private void BeginRotation(RegistryEntry endpoint, RotationDue? due)
    {
        if (_isDraining)
            return;
        if (endpoint.Settings.Rotate.Order == RotationOrder.CloseFirst)
            endpoint.Primary?.Actor?.Tell(
                new Refresh("replaced by a younger connection, which opens when this one is closed")
                {
                    To = due?.To,
                    IsResumed = due is { IsResumed: true },
                });
        else if (endpoint.CanRotate)
            Launch(endpoint.Begin(NextId(), isPrimary: false), TimeSpan.Zero, due);
    }

    /// <summary>
    /// The primary has lost its connection: a successor that is open, or opens now, takes over at once, whatever it still had to prove. A
    /// server that allows one session may have closed the old connection for it; a dial of the primary would close the successor in turn.
    /// </summary>
    private static void TakeOverFromLost(RegistryEntry endpoint)
    {
        if (endpoint.Successor is { Failure: null, Board.Status.IsUp: true } successor)
            AskToTakeOver(endpoint, successor);
    }

    /// <summary>
    /// Asks the successor to take over. From here on it speaks for the endpoint,
    /// even if it can no longer answer: two connections never speak at once.
    /// </summary>
    private static void AskToTakeOver(RegistryEntry endpoint, SupervisedConnection successor)
    {
        if (successor.Actor is not { } actor)
            return; // it has crashed since, and will report when it is ready again
        endpoint.Plane.Feed.LetSpeak(successor.Id.Number);
        actor.Tell(new TakeOver(endpoint.Status));
    }

    private void Promote(RegistryEntry endpoint, ConnectionStatus status)
    {
        var old = endpoint.Promote();
        if (endpoint.Published != ConnectionState.Open)
            Publish(endpoint, status, cause: null, retryIn: null, _clock.UtcNow);
        Context.GetLogger().Info("{0}: the new connection of a rotation took over (incarnation {1})", endpoint.Id, status.Incarnation);
        Close(old, endpoint.Settings.CloseCode, "replaced by a younger connection");
    }

    private void FailRotation(RegistryEntry endpoint, SupervisedConnection successor, CloseCause cause)
    {
        var next = NextAttempt.After(
            endpoint.Settings, cause, endpoint.RotationFailures, flapping: false, _random.NextDouble(), _clock.UtcNow);
        endpoint.RotationFailures = next.Failures;
        var retryIn = next.GivesUp && next.Delay < OutcomeSettings.DefaultQuarantine ? OutcomeSettings.DefaultQuarantine : next.Delay;
        if (endpoint.Status is { UrlIndex: not 0 } && endpoint.Settings.Failover.Back is { } back && back > retryIn)
            retryIn = back; // the old connection works, and the first URL has its time
        Context
            .GetLogger()
            .Warning(
                "{0}: the new connection of a rotation failed, the old one stays; next attempt in {1:0.0} s: {2}",
                endpoint.Id,
                retryIn.TotalSeconds,
                cause.Detail);
        FailSuccessor(endpoint, successor, new RotationFailed(cause, retryIn));
    }

    private void FailSuccessor(RegistryEntry endpoint, SupervisedConnection successor, RotationFailed failure)
    {
        successor.Failure = failure;
        endpoint.PrimarySpeaks();
        Note(endpoint, successor, failure);
    }

    /// <summary>
    /// Keeps in the journal and in the feed why a rotation failed. The endpoint is in the same state as before, so nothing is published.
    /// </summary>
    private void Note(RegistryEntry endpoint, SupervisedConnection successor, RotationFailed failure)
    {
        if (endpoint.Published is not { } state)
            return;
        var incarnation = successor.Board.Status?.Incarnation ?? 0;
        var (cause, at) = (failure.Cause, _clock.UtcNow);
        endpoint.Journal.Add(
            new StateChanged(endpoint.Id, incarnation, state, state, endpoint.RotationFailures, cause, failure.RetryIn, at));
        endpoint.Plane.Feed.StateContinues(state.ForFeed($"the new connection of a rotation failed: {cause.Detail}"));
    }
}
