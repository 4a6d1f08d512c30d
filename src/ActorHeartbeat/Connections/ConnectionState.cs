using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>The states of a connection's FSM; there are no others.</summary>
public enum ConnectionState : byte
{
    /// <summary>A dial is in flight, or its opening messages are.</summary>
    Connecting,

    /// <summary>Connected and heard from.</summary>
    Open,

    /// <summary>Connected; a heartbeat waits for its answer.</summary>
    AwaitingPong,

    /// <summary>Not connected; waits for its delay, then for a permit.</summary>
    BackingOff,
}

/// <summary>How the states are spelled for people and programs.</summary>
public static class ConnectionStateNames
{
    // What every endpoint goes through before anything fails: one object for all of them.
    private static readonly FeedState[] Common =
    [
        new(FeedState.BackingOff, CloseCause.Start.Detail), new(FeedState.Connecting, ""), new(FeedState.Open, ""),
    ];

    /// <summary><c>connecting</c>, <c>open</c>, <c>awaiting-pong</c> or <c>backing-off</c>.</summary>
    public static string Name(this ConnectionState state) => state switch
    {
        ConnectionState.Connecting => FeedState.Connecting,
        ConnectionState.Open => FeedState.Open,
        ConnectionState.AwaitingPong => "awaiting-pong",
        _ => FeedState.BackingOff,
    };

    /// <summary>The state as subscribers see it.</summary>
    /// <param name="state">The state.</param>
    /// <param name="cause">Why, one line; null (default) for none.</param>
    internal static FeedState ForFeed(this ConnectionState state, string? cause = null)
    {
        var given = new FeedState(state.Name(), cause ?? "");
        return Array.Find(Common, given.Equals) ?? given;
    }
}
