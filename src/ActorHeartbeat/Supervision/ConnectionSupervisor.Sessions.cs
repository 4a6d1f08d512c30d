using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using Akka.Event;

namespace ActorHeartbeat.Supervision;

/// <content>What endpoints know beyond the life of the process.</content>
public sealed partial class ConnectionSupervisor
{
    /// <summary>Sessions of an earlier process whose endpoints have not come yet.</summary>
    private readonly Dictionary<EndpointId, EndpointSession> _restored = [];

    private SessionList Sessions() => new(
    [
        .. Supervised.Select(endpoint => EndpointSession.Of(endpoint.Settings, endpoint.Session, endpoint.KeySessions))
            .OfType<EndpointSession>(),
    ]);

    private void Restore(RestoreSessions restore)
    {
        foreach (var session in restore.Sessions)
        {
            if (session.Reject() is { } reason)
                Context.GetLogger().Warning("{0}: its session of an earlier process is ignored: {1}", session.Endpoint, reason);
            else if (Find(session.Endpoint) is null)
                _restored[session.Endpoint] = session;
        }
    }
}
