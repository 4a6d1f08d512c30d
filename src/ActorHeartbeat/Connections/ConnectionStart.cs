using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Connections;

/// <summary>Identifies a connection; unique over the life of its supervisor.</summary>
public readonly record struct ConnectionId(long Number)
{
    public override string ToString() => $"{Number}";
}

/// <summary>
/// All that a connection actor receives when it starts, also when it replaces a crashed one. Later changes come in messages.
/// </summary>
/// <param name="Id">Stays the same over restarts.</param>
/// <param name="Settings">The endpoint's settings now.</param>
/// <param name="SendRate">What the endpoint's group allows to be sent over one connection; null for no limit.</param>
/// <param name="IsPrimary">False for the successor of a planned rotation that has not taken over.</param>
/// <param name="Spread">The first dial waits a random part of this; zero dials at once.</param>
/// <param name="UrlIndex">Which of the endpoint's URLs the first dial takes; 0 is the first.</param>
internal sealed record ConnectionStart(
    ConnectionId Id, EndpointSettings Settings, Rate? SendRate, bool IsPrimary, TimeSpan Spread, int UrlIndex)
{
    /// <summary>What the endpoint knows from the connection before.</summary>
    public Session Session { get; init; } = Session.Empty;

    /// <inheritdoc cref="Refresh.To"/>
    public Uri? To { get; init; }

    /// <inheritdoc cref="Refresh.IsResumed"/>
    public bool IsResumed { get; init; }

    /// <summary>Failures in a row that count from before it.</summary>
    public int Failures { get; init; }

    /// <summary>
    /// Whether the connection is no longer wanted: the actor only waits until the socket that a crashed actor left is gone.
    /// </summary>
    public bool IsReleased { get; init; }
}
