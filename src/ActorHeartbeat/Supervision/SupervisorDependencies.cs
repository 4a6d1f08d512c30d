using ActorHeartbeat.Extensions;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Telemetry;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Supervision;

/// <summary>What a supervisor is made with.</summary>
/// <param name="Dialer">Opens connections.</param>
/// <param name="Resolver">Resolves URL and secrets for each attempt.</param>
/// <param name="Feeds">Where messages go.</param>
public sealed record SupervisorDependencies(IDialer Dialer, IAttemptResolver Resolver, FeedRegistry Feeds)
{
    /// <summary>Where the governor's state is kept over restarts of the process; null (default) keeps none.</summary>
    public IGovernorStore? GovernorStore { get; init; }

    /// <summary>Where paused endpoints are kept over restarts of the process; null (default) keeps none.</summary>
    public IPausedStore? PausedStore { get; init; }

    /// <summary>Where added keys of subscriptions are kept over restarts of the process; null (default) keeps none.</summary>
    public ISubscriptionStore? SubscriptionStore { get; init; }

    /// <summary>
    /// What the process has left for dials; null (default) for no bound. <see cref="ProcessRoom"/> looks at the process itself.
    /// </summary>
    public IDialRoom? Room { get; init; }

    /// <summary>What the host adds to the language of the conversation. Default: the codec <c>mqtt</c>.</summary>
    public ConversationExtensions Extensions { get; init; } = ConversationExtensions.Default;

    /// <summary>Which endpoints have series of their own in the metrics.</summary>
    public MeterSettings Meter { get; init; } = new();

    /// <summary>
    /// The seed of every random delay of the run. Default: drawn for each instance, so that the processes of a fleet differ.
    /// </summary>
    public ulong Seed { get; init; } = BitConverter.ToUInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
