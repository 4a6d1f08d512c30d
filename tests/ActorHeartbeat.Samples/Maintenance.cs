using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Samples;

/// <summary>Stands for a user's own service that commands endpoints.</summary>
internal sealed class Maintenance(ConnectionsClient connections)
{
    public async Task<string> BeginAsync(EndpointId endpoint, CancellationToken stopping)
    {
        var paused = await connections.PauseAsync(endpoint, stopping);
        return paused.Outcome == CommandOutcome.Accepted ? "paused" : paused.Why;
    }
}
