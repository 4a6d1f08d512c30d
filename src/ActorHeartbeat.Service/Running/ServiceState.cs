namespace ActorHeartbeat.Service.Running;

/// <summary>The phase of the process between start and end. Read from any thread.</summary>
internal sealed class ServiceState
{
    private volatile ServicePhase _phase;

    public ServicePhase Phase => _phase;

    public bool IsDraining => _phase == ServicePhase.Draining;

    public void Enter(ServicePhase phase) => _phase = phase;
}

internal enum ServicePhase
{
    Starting,
    Running,

    /// <summary>Connections are being closed; commands are refused.</summary>
    Draining,
}
