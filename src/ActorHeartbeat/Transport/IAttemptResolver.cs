namespace ActorHeartbeat.Transport;

/// <summary>Resolves what may change from attempt to attempt: the secrets of URL, headers, subprotocols and messages.</summary>
public interface IAttemptResolver
{
    /// <summary>
    /// Called for every attempt under the connect deadline. Throwing, or not returning in time, fails that attempt only.
    /// </summary>
    ValueTask<DialRequest> ResolveAsync(Attempt attempt, CancellationToken cancellation);
}
