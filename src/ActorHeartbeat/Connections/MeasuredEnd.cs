using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Connections;

/// <summary>How an attempt ended, in words for metrics and traces: each has few values.</summary>
/// <param name="Outcome"><c>open</c>, <c>failed</c>, or <c>given-up</c>: closed or refreshed before it was open.</param>
/// <param name="ErrorType">Where it failed, a word of <c>outcomes.rules.failure</c>; null unless it failed.</param>
internal readonly record struct AttemptEnd(string Outcome, string? ErrorType)
{
    public const string OpenOutcome = "open", FailedOutcome = "failed", GivenUpOutcome = "given-up";

    public static readonly AttemptEnd Open = new(OpenOutcome, null);

    public static AttemptEnd Of(CloseCause cause) =>
        cause.IsFailure ? new AttemptEnd(FailedOutcome, MeasuredWords.ErrorType(cause)) : new AttemptEnd(GivenUpOutcome, null);
}

/// <summary>How an open connection ended, in words for metrics: each has few values.</summary>
/// <param name="Reason">Such as <c>peer-closed</c>, <c>connection-lost</c>, <c>heartbeat-timeout</c> or <c>closed</c>, by us.</param>
/// <param name="CloseClass">The class of the close code, see <see cref="MeasuredWords.CloseClass"/>.</param>
internal readonly record struct Disconnect(string Reason, string CloseClass)
{
    public static Disconnect Of(CloseCause cause) => new(MeasuredWords.Reason(cause), MeasuredWords.CloseClass(cause.CloseCode));
}

/// <summary>The words for causes and close codes in metrics and traces.</summary>
internal static class MeasuredWords
{
    private static readonly string[] Kinds = Words<CauseKind>();
    private static readonly string[] Layers = Words<FailureLayer>();

    public static string Reason(CloseCause cause) => Kinds[(int)cause.Kind];

    /// <summary>The layer that failed; where no layer did, what happened.</summary>
    public static string ErrorType(CloseCause cause) => cause.Layer is { } layer ? Layers[(int)layer] : Reason(cause);

    /// <summary>
    /// <c>none</c> without a Close frame; <c>normal</c> for 1000, 1001 and a frame without a code; <c>error</c> for the other codes of RFC
    /// 6455; <c>registered</c> for 3000 to 3999; <c>private</c> for 4000 to 4999.
    /// </summary>
    public static string CloseClass(int? code) => code switch
    {
        null or CloseCodes.AbnormalClosure => "none",
        1000 or 1001 or 1005 => "normal",
        >= 3000 and < 4000 => "registered",
        >= 4000 and < 5000 => "private",
        _ => "error",
    };

    private static string[] Words<TEnum>()
        where TEnum : struct, Enum => [.. Enum.GetNames<TEnum>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];
}
