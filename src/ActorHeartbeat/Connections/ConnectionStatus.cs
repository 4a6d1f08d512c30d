using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>What a connection actor says of itself at every transition.</summary>
/// <param name="Since">When it entered the state, wall clock.</param>
/// <param name="Incarnation">The latest dial's number, 0 before the first.</param>
/// <param name="Attempt">Failures in a row so far, plus one.</param>
/// <param name="Url">Without user info and query.</param>
/// <param name="Subprotocol">What the server chose; null when none or not connected.</param>
/// <param name="LastClose">How the previous connection or attempt ended; null before the first.</param>
/// <param name="LastCloseAt">When that was, wall clock.</param>
/// <param name="RetryAt">When the next dial asks for its permit, wall clock; null unless backing off.</param>
/// <param name="Waiting">What it waits for, in one phrase.</param>
/// <param name="Missed">Heartbeats in a row without an answer.</param>
public sealed record ConnectionStatus(
    ConnectionState State,
    DateTimeOffset Since,
    long Incarnation,
    int Attempt,
    string Url,
    string? Subprotocol,
    CloseCause? LastClose,
    DateTimeOffset? LastCloseAt,
    DateTimeOffset? RetryAt,
    string Waiting,
    int Missed)
{
    /// <summary>Of an open connection whose planned replacement failed: why, and when the next is tried; null otherwise.</summary>
    public FailedRotation? FailedRotation { get; init; }

    /// <summary>Whose words these are; they hold no longer than its actor lives and is wanted.</summary>
    internal ConnectionRole? Role { get; init; }

    /// <summary>An actor that died, or is to end, says nothing more for a while or for good; what it had is not what the endpoint has.</summary>
    internal ConnectionStatus AsLongAsItHolds() => Role is { IsDown: true } or { IsReleased: true } && State != ConnectionState.BackingOff
        ? this with { State = ConnectionState.BackingOff, Subprotocol = null, Waiting = "its actor to start again", Missed = 0, FailedRotation = null }
        : this;
}

/// <summary>A connection that stays because the one that was to replace it failed.</summary>
/// <param name="Cause">Why that failed.</param>
/// <param name="RetryAt">When the next is tried, wall clock.</param>
public sealed record FailedRotation(CloseCause Cause, DateTimeOffset RetryAt);
