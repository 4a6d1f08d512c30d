using System.Globalization;
using System.Net.Sockets;
using ActorHeartbeat.Service.Logging;
using Microsoft.Extensions.Hosting.Systemd;
using Notice = Microsoft.Extensions.Hosting.Systemd.ServiceState;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Tells systemd that the service has started, that it is alive, and that it stops: sd_notify(3). Without NOTIFY_SOCKET it tells nothing.
/// </summary>
/// <remarks>The lifetime of the package would take SIGTERM for itself, which <see cref="TerminationSignals"/> has.</remarks>
internal sealed class SystemdNotices(ISystemdNotifier systemd, ILogger log) : IHostedLifecycleService
{
    private static readonly Notice Alive = new("WATCHDOG=1");

    /// <summary>Notices to the systemd that started this process.</summary>
    public static SystemdNotices Create(IServiceProvider services) => new(new SystemdNotifier(), services.GetRequiredService<ILogger>());

    /// <summary>The longest time between two notices that systemd allows this process; null when it does not look.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="process">The id of this process: the variables may be meant for another one.</param>
    public static TimeSpan? WatchdogDeadline(Func<string, string?> variable, int process)
    {
        var isForAnother = variable("WATCHDOG_PID") is { Length: > 0 } meant && meant != process.ToString(CultureInfo.InvariantCulture);
        var isGiven = long.TryParse(variable("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0;
        return isGiven && !isForAnother
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
    }

    public void TellAlive() => Tell(Alive);

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Tell(Notice.Ready);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Tell(Notice.Stopping);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Tell(Notice notice)
    {
        try
        {
            systemd.Notify(notice);
        }
        catch (SocketException problem)
        {
            log.SystemdNotTold(notice.ToString(), problem.Message);
        }
    }
}
