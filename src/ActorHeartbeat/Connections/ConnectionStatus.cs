using System.Net;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>How a connection stands, as its actor wrote it at the last transition.</summary>
/// <param name="Since">When it entered the state, wall clock. An open connection keeps it over its heartbeats.</param>
/// <param name="Incarnation">The latest dial's number, 0 before the first.</param>
/// <param name="Attempt">Failures in a row so far, plus one.</param>
/// <param name="Url">As <see cref="ShownUrl.Of"/> shows it: scheme, host and port.</param>
/// <param name="Subprotocol">What the server chose, for code; null when none or not connected. It can hold a token: do not show it.</param>
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
    /// <summary>Why the planned replacement of an open connection failed, and when the next is tried; null when none failed.</summary>
    public FailedRotation? FailedRotation { get; init; }

    /// <summary>The address and port at the other end, the proxy's if there is one; null when not connected, or not known.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>The URL to which the server redirected the dial, as it may be shown; null when it did not, or when not connected.</summary>
    public string? RedirectedTo { get; init; }

    /// <summary>Which of the endpoint's URLs it dials; 0 is the first.</summary>
    public int UrlIndex { get; init; }

    /// <summary>Whether a connection carries the feed. A heartbeat that waits for its answer does not change that.</summary>
    public bool IsUp => State is ConnectionState.Open or ConnectionState.AwaitingPong;

    /// <summary>Without the subprotocol, which can hold a token.</summary>
    public override string ToString() => $"{State}, incarnation {Incarnation}, attempt {Attempt}, {Url}";

    /// <summary>The status while the actor is restarting or stopping: its last report is stale.</summary>
    internal ConnectionStatus WithoutActor() =>
        State == ConnectionState.BackingOff
            ? this
            : this with
            {
                State = ConnectionState.BackingOff,
                Subprotocol = null,
                Address = null,
                RedirectedTo = null,
                Waiting = "its actor to start again",
                Missed = 0,
                FailedRotation = null,
            };
}

/// <summary>A rotation whose successor failed: the old connection stays.</summary>
/// <param name="Cause">Why the successor failed.</param>
/// <param name="RetryAt">When the next rotation is tried, wall clock.</param>
public sealed record FailedRotation(CloseCause Cause, DateTimeOffset RetryAt);
