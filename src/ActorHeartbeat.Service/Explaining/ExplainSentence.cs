using System.Globalization;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.Explaining;

/// <summary>Why an endpoint is not open now, what it waits for and until when. Pure.</summary>
/// <param name="Text">One sentence.</param>
/// <param name="WaitsFor">The event that it waits for, in one phrase; null when it waits for nothing.</param>
/// <param name="Until">The time of that event, or its latest time; null when neither is known.</param>
internal sealed record ExplainSentence(string Text, string? WaitsFor, DateTimeOffset? Until)
{
    public static ExplainSentence Of(Situation now) =>
        now.Mode switch
        {
            EndpointMode.Paused => new ExplainSentence(
                $"It is not open because it was paused or closed at {now.Clock(now.ModeSince)}; it waits for somebody to resume it.",
                "an operator to resume it",
                null),
            EndpointMode.Failed => new ExplainSentence(
                $"It is not open because it failed for good at {now.Clock(now.ModeSince)} "
                    + $"({now.Failure?.Detail ?? "the cause is unknown"}); it waits for somebody to resume it.",
                "an operator to resume it",
                null),
            _ => OfRunning(now),
        };

    private static ExplainSentence OfRunning(Situation now) =>
        now.Status switch
        {
            null => new ExplainSentence("It is not open because its actor is still starting.", "its actor to start", null),
            { IsUp: true } status when now.IsHeldBack => new ExplainSentence(
                $"It is open since {now.Clock(status.Since)} ({Which(status)}), but delivers nothing: a subscriber does not keep "
                    + "up, and limits.overflow = pause-reading waits for it.",
                "the subscriber to read on",
                null),
            { State: ConnectionState.Open, FailedRotation: { } rotation } status => new ExplainSentence(
                $"It is open since {now.Clock(status.Since)} ({Which(status)}); the connection that was to replace it "
                    + $"failed ({rotation.Cause.Detail}), so it stays, and the next is tried at {now.Clock(rotation.RetryAt)}.",
                "its replacement to be tried again",
                rotation.RetryAt),
            { State: ConnectionState.Open } status => new ExplainSentence(
                $"It is open since {now.Clock(status.Since)} ({Which(status)}){Keys(now)}{Replacement(now)}.",
                now.Replacement is null ? null : "its replacement to take over",
                null),
            { State: ConnectionState.AwaitingPong } status => new ExplainSentence(
                $"It is open since {now.Clock(status.Since)} ({Which(status)}), but silent: a heartbeat was sent and "
                    + $"{Missed(status)}, so it waits for a sign of life{LastBeat(now)}.",
                "a sign of life",
                null),
            { State: ConnectionState.Connecting } status => Connecting(status, now),
            var status => BackingOff(status, now),
        };

    private static ExplainSentence Connecting(ConnectionStatus status, Situation now)
    {
        var until = status.Since + now.ConnectTimeout;
        return new ExplainSentence(
            $"It is not open yet because attempt {status.Attempt} is under way since {now.Clock(status.Since)}; it waits for "
                + $"{status.Waiting}, until {now.Clock(until)} at the latest.",
            status.Waiting, until);
    }

    private static ExplainSentence BackingOff(ConnectionStatus status, Situation now)
    {
        var because = status.LastClose is { } cause
            ? $"It is not open because of this: {cause.FullDetail}{CutNote(cause, now.At)}"
            : "It is not open because it has just been started";
        if (now.Place is { Place: > 0 } place)
        {
            var until = place.Until is { } end ? $", until {now.Clock(end)}" : "";
            return new ExplainSentence(
                $"{because}; attempt {status.Attempt} waits for a permit to dial, place {place.Place} in the queue ({place.Why}){until}.",
                "a permit to dial",
                place.Until);
        }
        return status.RetryAt is { } retryAt
            ? new ExplainSentence(
                $"{because}; attempt {status.Attempt} begins {In(retryAt - now.At)} at {now.Clock(retryAt)}.", status.Waiting, retryAt)
            : new ExplainSentence($"{because}; attempt {status.Attempt} waits for {status.Waiting}.", status.Waiting, null);
    }

    private static string CutNote(CloseCause cause, DateTimeOffset at) => OutcomeTable.IsCut(cause.RetryAfter, at)
        ? $"; its Retry-After is cut to {OutcomeTable.MostRetryAfter.TotalDays:0} days"
        : "";

    private static string Which(ConnectionStatus status)
    {
        var address = status.Address is { } known ? $", {known}" : "";
        var redirected = status.RedirectedTo is { } url ? $", redirected to {url}" : "";
        return $"incarnation {status.Incarnation}{address}{redirected}";
    }

    private static string Missed(ConnectionStatus status) => status.Missed switch
    {
        0 => "is not answered yet",
        1 => "the one before it was missed",
        var missed => $"{missed} before it were missed",
    };

    private static string LastBeat(Situation now) =>
        now.LastBeat is { } at ? $"; the last of {now.Beats} beats of the peer came at {now.Clock(at)}" : "";

    private static string Replacement(Situation now) => now.Replacement switch
    {
        null => "",
        { IsUp: true } status => $"; the connection that is to replace it is open since {now.Clock(status.Since)}, and takes over when it "
            + "has proved that it works and has the keys of this one",
        var status => $"; the connection that is to replace it waits for {status.Waiting}",
    };

    /// <summary>The keys of subscriptions, where some are not accepted.</summary>
    private static string Keys(Situation now)
    {
        var (all, accepted) = (now.Subscriptions.Sum(each => each.Keys), now.Subscriptions.Sum(each => each.Accepted));
        if (all == accepted)
            return "";
        var others = new (string State, int Count)[]
        {
            ("to be asked for", now.Subscriptions.Sum(each => each.Wanted)),
            ("without an answer yet", now.Subscriptions.Sum(each => each.Asked)),
            ("refused", now.Subscriptions.Sum(each => each.Refused)),
            ("stale", now.Subscriptions.Sum(each => each.Stale)),
            ("ended by the peer", now.Subscriptions.Sum(each => each.Gone)),
        };
        return $"; of {all} keys of its subscriptions {accepted} are accepted, "
            + string.Join(", ", others.Where(each => each.Count > 0).Select(each => $"{each.Count} {each.State}"));
    }

    private static string In(TimeSpan delay) =>
        delay <= TimeSpan.Zero ? "now" : string.Create(CultureInfo.InvariantCulture, $"in {delay.TotalSeconds:0.0} s");

}

/// <summary>The input of an explanation.</summary>
/// <param name="At">The current time by the wall clock.</param>
/// <param name="Status">The last status of the connection actor; null before it started.</param>
/// <param name="Place">Its place in the governor's queue; null when that is unknown.</param>
internal sealed record Situation(
    DateTimeOffset At,
    EndpointMode Mode,
    DateTimeOffset ModeSince,
    CloseCause? Failure,
    ConnectionStatus? Status,
    TimeSpan ConnectTimeout,
    QueuePlace? Place)
{
    /// <summary>Whether a subscriber keeps its feed from being delivered.</summary>
    public bool IsHeldBack { get; init; }

    /// <summary>Messages of the peer that are a sign of its life.</summary>
    public long Beats { get; init; }

    /// <summary>When the newest of these came; null before the first.</summary>
    public DateTimeOffset? LastBeat { get; init; }

    /// <summary>How many keys of each subscription stand in each state.</summary>
    public IReadOnlyList<SubscriptionCounts> Subscriptions { get; init; } = [];

    /// <summary>The connection that is to take over in a rotation; null for none.</summary>
    public ConnectionStatus? Replacement { get; init; }

    /// <summary>A time of day, with its date unless that is today's.</summary>
    public string Clock(DateTimeOffset time)
    {
        var isToday = time.UtcDateTime.Date == At.UtcDateTime.Date;
        return time.UtcDateTime.ToString(isToday ? "HH:mm:ss.fff'Z'" : "yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }

    public static Situation Of(EndpointSnapshot endpoint, QueuePlace? place, DateTimeOffset now) =>
        new(now, endpoint.Mode, endpoint.Since, endpoint.Failure, endpoint.Status, endpoint.Settings.Timeouts.Connect, place)
        {
            IsHeldBack = endpoint.Figures.IsHeldBack,
            Beats = endpoint.Figures.Beats,
            LastBeat = endpoint.Figures.LastBeat,
            Subscriptions = endpoint.Subscriptions,
            Replacement = endpoint.Replacement,
        };
}
