using System.Globalization;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Feeds.Actors;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Serialization;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Telemetry;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.WebSockets;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ActorHeartbeat.Hosting;

/// <summary>Brings the supervisor into a generic host.</summary>
public static class ConnectionSupervisorHosting
{
    private const string SupervisorName = "connections";

    /// <summary>
    /// The phase of the drain. Requests in progress have ended by then, in service-requests-done;
    /// the actors that read the feeds still run, and the node is still a member of its cluster.
    /// </summary>
    private const string DrainPhase = CoordinatedShutdown.PhaseServiceStop;

    /// <summary>
    /// How long the answer to the drain may take beyond the shutdown timeout, and the
    /// phase beyond that. The supervisor itself drops what has not closed in time.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Starts a <see cref="ConnectionSupervisor"/> with the system, registers it as <c>IRequiredActor&lt;ConnectionSupervisor&gt;</c>,
    /// and drains it when the system shuts down: every connection is closed with a Close frame. Also starts a
    /// <see cref="FeedBroker"/>, where actors subscribe to the feeds, and registers it as <c>IRequiredActor&lt;FeedBroker&gt;</c>. The
    /// system runs on a <see cref="DedicatedThreadScheduler"/> unless another <c>akka.scheduler.implementation</c> is configured.
    /// </summary>
    /// <remarks>
    /// <para>
    /// To use another scheduler, configure it before this call in any <see cref="HoconAddMode"/>,
    /// or after it by <see cref="HoconAddMode.Prepend"/> or <see cref="HoconAddMode.Replace"/>:
    /// <see cref="HoconAddMode.Append"/> changes no key that has a value.
    /// </para>
    /// <para>
    /// The drain is a task of Akka's coordinated shutdown in the phase service-stop. Akka.Hosting runs that shutdown
    /// when the host stops, so SIGTERM, Ctrl-C and <c>IHost.StopAsync</c> all lead to it; nothing here listens to
    /// signals. The phase may take the options' shutdown timeout plus two seconds, in place of Akka's 5 s. A value
    /// of your own for <c>akka.coordinated-shutdown.phases.service-stop.timeout</c> wins when it is added before, or
    /// with HoconAddMode.Prepend; a shorter one drops the connections that have not closed by then.
    /// </para>
    /// </remarks>
    /// <param name="builder">The builder of <c>AddAkka</c>.</param>
    /// <param name="configure">Names the endpoints, and replaces defaults that do not fit.</param>
    /// <exception cref="ArgumentException">
    /// A setting of an endpoint has a value that it does not take, or asks for a function, step or codec that the options do not have.
    /// </exception>
    public static AkkaConfigurationBuilder WithConnectionSupervisor(
        this AkkaConfigurationBuilder builder, Action<ConnectionSupervisorOptions> configure)
    {
        var options = new ConnectionSupervisorOptions();
        configure(options);
        foreach (var endpoint in options.Endpoints)
        {
            if ((EndpointSetting.Reject(endpoint) ?? options.Extensions.Reject(endpoint)) is { } reason)
                throw new ArgumentException($"{endpoint.Id}: {reason}", nameof(configure));
        }
        return builder
            .AddHocon(PhaseTimeout(options.Supervisor.ShutdownTimeout + Grace + Grace), HoconAddMode.Append)
            .AddHocon(DedicatedThreadScheduler.Configuration, HoconAddMode.Append)
            .AddHocon(LeanMailbox.Configuration, HoconAddMode.Append)
            .AddHocon(MessageSerializer.Configuration, HoconAddMode.Append)
            .WithActors((system, registry) => Start(system, registry, options));
    }

    /// <summary>Adds a <see cref="ConnectionsClient"/>, which asks the supervisor of <see cref="WithConnectionSupervisor"/>.</summary>
    public static IServiceCollection AddConnectionsClient(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new ConnectionsClient(
            provider.GetRequiredService<IRequiredActor<ConnectionSupervisor>>()));
        return services;
    }

    private static Config PhaseTimeout(TimeSpan timeout) => ConfigurationFactory.ParseString(string.Create(
        CultureInfo.InvariantCulture, $"akka.coordinated-shutdown.phases.{DrainPhase}.timeout = {timeout.TotalMilliseconds:0} ms"));

    private static void Start(ActorSystem system, IActorRegistry registry, ConnectionSupervisorOptions options)
    {
        var supervisor = system.ActorOf(ConnectionSupervisor.Props(options.Dependencies()), SupervisorName);
        registry.Register<ConnectionSupervisor>(supervisor);
        registry.Register<FeedBroker>(system.ActorOf(FeedBroker.Props(options.Feeds), "feeds"));
        if (options.Sessions.Count > 0)
            supervisor.Tell(new RestoreSessions([.. options.Sessions]), ActorRefs.NoSender);
        supervisor.Tell(
            new ApplyConfiguration([.. options.Endpoints], ValueMap.By(group => group.Name, options.Groups), options.Supervisor),
            ActorRefs.NoSender);
        CoordinatedShutdown
            .Get(system)
            .AddTask(DrainPhase, "drain-connections", async () =>
            {
                await new ConnectionsClient(supervisor).DrainAsync("shutting down", options.Supervisor.ShutdownTimeout + Grace);
                return Akka.Done.Instance;
            });
    }
}

/// <summary>What a supervisor starts with.</summary>
public sealed class ConnectionSupervisorOptions
{
    /// <summary>The endpoints supervised from the start; more can be added later by <see cref="AddEndpoint"/>.</summary>
    public IList<EndpointSettings> Endpoints { get; } = [];

    /// <summary>Budgets that endpoints share by naming the group.</summary>
    public IList<GroupSettings> Groups { get; } = [];

    public SupervisorSettings Supervisor { get; set; } = new();

    /// <summary>
    /// What endpoints of these ids knew in an earlier process, as <see cref="ConnectionsClient.GetSessionsAsync"/> gave it. Default: none.
    /// </summary>
    public IReadOnlyList<EndpointSession> Sessions { get; set; } = [];

    /// <summary>Where messages go: subscribe here.</summary>
    public FeedRegistry Feeds { get; set; } = new(TimeProvider.System);

    /// <summary>The transports that endpoints can name. Has <see cref="TransportKind.ClientWebSocket"/> from the start.</summary>
    public TransportCatalog Transports { get; } = new(TimeProvider.System);

    /// <summary>Opens every connection in place of <see cref="Transports"/>, such as a network in memory. Default: null.</summary>
    public IDialer? Dialer { get; set; }

    /// <summary>Resolves secrets for each attempt. Default: literals and environment variables.</summary>
    public IAttemptResolver? Resolver { get; set; }

    /// <summary>Keeps the governor's state over restarts of the process. Default: none.</summary>
    public IGovernorStore? GovernorStore { get; set; }

    /// <summary>Keeps over restarts of the process which endpoints an operator has paused. Default: none.</summary>
    public IPausedStore? PausedStore { get; set; }

    /// <summary>Keeps over restarts of the process which keys of subscriptions were added. Default: none.</summary>
    public ISubscriptionStore? SubscriptionStore { get; set; }

    /// <summary>
    /// What the process has left for dials. Default: <see cref="ProcessRoom"/>, which lets dials wait before descriptors, memory or
    /// threads run out; null for no bound.
    /// </summary>
    public IDialRoom? Room { get; set; } = new ProcessRoom();

    /// <summary>Which endpoints have series of their own in the metrics. Default: the first 1,000.</summary>
    public MeterSettings Meter { get; set; } = new();

    /// <summary>
    /// What this host adds to the language of the conversation, in <see cref="Endpoints"/> and in those that come later. Default: the codec
    /// <c>mqtt</c>.
    /// </summary>
    public ConversationExtensions Extensions { get; set; } = ConversationExtensions.Default;

    /// <summary>Adds an endpoint.</summary>
    /// <param name="id">See <see cref="EndpointId"/>.</param>
    /// <param name="url">An absolute ws or wss URL.</param>
    /// <param name="change">Replaces defaults that do not fit.</param>
    public ConnectionSupervisorOptions Add(string id, string url, Func<EndpointSettings, EndpointSettings>? change = null)
    {
        var settings = new EndpointSettings { Id = new EndpointId(id), Url = new Uri(url, UriKind.Absolute) };
        Endpoints.Add(change is null ? settings : change(settings));
        return this;
    }

    /// <summary>Adds an endpoint and says its conversation: login, heartbeats, answers.</summary>
    /// <param name="id">See <see cref="EndpointId"/>.</param>
    /// <param name="url">A ws or wss URL, as in <see cref="EndpointBuilder.Url"/>.</param>
    /// <param name="say">Says what differs from the defaults.</param>
    /// <exception cref="ArgumentException">The id is none, or words contradict each other.</exception>
    /// <exception cref="FormatException">A text is malformed; the message says how.</exception>
    public ConnectionSupervisorOptions Add(string id, string url, Action<EndpointBuilder> say)
    {
        Endpoints.Add(EndpointConversation.Of(id, url, say));
        return this;
    }

    internal SupervisorDependencies Dependencies() =>
        new(Dialer ?? Transports, Resolver ?? new SecretAttemptResolver(), Feeds)
        {
            GovernorStore = GovernorStore,
            PausedStore = PausedStore,
            SubscriptionStore = SubscriptionStore,
            Room = Room,
            Extensions = Extensions,
            Meter = Meter,
        };
}
