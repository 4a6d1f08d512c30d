using System.Runtime.InteropServices;
using ActorHeartbeat.Configuration.Reloading;

namespace ActorHeartbeat.Service.Running;

/// <summary>SIGHUP reads the configuration again, as operators of daemons expect.</summary>
internal sealed class ReloadOnHangup(ReloaderClient reloader) : IHostedService, IDisposable
{
    private PosixSignalRegistration? _registration;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
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
