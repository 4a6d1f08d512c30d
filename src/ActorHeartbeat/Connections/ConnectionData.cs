using System.Collections.Immutable;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>What the FSM knows beside its state: one record per phase, so that a field exists only where it means something.</summary>
/// <param name="Failures">Failures in a row; they count until the connection has been stable.</param>
internal abstract record ConnectionData(int Failures);

/// <summary>Not connected.</summary>
/// <param name="Cause">Why.</param>
/// <param name="Phase">What it waits for.</param>
/// <param name="Until">When that wait is over, on the scheduler's clock.</param>
/// <param name="Leaving">The previous socket, until the transport has confirmed that it is gone.</param>
internal sealed record BackingOffData(int Failures, CloseCause Cause, BackingOffPhase Phase, TimeSpan Until, ConnectionLink? Leaving)
    : ConnectionData(Failures)
{
    /// <summary>The number of the request that waits in the governor's queue; 0 unless queued.</summary>
    public long Request { get; init; }

    /// <summary>The fingerprint of credentials that were refused and may change; null otherwise.</summary>
    public int? Refused { get; init; }

    /// <summary>When refused credentials are read again.</summary>
    public TimeSpan LookAt { get; init; }

    /// <summary>Whether a reading of them is under way.</summary>
    public bool ReadsCredentials { get; init; }

    /// <summary>Whether other credentials would end the delay.</summary>
    public bool AwaitsCredentials => Phase == BackingOffPhase.Delay && Refused is not null;
}

internal enum BackingOffPhase
{
    /// <summary>The delay before the next attempt.</summary>
    Delay,

    /// <summary>The delay is over, the previous socket is not.</summary>
    Leaving,

    /// <summary>A place in the governor's queue.</summary>
    Queued,

    /// <summary>Closed for good: stops when the socket is gone.</summary>
    Ending,
}

/// <summary>A permit in hand, and a dial or its opening dialogue under way.</summary>
/// <param name="Link">The dial, and the socket that comes of it.</param>
/// <param name="Step">Index of the opening message whose answer is awaited; null while dialing.</param>
/// <param name="Deadline">When the dial or the answer is late, on the scheduler's clock.</param>
internal sealed record ConnectingData(int Failures, ConnectionLink Link, int? Step, TimeSpan Deadline) : ConnectionData(Failures)
{
    /// <summary>Whether the pause before the step is not over.</summary>
    public bool IsPausing { get; init; }

    /// <summary>Whether a step has told that the peer goes on where it was.</summary>
    public bool IsResumed { get; init; }

    /// <summary>What the peer has set for this connection.</summary>
    public DictatedSettings Dictated { get; init; } = DictatedSettings.None;
}

/// <summary>Connected.</summary>
/// <param name="OpenedAt">When it opened, on the scheduler's clock.</param>
/// <param name="Stable">Whether it has been open for reset-after, or opened on the first URL without failures before it.</param>
/// <param name="LastAnswer">When a heartbeat was last answered, or the time of opening.</param>
/// <param name="Missed">Heartbeats in a row without an answer.</param>
/// <param name="PongDeadline">When the outstanding heartbeat is missed; null when none is out.</param>
/// <param name="RotateAt">
/// When a primary asks for its replacement, null for never. For a successor: when it is ready even without data.
/// </param>
/// <param name="IsSuccessor">Whether it waits to take over in a planned rotation.</param>
internal sealed record ConnectedData(
    int Failures,
    ConnectionLink Link,
    TimeSpan OpenedAt,
    bool Stable,
    TimeSpan LastAnswer,
    int Missed,
    TimeSpan? PongDeadline,
    TimeSpan? RotateAt,
    bool IsSuccessor
) : ConnectionData(Failures)
{
    /// <summary>When liveness must be judged again, as computed when these data were decided.</summary>
    public TimeSpan LookAgain { get; init; }

    /// <summary>When each keep-alive is due, by name.</summary>
    public ImmutableDictionary<string, TimeSpan> KeepAlives { get; init; } = ImmutableDictionary<string, TimeSpan>.Empty;

    /// <summary>When the first heartbeat is sent, whatever has come in; null once it is, and where none is.</summary>
    public TimeSpan? FirstHeartbeat { get; init; }

    /// <summary>What the peer has set for this connection.</summary>
    public DictatedSettings Dictated { get; init; } = DictatedSettings.None;

    /// <summary>Which of the endpoint's URLs it is connected to; 0 is the first.</summary>
    public int UrlIndex { get; init; }

    /// <summary>Whether a message of the peer has asked for its replacement.</summary>
    public bool IsAskedToRotate { get; init; }

    /// <summary>Where that message sends the replacement; null for the endpoint's own URL.</summary>
    public Uri? RotateTo { get; init; }

    /// <summary>Whether the replacement goes on where this connection was.</summary>
    public bool IsResumedByNext { get; init; }

    /// <summary>Why the last successor failed, until the next is tried; null when none did.</summary>
    public CloseCause? RotationFailure { get; init; }
}
