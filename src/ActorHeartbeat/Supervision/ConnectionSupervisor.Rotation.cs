using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Supervision;

/// <content>
/// Planned replacement of a connection, the new one first: because of its age, because an operator asks, or because a reload needs a new
/// connection. When the new one fails the old one stays, and asks again after the delay that the failure calls for.
/// </content>
public sealed partial class ConnectionSupervisor
{
    /// <summary>
    /// Whether a reload may open the new connection beside the old one: the endpoint rotates, so its server is known to bear two for
    /// a moment; many do not, or close the older one.
    /// </summary>
    private static bool MayOpenBeside(SupervisedEndpoint endpoint) =>
        endpoint.Memory.Settings.MaxAge is not null && endpoint.CanRotate && endpoint.Memory.Status?.State is ConnectionState.Open or ConnectionState.AwaitingPong;

    private void BeginSuccession(SupervisedEndpoint endpoint)
    {
        if (endpoint.CanRotate)
            Start(endpoint, new ConnectionRole(isPrimary: false), TimeSpan.Zero);
    }

    private static void Succeed(SupervisedEndpoint endpoint)
    {
        if (!endpoint.TrySucceed(out var old))
            return; // it has crashed since, or lost its connection: the old one stays
        old?.Tell(new CloseConnection(endpoint.Memory.Settings.CloseCode, "replaced by a younger connection"));
        endpoint.Primary!.Tell(TakeOver.Instance);
    }

    private static void Abandon(SupervisedEndpoint endpoint, SuccessorFailed failed)
    {
        Context.GetLogger().Warning(
            "{0}: the new connection of a rotation failed, the old one stays; next attempt in {1:0.0} s: {2}", failed.Endpoint, failed.RetryIn.TotalSeconds, failed.Cause.Detail);
        endpoint.RotationFailed = new RotationFailed(failed.Cause, failed.RetryIn);
    }

    // Only now is there room for the next attempt.
    private static void Abandoned(SupervisedEndpoint endpoint)
    {
        endpoint.Primary?.Tell(endpoint.RotationFailed ?? new RotationFailed(
            new CloseCause(CauseKind.Crashed, "its actor failed more often than supervisor.restart.max-restarts allows"), OutcomeSettings.DefaultQuarantine));
        endpoint.RotationFailed = null;
    }
}
