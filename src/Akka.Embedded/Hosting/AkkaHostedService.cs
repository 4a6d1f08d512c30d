using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting;

/// <summary>Starts the host's actor system with the host, stops it with the host, and stops the host when the system ends by itself.</summary>
public class AkkaHostedService(
    AkkaConfigurationBuilder configurationBuilder,
    IServiceProvider serviceProvider,
    ILogger<AkkaHostedService> logger,
    IHostApplicationLifetime applicationLifetime = null) : IHostedService
{
    private static readonly Action<ILogger, string, Exception> LogStartFailed = LoggerMessage.Define<string>(
        LogLevel.Critical, new EventId(1, "ActorSystemStartFailed"), "The actors of {ActorSystem} could not be started and are shut down");

    private ActorSystem _system;

    /// <summary>Creates the system and awaits every starter in turn.</summary>
    /// <remarks>When one throws, the system is shut down and the exception goes on to the host, whose start has failed.</remarks>
    public virtual async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _system = serviceProvider.GetRequiredService<ActorSystem>();
            await configurationBuilder.StartAsync(_system).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogStartFailed(logger, configurationBuilder.ActorSystemName, failure);
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        if (applicationLifetime is not null)
            _ = _system.WhenTerminated.ContinueWith(
                _ => applicationLifetime.StopApplication(), CancellationToken.None, TaskContinuationOptions.RunContinuationsAsynchronously, TaskScheduler.Default);
    }

    /// <summary>Runs the coordinated shutdown; a task that hangs is given up when its phase's time is over.</summary>
    public virtual async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_system is null)
            return;
        await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClrExitReason.Instance).ConfigureAwait(false);
        await _system.WhenTerminated.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
