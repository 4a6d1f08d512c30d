using System.Globalization;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>What a rule makes of an end that a message asked for. Pure.</summary>
internal static class RuleOutcome
{
    private const NumberStyles Spelling = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The decision of a rule whose action ends the connection.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="after">The pause that the message tells; null when it tells none, or none that can be read.</param>
    public static Outcome Decide(MessageRule rule, string? after)
    {
        var action = rule.Then switch
        {
            RuleAction.RetryAfter => OutcomeAction.RetryAfter,
            RuleAction.NextUrl => OutcomeAction.NextUrl,
            RuleAction.Quarantine => OutcomeAction.Quarantine,
            RuleAction.Stop => OutcomeAction.Stop,
            _ => OutcomeAction.Retry, // a rotation comes here when there is nothing to rotate yet
        };
        return Decide(action, rule.Retry, after, rule.Scope);
    }

    /// <summary>The decision for an action.</summary>
    /// <param name="action">The action.</param>
    /// <param name="retry">The delay of a quarantine, or the pause without one that is told; null for the default.</param>
    /// <param name="after">As above.</param>
    /// <param name="scope">The dials that a pause applies to.</param>
    public static Outcome Decide(OutcomeAction action, TimeSpan? retry, string? after, GovernorScope scope) => new(
        action,
        action switch
        {
            OutcomeAction.Quarantine => retry ?? OutcomeSettings.DefaultQuarantine,
            OutcomeAction.RetryAfter => Clamp(Time(after)) ?? retry ?? TimeSpan.Zero,
            _ => TimeSpan.Zero,
        },
        scope);

    /// <summary>
    /// A number as JSON spells it and a unit (ms, s, m, h, d), such as <c>1.5s</c>, at most <see cref="OutcomeTable.MostRetryAfter"/>; null
    /// for anything else.
    /// </summary>
    public static TimeSpan? Time(string? text)
    {
        var spelled = (text ?? "").AsSpan().Trim();
        var digits = spelled.TrimEnd("abcdefghijklmnopqrstuvwxyz");
        TimeSpan? unit = spelled[digits.Length..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            "d" => TimeSpan.FromDays(1),
            _ => null,
        };
        return unit is { } one
            && digits is [>= '0' and <= '9', ..]
            && double.TryParse(digits, Spelling, CultureInfo.InvariantCulture, out var number)
                ? number < OutcomeTable.MostRetryAfter / one ? one * number : OutcomeTable.MostRetryAfter
                : null;
    }

    private static TimeSpan? Clamp(TimeSpan? asked) => asked < OutcomeTable.LeastRetryAfter ? OutcomeTable.LeastRetryAfter : asked;
}
