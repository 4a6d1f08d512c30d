using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Supervision;
using Akka.Actor;
using Akka.Hosting;

namespace ActorHeartbeat.Hosting;

/// <summary>
/// Sends questions and commands to a <see cref="ConnectionSupervisor"/> and returns immutable values. A refusal
/// is a value too: a <see cref="CommandResult"/> or <see cref="SendResult"/> states why. Safe from any thread.
/// </summary>
/// <remarks>
/// Every method may throw <see cref="AskTimeoutException"/> when the supervisor has not started or not answered within the deadline,
/// and <see cref="OperationCanceledException"/> when its token is cancelled. The request may still be carried out after either. What the
/// supervisor throws over a request, such as for settings that are null, is thrown here, and its endpoints go on.
/// </remarks>
public sealed class ConnectionsClient
{
    /// <summary>The deadline of a question or command unless another is set: 5 s.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(5);

    private readonly Func<CancellationToken, Task<IActorRef>> _supervisor;

    /// <summary>Asks the supervisor that <c>WithConnectionSupervisor</c> starts; waits for its start within the deadline.</summary>
    public ConnectionsClient(IRequiredActor<ConnectionSupervisor> supervisor)
    {
        _supervisor = supervisor.GetAsync;
    }

    /// <summary>Asks a supervisor that was started without a host.</summary>
    public ConnectionsClient(IActorRef supervisor)
    {
        _supervisor = _ => Task.FromResult(supervisor);
    }

    /// <summary>How long an answer may take. Default: <see cref="DefaultDeadline"/>.</summary>
    public TimeSpan Deadline { get; init; } = DefaultDeadline;

    /// <summary>Every endpoint that is supervised.</summary>
    public async Task<IReadOnlyList<EndpointSnapshot>> GetEndpointsAsync(CancellationToken cancellation = default) =>
        (await Ask<EndpointList>(GetEndpoints.Instance, Deadline, cancellation).ConfigureAwait(false)).Endpoints;

    /// <summary>One endpoint; null when there is none of this id.</summary>
    public async Task<EndpointSnapshot?> GetEndpointAsync(EndpointId endpoint, CancellationToken cancellation = default) =>
        await Ask<IEndpointAnswer>(new GetEndpoint(endpoint), Deadline, cancellation).ConfigureAwait(false) as EndpointSnapshot;

    /// <summary>The last transitions of an endpoint, oldest first, 64 at most; none when there is no such endpoint.</summary>
    public async Task<ValueList<StateChanged>> GetTransitionsAsync(EndpointId endpoint, CancellationToken cancellation = default) =>
        await Ask<IEndpointAnswer>(new GetTransitions(endpoint), Deadline, cancellation).ConfigureAwait(false) is TransitionList list
            ? list.Transitions
            : [];

    /// <summary>How each key of an endpoint's subscriptions stands; none when there is no such endpoint.</summary>
    public async Task<ValueList<KeyStatus>> GetSubscriptionsAsync(EndpointId endpoint, CancellationToken cancellation = default) =>
        await Ask<IEndpointAnswer>(new GetSubscriptions(endpoint), Deadline, cancellation).ConfigureAwait(false) is SubscriptionList list
            ? list.Keys
            : [];

    /// <summary>The keys of subscriptions that were added while endpoints run, beside those of their settings.</summary>
    public async Task<ValueList<SubscriptionKey>> GetAddedKeysAsync(CancellationToken cancellation = default) =>
        (await Ask<AddedKeyList>(GetAddedKeys.Instance, Deadline, cancellation).ConfigureAwait(false)).Keys;

    /// <summary>
    /// What the endpoints know beyond their connections, where it may be kept over a restart of the process: not where it holds a secret.
    /// Give it to <see cref="ConnectionSupervisorOptions.Sessions"/> of the next process.
    /// </summary>
    public async Task<ValueList<EndpointSession>> GetSessionsAsync(CancellationToken cancellation = default) =>
        (await Ask<SessionList>(GetSessions.Instance, Deadline, cancellation).ConfigureAwait(false)).Sessions;

    /// <summary>
    /// Listens to what is said on the connections of an endpoint of this process, with what each message means; null when there is no such
    /// endpoint. Secrets are masked. The caller disposes it.
    /// </summary>
    public async Task<ConversationTap?> TapAsync(EndpointId endpoint, CancellationToken cancellation = default)
    {
        var tap = new ConversationTap();
        var hasBegun = false;
        try
        {
            var answer = await Command(new TapConversation(endpoint, tap), cancellation).ConfigureAwait(false);
            hasBegun = answer.Outcome == CommandOutcome.Accepted;
            return hasBegun ? tap : null;
        }
        finally
        {
            if (!hasBegun)
                tap.Dispose(); // also where the supervisor takes it after all
        }
    }

    /// <summary>Where an endpoint stands in the queue of the governor, and what it waits for.</summary>
    public Task<QueuePlace> GetPlaceAsync(EndpointId endpoint, CancellationToken cancellation = default) =>
        Ask<QueuePlace>(new GetPlace(endpoint), Deadline, cancellation);

    /// <summary>How every budget for dials stands, and who waits.</summary>
    /// <param name="most">So many hosts, and so many of those that wait, are named.</param>
    /// <param name="cancellation">Gives up the question.</param>
    public Task<GovernorReport> GetGovernorAsync(int most = 100, CancellationToken cancellation = default) =>
        Ask<GovernorReport>(new GetGovernor(most), Deadline, cancellation);

    /// <summary>
    /// Supervises one more endpoint; refused when its id is taken, and <see cref="CommandOutcome.Invalid"/> where a setting does not take
    /// its value.
    /// </summary>
    public Task<CommandResult> AddAsync(EndpointSettings settings, CancellationToken cancellation = default) =>
        Command(new AddEndpoint(settings), cancellation);

    /// <summary>
    /// Gives an endpoint new settings; its connection stays unless the change needs a new one. <see cref="CommandOutcome.Invalid"/> where
    /// a setting does not take its value.
    /// </summary>
    public Task<CommandResult> ReconfigureAsync(EndpointSettings settings, CancellationToken cancellation = default) =>
        Command(new ReconfigureEndpoint(settings), cancellation);

    /// <summary>Closes an endpoint's connection and forgets it.</summary>
    public Task<CommandResult> RemoveAsync(EndpointId endpoint, CancellationToken cancellation = default) =>
        Command(new RemoveEndpoint(endpoint), cancellation);

    /// <summary>Closes the connection with a Close frame and keeps the endpoint, paused.</summary>
    public Task<CommandResult> PauseAsync(EndpointId endpoint, CancellationToken cancellation = default) =>
        Command(new PauseEndpoint(endpoint), cancellation);

    /// <summary>Starts a paused or failed endpoint.</summary>
    public Task<CommandResult> ResumeAsync(EndpointId endpoint, CancellationToken cancellation = default) =>
        Command(new ResumeEndpoint(endpoint), cancellation);

    /// <summary>Closes and dials again, at once when it is backing off; refused when it is paused or failed.</summary>
    public Task<CommandResult> RefreshAsync(EndpointId endpoint, CancellationToken cancellation = default) =>
        Command(new RefreshEndpoint(endpoint), cancellation);

    /// <summary>Replaces the connection with a new one, which opens first; refused when it is paused or failed.</summary>
    public Task<CommandResult> RotateAsync(EndpointId endpoint, CancellationToken cancellation = default) =>
        Command(new RotateEndpoint(endpoint), cancellation);

    /// <summary>Closes for good with a code and a reason; the endpoint stays, paused. Refused when the code must not be sent.</summary>
    public Task<CommandResult> CloseAsync(EndpointId endpoint, int code, string reason, CancellationToken cancellation = default) =>
        Command(new CloseEndpoint(endpoint, code, reason), cancellation);

    /// <summary>
    /// Adds a key to a subscription of an endpoint, on its present connection; it stays until it is taken away, also where the settings
    /// have it, too. <see cref="CommandOutcome.Unknown"/> where the endpoint has no such subscription,
    /// <see cref="CommandOutcome.Invalid"/> for a key that is empty, too long, or has placeholders.
    /// </summary>
    public Task<CommandResult> SubscribeAsync(
        EndpointId endpoint, string subscription, string key, CancellationToken cancellation = default) =>
        Command(new SubscribeTo(endpoint, subscription, key), cancellation);

    /// <summary>
    /// Takes away a key that was added; refused for a key that the settings have. <see cref="CommandOutcome.Unknown"/> where there is none.
    /// </summary>
    public Task<CommandResult> UnsubscribeAsync(
        EndpointId endpoint, string subscription, string key, CancellationToken cancellation = default) =>
        Command(new UnsubscribeFrom(endpoint, subscription, key), cancellation);

    /// <summary>
    /// Sends a message. Completes when the socket has taken it, or it is queued or refused. A message to an unknown endpoint is refused.
    /// </summary>
    /// <param name="endpoint">The endpoint to send to.</param>
    /// <param name="message">The message to send.</param>
    /// <param name="sendTimeout">The endpoint's <c>timeouts.send</c>, which the deadline is added to; null for its default, 10 s.</param>
    /// <param name="cancellation">Ends the wait, not the sending.</param>
    public Task<SendResult> SendAsync(
        EndpointId endpoint, OutboundMessage message, TimeSpan? sendTimeout = null, CancellationToken cancellation = default) =>
        Ask<SendResult>(new SendTo(endpoint, message), (sendTimeout ?? new TimeoutSettings().Send) + Deadline, cancellation);

    /// <summary>Replaces everything that is supervised; completes with the changes when it is done.</summary>
    /// <param name="configuration">What is to be supervised.</param>
    /// <param name="deadline">How long it may take; null for <see cref="Deadline"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<ConfigurationApplied> ApplyAsync(
        ApplyConfiguration configuration, TimeSpan? deadline = null, CancellationToken cancellation = default) =>
        Ask<ConfigurationApplied>(configuration, deadline ?? Deadline, cancellation);

    /// <summary>Closes every connection for good; completes when all are gone, or the supervisor is.</summary>
    /// <param name="reason">The reason in the Close frames.</param>
    /// <param name="deadline">
    /// How long that may take. The supervisor itself drops what has not closed within its shutdown timeout.
    /// </param>
    /// <param name="cancellation">Ends the wait, not the closing.</param>
    public async Task<Drained> DrainAsync(string reason, TimeSpan deadline, CancellationToken cancellation = default)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var drained = Ask<Drained>(new Drain(reason), deadline, over.Token);
            var ended = Ended(over.Token);
            return await Task.WhenAny(drained, ended).ConfigureAwait(false) == ended && ended.IsCompletedSuccessfully
                ? new Drained(0) // a supervisor that has ended has no connection left, and answers nobody
                : await drained.ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task Ended(CancellationToken cancellation)
    {
        var supervisor = await _supervisor(cancellation).ConfigureAwait(false);
        await supervisor.WatchAsync(cancellation).ConfigureAwait(false);
    }

    private Task<CommandResult> Command(object command, CancellationToken cancellation) =>
        Ask<CommandResult>(command, Deadline, cancellation);

    private async Task<T> Ask<T>(object message, TimeSpan deadline, CancellationToken cancellation)
    {
        var started = _supervisor(cancellation);
        if (!started.IsCompleted)
            await WaitForStart(started, deadline, cancellation).ConfigureAwait(false);
        return await (await started.ConfigureAwait(false)).Ask<T>(message, deadline, cancellation).ConfigureAwait(false);
    }

    private static async Task WaitForStart(Task<IActorRef> started, TimeSpan deadline, CancellationToken cancellation)
    {
        try
        {
            await started.WaitAsync(deadline, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new AskTimeoutException($"the supervisor has not started within {deadline.TotalSeconds:0.###} s");
        }
    }
}
