namespace ActorHeartbeat.Service.Running;

/// <summary>The phase of the process between start and end. Read from any thread.</summary>
internal sealed class ServiceState
{
    private readonly CancellationTokenSource _lastCall = new();
    private volatile ServicePhase _phase;

    public ServicePhase Phase => _phase;

    public bool IsDraining => _phase == ServicePhase.Draining;

    /// <summary>Cancelled when the guests of the API that are still there are dropped.</summary>
    public CancellationToken LastCall => _lastCall.Token;

    public void Enter(ServicePhase phase) => _phase = phase;

    /// <summary>Drops the guests of the API after a while: one who neither sends nor reads does not hold the process up.</summary>
    public void CallLast(TimeSpan after) => _lastCall.CancelAfter(after);
}

internal enum ServicePhase
{
    Starting,
    Running,

    /// <summary>Connections are being closed; commands are refused.</summary>
    Draining,
}
