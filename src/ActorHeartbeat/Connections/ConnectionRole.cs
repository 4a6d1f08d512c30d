namespace ActorHeartbeat.Connections;

/// <summary>
/// Which of an endpoint's connections an actor stands for; outlives restarts of the actor. Outside a planned rotation there is one, the
/// primary. During one there is a successor beside it, silent until it takes over.
/// </summary>
public sealed class ConnectionRole(bool isPrimary)
{
    private volatile bool _isPrimary = isPrimary;

    public bool IsPrimary
    {
        get => _isPrimary;
        internal set => _isPrimary = value;
    }
}
