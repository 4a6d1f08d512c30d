using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Logging;
using Akka.Actor;
using Microsoft.Extensions.Options;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Says when the process is up, and ends it in good order: readiness goes first, then every connection is closed with a Close frame,
/// then streams end with a drain event; only after that the HTTP server and the actors stop.
/// </summary>
internal sealed class StartAndDrain(
    IOptions<HostOptions> host, ServiceState state, ConnectionsClient connections, FeedRegistry feeds, ILogger log)
    : IHostedLifecycleService
{
    /// <summary>What may still happen after the last connection is closed: streams end, actors stop.</summary>
    public static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(5);

    private const string Reason = "shutting down";

    /// <summary>The supervisor drops what has not closed in time by itself; this is for the case that it does not answer at all.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        state.Enter(ServicePhase.Running);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var wasUp = state.Phase == ServicePhase.Running;
        state.Enter(ServicePhase.Draining);
        if (wasUp)
            await CloseConnections();
        feeds.Drain(Reason);
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        log.Stopped();
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CloseConnections()
    {
        try
        {
            log.Drained((await connections.DrainAsync(Reason, host.Value.ShutdownTimeout - Afterwards + Grace)).Forced);
        }
        catch (AskTimeoutException)
        {
            log.DrainOverdue();
        }
    }
}
