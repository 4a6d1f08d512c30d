using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>What follows the end of a connection or a failed attempt.</summary>
/// <param name="GivesUp">The endpoint is Failed: the outcome is fatal or the attempts are exhausted.</param>
/// <param name="Failures">Failures in a row from now on.</param>
/// <param name="Delay">The wait before the next attempt.</param>
/// <param name="Outcome">The decision of the outcome table.</param>
public readonly record struct NextAttempt(bool GivesUp, int Failures, TimeSpan Delay, Outcome Outcome)
{
    /// <summary>Why the delay is that of a quarantine; null when it is not.</summary>
    public string? Quarantine { get; private init; }

    /// <summary>Decides the next attempt. Pure: the table decides the outcome, and the backoff sets the least delay.</summary>
    /// <param name="settings">The endpoint.</param>
    /// <param name="cause">What happened.</param>
    /// <param name="failures">Failures in a row before this one.</param>
    /// <param name="flapping">Whether the flap detector has tripped.</param>
    /// <param name="random">Uniform in [0, 1).</param>
    /// <param name="utcNow">For a Retry-After that is a date.</param>
    public static NextAttempt After(
        EndpointSettings settings, CloseCause cause, int failures, bool flapping, double random, DateTimeOffset utcNow)
    {
        if (!cause.IsFailure)
            return new NextAttempt(false, failures, TimeSpan.Zero, new Outcome(OutcomeAction.Retry, TimeSpan.Zero, GovernorScope.Endpoint));
        failures++;
        var outcome = OutcomeTable.Decide(settings.Outcomes, cause, failures, utcNow);
        if (flapping && settings.Flap is { } flap && outcome.Action is not OutcomeAction.Stop)
            outcome = new Outcome(OutcomeAction.Quarantine, flap.Retry, GovernorScope.Endpoint) { Forget = outcome.Forget };
        var backoff = ReconnectBackoff.Delay(settings.Backoff, failures, random);
        return new NextAttempt(
            outcome.Action == OutcomeAction.Stop || failures >= settings.Backoff.MaxAttempts,
            failures,
            outcome.AtLeast > backoff ? outcome.AtLeast : backoff,
            outcome)
        {
            Quarantine =
                outcome.Action != OutcomeAction.Quarantine ? null
                : flapping && settings.Flap is { } detector
                    ? $"{detector.Ends} connections ended within {detector.Within.TotalSeconds:0.###} s"
                : cause.Kind == CauseKind.OpeningRefused && cause.Asked is not null ? "its on-open says so"
                : cause.Asked is not null ? "a rule of its on-message says so"
                : "a rule of its outcomes says so",
        };
    }
}
