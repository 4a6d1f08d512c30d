namespace ActorHeartbeat.Connections;

/// <summary>
/// Which of an endpoint's connections an actor stands for; outlives restarts of the actor. Outside a planned rotation there is one, the
/// primary. During one there is a successor beside it, silent until it takes over.
/// </summary>
public sealed class ConnectionRole(bool isPrimary)
{
    private volatile bool _isPrimary = isPrimary;
    private volatile bool _isReleased;
    private volatile bool _isDown;

    public bool IsPrimary
    {
        get => _isPrimary;
        internal set => _isPrimary = value;
    }

    /// <summary>Nothing more is wanted but that it ends; an actor that is restarted after that stops at once.</summary>
    public bool IsReleased
    {
        get => _isReleased;
        internal set => _isReleased = value;
    }

    /// <summary>Its actor has ended or waits for its restart.</summary>
    internal bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }
}
