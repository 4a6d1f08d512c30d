using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Supervision;

/// <summary>
/// Keeps over restarts of the process which endpoints an operator has paused or closed. The library itself knows no files.
/// </summary>
public interface IPausedStore
{
    /// <summary>The endpoints that were saved last; none when it cannot be read.</summary>
    IReadOnlyCollection<EndpointId> Load();

    /// <summary>
    /// Replaces them. Must neither block nor throw: a store tells its failures itself. The answer to the command that paused or resumed an
    /// endpoint comes after this call.
    /// </summary>
    void Save(ValueList<EndpointId> paused);
}
