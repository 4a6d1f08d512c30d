using System.Runtime.InteropServices;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Keeps a SIGHUP that comes before <see cref="ReloadOnHangup"/> listens, or after it has listened: it would end the process. One that
/// came is carried out after the start.
/// </summary>
internal sealed class EarlyHangup
{
    // Kept as long as the process, not as long as its service: a log rotation may hit the last moment of a shutdown.
    private static PosixSignalRegistration? _registration;

    private volatile bool _came;

    public EarlyHangup() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        _came = true;
    });

    public bool Came => _came;
}
