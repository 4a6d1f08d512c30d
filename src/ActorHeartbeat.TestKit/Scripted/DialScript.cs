using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.TestKit;

/// <summary>The reaction of a <see cref="ScriptedNetwork"/> to one dial.</summary>
public abstract record DialScript
{
    private DialScript()
    {
    }

    /// <summary>Accepts at once; the connection answers pings and closing handshakes at once.</summary>
    public static readonly DialScript Accept = new Accepting();

    /// <summary>Never completes until the attempt is given up, which fails it with <see cref="FailureLayer.Timeout"/>.</summary>
    public static readonly DialScript Hang = new Hanging();

    /// <summary>
    /// The test completes it with <see cref="ScriptedDial.Accept"/> or <see cref="ScriptedDial.Fail(DialFailure)"/>.
    /// Giving up the attempt does not complete it, so that a result can arrive late.
    /// </summary>
    public static readonly DialScript Manual = new ManualResult();

    /// <summary>Accepts a connection with a subprotocol. The test prepares the connection before any other code sees it.</summary>
    public static DialScript AcceptWith(Action<ScriptedConnection> prepare, string? subprotocol = null) =>
        new Accepting(subprotocol, prepare);

    /// <summary>Fails at a layer.</summary>
    public static DialScript Fail(FailureLayer layer, string message = "scripted") => new Failing(new DialFailure(layer, message));

    /// <summary>Refuses the handshake with a status, and a Retry-After header when given.</summary>
    public static DialScript Refuse(int status, string? retryAfter = null) =>
        new Failing(new DialFailure(FailureLayer.Http, $"refused with {status}") { HttpStatus = status, RetryAfter = retryAfter });

    /// <summary>Does the same after a delay on the network's clock.</summary>
    public DialScript After(TimeSpan delay) => new Delayed(delay, this);

    internal sealed record Accepting(string? Subprotocol = null, Action<ScriptedConnection>? Prepare = null) : DialScript;

    internal sealed record Failing(DialFailure Failure) : DialScript;

    internal sealed record Hanging : DialScript;

    internal sealed record ManualResult : DialScript;

    internal sealed record Delayed(TimeSpan Delay, DialScript Then) : DialScript;
}
