namespace ActorHeartbeat.Endpoints;

/// <summary>What an end of a connection or a refused handshake means; the first rule that matches wins.</summary>
public sealed record OutcomeSettings(ValueList<OutcomeRule> Rules, OutcomeAction Otherwise)
{
    /// <summary>The delay of a quarantine whose rule sets none.</summary>
    public static readonly TimeSpan DefaultQuarantine = TimeSpan.FromMinutes(5);

    /// <summary>The table of reference.conf.</summary>
    public static readonly OutcomeSettings Default = new(
        [
            new OutcomeRule { HttpStatus = [401, 403, 404, 410], Then = OutcomeAction.Quarantine, Retry = DefaultQuarantine },
            new OutcomeRule { HttpStatus = [418, 429, 503], Then = OutcomeAction.RetryAfter, Scope = GovernorScope.Host },
            new OutcomeRule { CloseCode = [1008], Then = OutcomeAction.Quarantine, Retry = DefaultQuarantine },
            new OutcomeRule
            {
                CloseCode = [new CodeRange(4000, 4099)], Then = OutcomeAction.Quarantine, After = 5, Retry = DefaultQuarantine,
            },
            new OutcomeRule { CloseCode = [1000, 1001, 1006, 1011, 1012, 1013], Then = OutcomeAction.Retry },
        ],
        OutcomeAction.Retry);
}

/// <summary>One row: all criteria that are given must match.</summary>
public sealed record OutcomeRule
{
    /// <summary>Status codes of a refused handshake.</summary>
    public ValueList<CodeRange> HttpStatus { get; init; } = [];

    /// <summary>Close codes; 1006 stands for an end without a Close frame (RFC 6455 section 7.4.1).</summary>
    public ValueList<CodeRange> CloseCode { get; init; } = [];

    /// <summary>The layer that failed.</summary>
    public ValueList<FailureLayer> Failure { get; init; } = [];

    public required OutcomeAction Then { get; init; }

    /// <summary>The failure in a row from which the action holds; before, it is <see cref="OutcomeAction.Retry"/>. Default 1.</summary>
    public int After { get; init; } = 1;

    /// <summary>The delay of a quarantine, or the pause of a retry-after without a header; null for the default.</summary>
    public TimeSpan? Retry { get; init; }

    /// <summary>The dials that a retry-after pauses. Default those of the endpoint.</summary>
    public GovernorScope Scope { get; init; } = GovernorScope.Endpoint;

    /// <summary>What the endpoint forgets of its conversation then, as in <see cref="MessageRule.Forget"/>. Default nothing.</summary>
    public ValueList<string> Forget { get; init; } = [];
}

/// <summary>A code or an inclusive span of codes.</summary>
public readonly record struct CodeRange(int First, int Last)
{
    public static implicit operator CodeRange(int code) => new(code, code);

    public bool Contains(int code) => First <= code && code <= Last;

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}

public enum OutcomeAction
{
    /// <summary>Try again under backoff.</summary>
    Retry,

    /// <summary>
    /// Try again when the server's Retry-After has passed, but not before the backoff delay. Other actions obey it too; this one may pause
    /// more than the endpoint, and has a pause for a server that does not say.
    /// </summary>
    RetryAfter,

    /// <summary>Try the next of the endpoint's URLs under backoff.</summary>
    NextUrl,

    /// <summary>Retry slowly and visibly.</summary>
    Quarantine,

    /// <summary>The endpoint is Failed until it is resumed.</summary>
    Stop,
}

/// <summary>The dials that a pause or a budget applies to.</summary>
public enum GovernorScope
{
    Endpoint,
    Group,
    Host,
    Global,
}

/// <summary>Where a dial or a connection failed, from the bottom of the stack to the top.</summary>
public enum FailureLayer
{
    /// <summary>A secret or URL could not be resolved for this attempt.</summary>
    Resolve,
    Dns,
    Tcp,
    Proxy,
    Tls,

    /// <summary>The handshake was answered with a status other than 101.</summary>
    Http,

    /// <summary>A violation of RFC 6455, in the handshake or later.</summary>
    Protocol,

    /// <summary>A connect or send deadline passed.</summary>
    Timeout,

    /// <summary>No answer to heartbeats, or a clock of the endpoint ran out.</summary>
    Heartbeat,

    /// <summary>An opening message was refused, or not answered as expected.</summary>
    Hello,

    /// <summary>A failure without a better name; the message gives details.</summary>
    Unknown,
}
