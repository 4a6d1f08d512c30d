using System.Globalization;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>What to do about a cause.</summary>
/// <param name="Action">The decision.</param>
/// <param name="AtLeast">The shortest wait it asks for; the backoff may ask for more. Zero when it asks for none.</param>
/// <param name="Scope">The dials that the wait applies to.</param>
public readonly record struct Outcome(OutcomeAction Action, TimeSpan AtLeast, GovernorScope Scope)
{
    /// <inheritdoc cref="OutcomeRule.Forget"/>
    public ValueList<string> Forget { get; init; } = [];
}

/// <summary>Decides what an end of a connection or a refused handshake means: the first rule that matches wins. Pure.</summary>
public static class OutcomeTable
{
    /// <summary>The third form of an HTTP date, which a recipient must accept too (RFC 9110 section 5.6.7).</summary>
    private const string Asctime = "ddd MMM d HH:mm:ss yyyy";

    private const DateTimeStyles AsctimeStyle = DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite;

    /// <summary>Bounds of a server's Retry-After: shorter is a busy loop, longer than any ban is a mistake.</summary>
    public static readonly TimeSpan LeastRetryAfter = TimeSpan.FromSeconds(1), MostRetryAfter = TimeSpan.FromDays(30);

    /// <param name="settings">The table of the endpoint.</param>
    /// <param name="cause">What happened.</param>
    /// <param name="failures">Failures in a row, this one included.</param>
    /// <param name="utcNow">For a Retry-After that is a date.</param>
    public static Outcome Decide(OutcomeSettings settings, CloseCause cause, int failures, DateTimeOffset utcNow)
    {
        if (!cause.IsFailure)
            return new Outcome(OutcomeAction.Retry, TimeSpan.Zero, GovernorScope.Endpoint);
        if (cause.Asked is { } asked)
            return asked;
        foreach (var rule in settings.Rules.AsSpan())
        {
            if (!Matches(rule, cause))
                continue;
            var then = failures < rule.After ? OutcomeAction.Retry : rule.Then;
            return new Outcome(then, AtLeast(then, rule.Retry, cause, utcNow), rule.Scope) { Forget = rule.Forget };
        }
        return new Outcome(settings.Otherwise, AtLeast(settings.Otherwise, null, cause, utcNow), GovernorScope.Endpoint);
    }

    /// <summary>Whether all criteria of a rule match a cause; false for a rule without criteria.</summary>
    public static bool Matches(OutcomeRule rule, CloseCause cause)
    {
        var anyCriterion = rule.HttpStatus.Count + rule.CloseCode.Count + rule.Failure.Count > 0;
        return anyCriterion
            && (rule.HttpStatus.Count == 0 || Contains(rule.HttpStatus, cause.HttpStatus))
            && (rule.CloseCode.Count == 0 || Contains(rule.CloseCode, cause.CloseCode))
            && (rule.Failure.Count == 0 || (cause.Layer is { } layer && rule.Failure.AsSpan().Contains(layer)));
    }

    private static bool Contains(ValueList<CodeRange> ranges, int? code)
    {
        foreach (var range in ranges.AsSpan())
        {
            if (code is { } value && range.Contains(value))
                return true;
        }
        return false;
    }

    /// <summary>A Retry-After is obeyed whatever the action, unless the action leaves its server.</summary>
    private static TimeSpan AtLeast(OutcomeAction action, TimeSpan? retry, CloseCause cause, DateTimeOffset utcNow)
    {
        var asked = action == OutcomeAction.NextUrl ? null : ParseRetryAfter(cause.RetryAfter, utcNow);
        var own = action switch
        {
            OutcomeAction.Quarantine => retry ?? OutcomeSettings.DefaultQuarantine,
            OutcomeAction.RetryAfter when asked is null => retry ?? TimeSpan.Zero,
            _ => TimeSpan.Zero,
        };
        return asked > own ? asked.Value : own;
    }

    /// <summary>
    /// A Retry-After header in seconds or as an HTTP date (RFC 9110 section 10.2.3), clamped; null when it is missing or malformed.
    /// </summary>
    public static TimeSpan? ParseRetryAfter(string? header, DateTimeOffset utcNow) => Seconds(header, utcNow) is { } seconds
        ? TimeSpan.FromSeconds(Math.Clamp(seconds, LeastRetryAfter.TotalSeconds, MostRetryAfter.TotalSeconds))
        : null;

    /// <summary>Whether a Retry-After asks for more than <see cref="MostRetryAfter"/>.</summary>
    public static bool IsCut(string? header, DateTimeOffset utcNow) => Seconds(header, utcNow) > MostRetryAfter.TotalSeconds;

    private static double? Seconds(string? header, DateTimeOffset utcNow)
    {
        if (header is null)
            return null;
        if (decimal.TryParse(header, NumberStyles.Number, CultureInfo.InvariantCulture, out var seconds))
            return (double)seconds;
        var text = header.EndsWith(" UTC", StringComparison.Ordinal) ? header[..^" UTC".Length] : header; // GMT by another name
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            || DateTimeOffset.TryParseExact(text, Asctime, CultureInfo.InvariantCulture, AsctimeStyle, out date)
            ? (date - utcNow).TotalSeconds
            : null;
    }
}
