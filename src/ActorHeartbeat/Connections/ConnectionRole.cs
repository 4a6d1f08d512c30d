namespace ActorHeartbeat.Connections;

/// <summary>
/// Which of an endpoint's connections an actor stands for; outlives restarts of the actor. Outside a planned rotation there is one, the
/// primary. During one there is a successor beside it, silent until it takes over.
/// </summary>
public sealed class ConnectionRole(bool isPrimary)
{
    private int _standing = (int)(isPrimary ? Standing.Primary : Standing.Successor);
    private volatile bool _isReleased;
    private volatile bool _isDown;

    private enum Standing
    {
        /// <summary>Connects, to replace the primary.</summary>
        Successor,

        /// <summary>Is connected and can take over.</summary>
        Ready,

        Primary,

        /// <summary>Was one of them; says nothing more.</summary>
        Former,
    }

    public bool IsPrimary => Volatile.Read(ref _standing) == (int)Standing.Primary;

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

    /// <summary>Whether it waits to take over, or to be able to.</summary>
    internal bool IsSuccessor => Volatile.Read(ref _standing) is (int)Standing.Successor or (int)Standing.Ready;

    /// <summary>The successor can take over from now on.</summary>
    internal void BecomeReady() => Change(Standing.Successor, Standing.Ready);

    /// <summary>
    /// The successor has lost what it was ready with. Either this or <see cref="TryTakeOver"/> comes first, and the other then knows: without that
    /// the old connection could be closed for one that is gone.
    /// </summary>
    /// <returns>False when it has taken over already, so that it is for this connection to dial again.</returns>
    internal bool TryStepBack()
    {
        Change(Standing.Ready, Standing.Successor);
        return !IsPrimary;
    }

    /// <summary>The successor becomes the primary.</summary>
    /// <returns>False when it is not ready, or no longer.</returns>
    internal bool TryTakeOver() => Change(Standing.Ready, Standing.Primary);

    /// <summary>Another has taken over, or nobody is wanted any more.</summary>
    internal void Yield() => Volatile.Write(ref _standing, (int)Standing.Former);

    private bool Change(Standing from, Standing to) => Interlocked.CompareExchange(ref _standing, (int)to, (int)from) == (int)from;
}
