using System.Globalization;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Connections.Transcripts;

/// <summary>The state of the FSM after a line: its state, data and timers.</summary>
internal sealed record StoryView(
    string State, string Waiting, TimeSpan Now, ConnectionData Data, IReadOnlyList<string> Timers, EndpointSettings Settings,
    LimitSettings? Limits, long Incarnation, int UrlIndex, long Stale, long Answers)
{
    public const string Stopped = "stops";

    private TimeSpan Due => Data switch
    {
        BackingOffData { AwaitsCredentials: true } refused when refused.LookAt < refused.Until => refused.LookAt,
        BackingOffData backingOff => backingOff.Until,
        ConnectingData connecting => connecting.Deadline,
        ConnectedData connected => connected.LookAgain,
        _ => default,
    };

    public static StoryView Of(ConnectionActor actor, ConnectionBoard board, EndpointPlane plane, TimeSpan now, bool stopped)
    {
        var data = actor.Data;
        return new StoryView(
            stopped ? Stopped : actor.State.ToString(),
            board.Status?.Waiting ?? "",
            now,
            data,
            stopped || actor.Armed is not { } armed ? [] : [armed],
            actor.Settings,
            (data as ConnectedData)?.Link.Limits ?? (data as ConnectingData)?.Link.Limits,
            board.Link?.Incarnation ?? 0,
            board.Status?.UrlIndex ?? 0,
            plane.Counters.StaleEvents,
            plane.Counters.HeartbeatsAnswered);
    }

    public static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s");

    /// <summary>The state, what it waits for, and the time until its deadline.</summary>
    public override string ToString() =>
        State == Stopped ? State : $"{State}{(Waiting == "nothing" ? "" : $", waits for {Waiting}")}, looks again in {Text(Due - Now)}";
}
