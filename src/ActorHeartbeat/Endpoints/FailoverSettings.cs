namespace ActorHeartbeat.Endpoints;

/// <summary>
/// When an endpoint that has several URLs goes to the next one, and back to the first. Without other URLs it has no effect.
/// </summary>
public sealed record FailoverSettings
{
    /// <summary>
    /// Failures in a row after which the next URL is dialed, and again after as many more. Default 3. The outcome
    /// <c>next-url</c> goes on at once.
    /// </summary>
    public int After { get; init; } = 3;

    /// <summary>
    /// How long a connection to another URL is open when the first URL is tried again: by a second connection, which takes over when it is
    /// ready. Null never tries; the first URL is then dialed when the connection ends. Default 5 min.
    /// </summary>
    public TimeSpan? Back { get; init; } = TimeSpan.FromMinutes(5);
}
