using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Supervision;

/// <content>Which endpoints an operator has paused, beyond the life of the process.</content>
public sealed partial class ConnectionSupervisor
{
    /// <summary>Endpoints that were paused in an earlier process and have not come yet.</summary>
    private readonly HashSet<EndpointId> _pausedBefore = [];

    private bool _pausedChanged;

    /// <summary>Pauses for an operator. An endpoint that the configuration pauses anyway is not kept as paused.</summary>
    private void PauseForOperator(RegistryEntry endpoint, int code, string reason)
    {
        Keep(endpoint, endpoint.Settings.Enabled);
        Pause(endpoint, code, reason);
    }

    private void ResumeForOperator(RegistryEntry endpoint)
    {
        Keep(endpoint, isPaused: false);
        Resume(endpoint);
    }

    private void Keep(RegistryEntry endpoint, bool isPaused)
    {
        _pausedChanged |= endpoint.IsPausedByOperator != isPaused;
        endpoint.IsPausedByOperator = isPaused;
    }

    /// <summary>Once for a message, whatever it has changed.</summary>
    private void SavePaused()
    {
        if (!_pausedChanged)
            return;
        _pausedChanged = false;
        _dependencies.PausedStore?.Save([.. Supervised.Where(endpoint => endpoint.IsPausedByOperator).Select(endpoint => endpoint.Id)]);
    }
}
