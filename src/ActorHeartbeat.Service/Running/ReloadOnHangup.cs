using System.Runtime.InteropServices;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Service.Sinks;

namespace ActorHeartbeat.Service.Running;

/// <summary>On SIGHUP, reads the configuration again and releases files that were set aside, as operators of daemons expect.</summary>
internal sealed class ReloadOnHangup(ReloaderClient reloader, SinkHost sinks) : IHostedService, IDisposable
{
    private PosixSignalRegistration? _registration;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            sinks.LookAtFiles();
            reloader.Reload(ReloadTrigger.Signal);
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _registration?.Dispose();
}
