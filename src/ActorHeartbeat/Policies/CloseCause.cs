using System.Net;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Policies;

/// <summary>Why there is no connection now, or why one was given up.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Detail">One line for an operator, without secrets.</param>
public sealed record CloseCause(CauseKind Kind, string Detail)
{
    public static readonly CloseCause Start = new(CauseKind.Start, "starting");

    /// <summary>The layer that failed; null when nothing failed.</summary>
    public FailureLayer? Layer { get; init; }

    /// <summary>The close code seen or sent, 1006 when a connection ended without one; null when there was no connection.</summary>
    public int? CloseCode { get; init; }

    /// <summary>The peer's reason, or ours.</summary>
    public string Reason { get; init; } = "";

    public bool WasClean { get; init; }

    /// <summary>The status of a refused handshake.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The Retry-After header as received.</summary>
    public string? RetryAfter { get; init; }

    /// <inheritdoc cref="DialFailure.RedirectedTo"/>
    public string? RedirectedTo { get; init; }

    /// <summary>What a rule of on-message, or a step of on-open, has decided about it; null where the outcome table decides.</summary>
    public Outcome? Asked { get; init; }

    /// <summary>Why the next attempt waits in quarantine; null when it does not.</summary>
    public string? Quarantine { get; init; }

    /// <summary>The detail, and the quarantine if there is one.</summary>
    public string FullDetail => Quarantine is { } why ? $"{Detail}; in quarantine, because {why}" : Detail;

    /// <summary>Whether it counts against max-attempts and lengthens the delay.</summary>
    public bool IsFailure => Kind is not (CauseKind.Start or CauseKind.Refresh or CauseKind.Closed);

    public static CloseCause OfDial(DialFailure failure) => new(CauseKind.DialFailed, failure.Message)
    {
        Layer = failure.Layer,
        HttpStatus = failure.HttpStatus,
        RetryAfter = failure.RetryAfter,
        RedirectedTo = failure.RedirectedTo,
    };

    public static CloseCause OfEnd(ConnectionEnd end) =>
        end.Failure is { } failure
            ? new CloseCause(CauseKind.ConnectionLost, failure.Message)
            {
                Layer = failure.Layer,
                CloseCode = end.CloseCode,
                Reason = end.Reason,
                WasClean = end.WasClean,
            }
            : new CloseCause(CauseKind.PeerClosed, $"closed by peer: {end.CloseCode} {CloseCodes.Name(end.CloseCode)}{Quoted(end.Reason)}")
            {
                CloseCode = end.CloseCode,
                Reason = end.Reason,
                WasClean = end.WasClean,
            };

    public static CloseCause ConnectTimeout(TimeSpan deadline) =>
        Failed(CauseKind.ConnectTimeout, FailureLayer.Timeout, $"no connection within {Text(deadline)}");

    public static CloseCause OpeningTimeout(int message, TimeSpan deadline) =>
        Failed(
            CauseKind.OpeningTimeout,
            FailureLayer.Hello,
            $"on-open, step {message + 1} was not answered as expected within {Text(deadline)}");

    /// <param name="message">The index of the opening message; the text counts from 1.</param>
    /// <param name="reason">What the peer said, as it may be shown; empty when nothing.</param>
    public static CloseCause OpeningRefused(int message, string reason) =>
        Failed(CauseKind.OpeningRefused, FailureLayer.Hello, $"on-open, step {message + 1} was refused{Quoted(reason)}") with
        {
            Reason = reason,
        };

    public static CloseCause HeartbeatTimeout(int missed) =>
        Failed(CauseKind.HeartbeatTimeout, FailureLayer.Heartbeat, $"{missed} heartbeats in a row were not answered");

    public static CloseCause MaxSilence(TimeSpan bound) =>
        Failed(CauseKind.MaxSilence, FailureLayer.Heartbeat, $"nothing has come in for {Text(bound)}");

    /// <summary>A message of the peer asked for it.</summary>
    /// <param name="rule">Which rule of on-message, from 1.</param>
    /// <param name="then">Its action.</param>
    /// <param name="asked">What the rule makes of it.</param>
    /// <param name="looked">The pointers that it looked at with their values, as they may be shown; empty for none.</param>
    /// <param name="lacksTime">Whether its after was to tell a time and told none that can be read.</param>
    public static CloseCause PeerAsked(int rule, RuleAction then, Outcome asked, string looked = "", bool lacksTime = false) =>
        Failed(
            CauseKind.PeerAsked,
            FailureLayer.Unknown,
            $"a message of the peer: rule {rule} of on-message{(looked.Length > 0 ? $" ({looked})" : "")}, then = {Word(then)}"
                + (lacksTime ? ", with no time that can be read" : "")) with
        {
            Layer = null,
            Asked = asked,
        };

    /// <summary>A frame of the peer cannot be decoded within the limit, or it asks faster than it is answered.</summary>
    public static CloseCause PeerAtFault(int code, string why) =>
        new(CauseKind.ConnectionLost, why) { Layer = FailureLayer.Protocol, CloseCode = code, Reason = why };

    /// <summary>Numbers of the peer are missing.</summary>
    public static CloseCause NumbersMissing(string why) =>
        Failed(CauseKind.NumbersMissing, FailureLayer.Unknown, PeerText.Of(why)) with { Layer = null }; // it may name a key

    /// <summary>A message that had to be sent lacks a value.</summary>
    public static CloseCause NotSaid(string placeholder) =>
        Failed(CauseKind.NotSaid, FailureLayer.Resolve, $"a message could not be sent: {placeholder} has no value");

    public static CloseCause DataIdle(TimeSpan bound) =>
        Failed(CauseKind.DataIdle, FailureLayer.Heartbeat, $"no data for {Text(bound)}");

    /// <summary>A key of a subscription goes without data.</summary>
    public static CloseCause KeyStale(string why) => Failed(CauseKind.KeyStale, FailureLayer.Heartbeat, PeerText.Of(why));

    public static CloseCause Unproven(TimeSpan waited, bool hasReadyWhen) =>
        Failed(
            CauseKind.Unproven,
            FailureLayer.Hello,
            hasReadyWhen
                ? $"the new connection did not receive the message of max-age.ready-when within {Text(waited)}"
                : $"the new connection did not receive data like that of the old one within {Text(waited)}");

    public static CloseCause NoRoom(string why) => new(CauseKind.NoRoom, why);

    public static CloseCause Refresh(string why) => new(CauseKind.Refresh, why);

    public static CloseCause Closed(int code, string reason) =>
        new(CauseKind.Closed, $"closed by us: {code} {CloseCodes.Name(code)}") { CloseCode = code, Reason = reason, WasClean = true };

    /// <summary>The same, with the place of the connection in its detail.</summary>
    /// <param name="address">The address at the other end; without one the cause stays as it is.</param>
    /// <param name="redirectedTo">The URL to which the server redirected the dial, as it may be shown; null when it did not.</param>
    public CloseCause At(IPEndPoint? address, string? redirectedTo) =>
        address is null ? this
        : this with { Detail = redirectedTo is null ? $"{Detail} ({address})" : $"{Detail} ({address}, redirected to {redirectedTo})" };

    private static string Quoted(string reason) =>
        reason.Length == 0 ? "" : $", \"{reason.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    internal static string Word(RuleAction then) => then switch
    {
        RuleAction.RetryAfter => "retry-after",
        RuleAction.NextUrl => "next-url",
        _ => then.ToString().ToLowerInvariant(),
    };

    private static CloseCause Failed(CauseKind kind, FailureLayer layer, string detail) =>
        new(kind, detail) { Layer = layer, CloseCode = kind == CauseKind.ConnectTimeout ? null : CloseCodes.AbnormalClosure };

    internal static string Text(TimeSpan span) =>
        span.TotalSeconds >= 1 ? $"{span.TotalSeconds:0.###} s" : $"{span.TotalMilliseconds:0.###} ms";
}

public enum CauseKind
{
    /// <summary>Nothing failed: the endpoint starts.</summary>
    Start,
    DialFailed,
    ConnectTimeout,
    OpeningTimeout,

    /// <summary>The peer refused an opening message.</summary>
    OpeningRefused,

    /// <summary>The peer sent a Close frame.</summary>
    PeerClosed,

    /// <summary>The connection ended without a closing handshake, or a side broke the protocol.</summary>
    ConnectionLost,
    HeartbeatTimeout,

    /// <summary>Nothing at all came in.</summary>
    MaxSilence,

    /// <summary>The transport is alive, but no data arrives.</summary>
    DataIdle,

    /// <summary>Data of one key of a subscription are missing, and asking for it again was in vain.</summary>
    KeyStale,

    /// <summary>An operator or a reload asked for a new connection.</summary>
    Refresh,

    /// <summary>Closed for good by us.</summary>
    Closed,

    /// <summary>The endpoint's actor threw: a bug, not the network.</summary>
    Crashed,

    /// <summary>A rotation found no room for a second connection under max-connections of the group.</summary>
    NoRoom,

    /// <summary>A message of the peer asked for the end, by a rule of on-message.</summary>
    PeerAsked,

    /// <summary>A placeholder of a message that had to be sent has no value.</summary>
    NotSaid,

    /// <summary>Of the numbers that the peer counts with some are missing: <c>sequence</c> with <c>on-gap = retry</c>.</summary>
    NumbersMissing,

    /// <summary>The new connection of a rotation did not prove that it works.</summary>
    Unproven,
}
