using System.Runtime.InteropServices;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Keeps a SIGHUP that comes before <see cref="ReloadOnHangup"/> listens: it would end the process. One that came is carried out after the
/// start.
/// </summary>
internal sealed class EarlyHangup : IDisposable
{
    private readonly PosixSignalRegistration _registration;
    private volatile bool _came;

    public EarlyHangup() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        _came = true;
    });

    public bool Came => _came;

    public void Dispose() => _registration.Dispose();
}
