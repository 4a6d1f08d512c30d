namespace ActorHeartbeat.Endpoints;

/// <summary>A step of the host that is called before a dial.</summary>
/// <param name="Name">Under which the host has registered it.</param>
public sealed record StepCall(string Name)
{
    /// <summary>The names that it gives a value. The host says them; what reads a configuration copies them for its checks.</summary>
    public ValueList<string> Gives { get; init; } = [];
}
