using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Conversations;

/// <summary>Says a row of the outcome table: what an end of a connection or a refused handshake means. All criteria must hold.</summary>
public sealed class OutcomeBuilder
{
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private OutcomeRule _rule = new() { Then = OutcomeAction.Retry };

    private OutcomeBuilder()
    {
    }

    /// <summary>Status codes of a refused handshake (RFC 9110 section 15). Default: the status does not matter.</summary>
    public OutcomeBuilder HttpStatus(params CodeRange[] codes) =>
        Say("http-status", codes, (rule, status) => rule with { HttpStatus = [.. rule.HttpStatus, .. status] });

    /// <summary>Close codes; 1006 is an end without a Close frame (RFC 6455 section 7.4.1). Default: the code does not matter.</summary>
    public OutcomeBuilder CloseCode(params CodeRange[] codes) =>
        Say("close-code", codes, (rule, close) => rule with { CloseCode = [.. rule.CloseCode, .. close] });

    /// <summary>The layer that failed. Default: it does not matter.</summary>
    public OutcomeBuilder Failure(params FailureLayer[] layers) =>
        Say("failure", layers, (rule, failure) => rule with { Failure = [.. rule.Failure, .. failure] });

    /// <summary>What is done. Default retry.</summary>
    public OutcomeBuilder Then(OutcomeAction action) => Say("then", action, (rule, then) => rule with { Then = then });

    /// <summary>The failure in a row from which the action holds; before, it is retry. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public OutcomeBuilder After(int failures) =>
        Say("after", Spoken.Within(ValueRules.Count, failures), (rule, after) => rule with { After = after });

    /// <summary>The delay of a quarantine, or the pause of a retry-after without a header. Default that of the action.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public OutcomeBuilder Retry(TimeSpan time) => Say("retry", Spoken.Positive(time), (rule, retry) => rule with { Retry = retry });

    /// <summary>The dials that a retry-after pauses. Default those of the endpoint.</summary>
    public OutcomeBuilder Scope(GovernorScope scope) => Say("scope", scope, (rule, dials) => rule with { Scope = dials });

    /// <summary>What the endpoint forgets of its conversation then. Default nothing.</summary>
    /// <inheritdoc cref="StepBuilder.Forget"/>
    public OutcomeBuilder Forget(params string[] names) =>
        Say("forget", Spoken.Forget(_rule.Forget, names), (rule, forget) => rule with { Forget = forget });

    internal static OutcomeRule Make(Action<OutcomeBuilder> say)
    {
        var builder = new OutcomeBuilder();
        say(builder);
        Spoken.RefuseTogether(Combinations.RejectOutcome(builder._rule, builder._said.Contains));
        return builder._rule;
    }

    private OutcomeBuilder Say<TValue>(string word, TValue value, Func<OutcomeRule, TValue, OutcomeRule> say)
    {
        _said.Add(word);
        _rule = say(_rule, value);
        return this;
    }
}
