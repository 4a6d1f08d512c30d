using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.State;
using Akka.Actor;
using Microsoft.Extensions.Options;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Marks the process as running, and ends it in good order: first it is no longer ready, then every connection is closed
/// with a Close frame, then streams end with a drain event. Only after that do the HTTP server and the actors stop.
/// </summary>
internal sealed class StartAndDrain(
    IOptions<HostOptions> host, ServiceState state, ConnectionsClient connections, FeedRegistry feeds, ILogger log,
    StateDatabase? database = null)
    : IHostedLifecycleService
{
    /// <summary>Time after the last connection is closed, for streams to end and actors to stop.</summary>
    public static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(5);

    /// <summary>Time for answers and streams to end once the connections are closed.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private const string Reason = "shutting down";

    /// <summary>
    /// The supervisor itself drops connections that do not close in time; this covers a supervisor that does not answer at all.
    /// </summary>
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
        state.CallLast(Farewell);
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
            log.Drained((await connections.DrainAsync(Reason, host.Value.ShutdownTimeout - Afterwards + Grace, state.LastCall)).Forced);
        }
        catch (AskTimeoutException)
        {
            log.DrainOverdue();
        }
        if (database is not null)
            await SaveSessions(database);
    }

    /// <summary>Connections are closed by now: nothing that the endpoints know changes any more.</summary>
    private async Task SaveSessions(StateDatabase database)
    {
        try
        {
            var sessions = await connections.GetSessionsAsync(state.LastCall).WaitAsync(Farewell, state.LastCall);
            await database.SaveAsync(sessions).WaitAsync(Farewell, state.LastCall);
        }
        catch (Exception problem) when (problem is AskTimeoutException or TimeoutException)
        {
            log.SessionsNotSaved(problem.Message);
        }
    }
}
