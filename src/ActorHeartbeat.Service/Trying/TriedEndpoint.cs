using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Serialization;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.WebSockets;
using ActorHeartbeat.WebsocketClient;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Service.Trying;

/// <summary>
/// One endpoint of a configuration, alone in an actor system: no other endpoint, API, sink, file of state, demonstration server, or akka
/// section of the operator.
/// </summary>
internal sealed class TriedEndpoint : IAsyncDisposable
{
    /// <summary>How long the drain's answer may take beyond the shutdown timeout, when the supervisor itself drops the rest.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private static readonly Config Quiet = ConfigurationFactory
        .ParseString("akka { loggers = [], loglevel = OFF, stdout-loglevel = OFF, coordinated-shutdown.run-by-clr-shutdown-hook = off }")
        .WithFallback(DedicatedThreadScheduler.Configuration)
        .WithFallback(MessageSerializer.Configuration);

    private readonly ActorSystem _system;
    private readonly ConnectionsClient _connections;
    private readonly SupervisorSettings _settings;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TriedEndpoint(ActorSystem system, ConnectionsClient connections, ConversationTap tap, SupervisorSettings settings)
    {
        (_system, _connections, Tap, _settings) = (system, connections, tap, settings);
        system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new ModeWatch(_failed))), typeof(EndpointModeChanged));
    }

    public ConversationTap Tap { get; }

    /// <summary>Starts it. A tap listens before the first dial.</summary>
    public static async Task<TriedEndpoint> Start(ServiceConfiguration configuration, EndpointSettings endpoint)
    {
        var system = ActorSystem.Create("try", Quiet);
        var transports = new TransportCatalog(TimeProvider.System);
        transports.AddWebsocketClient();
        var dependencies = new SupervisorDependencies(
            transports, new SecretAttemptResolver(readFile: SecretFile.ReadAsync), new FeedRegistry(TimeProvider.System))
        {
            Room = new ProcessRoom(),
        };
        var connections = new ConnectionsClient(system.ActorOf(ConnectionSupervisor.Props(dependencies), "connections"));
        var settings = configuration.Process.Supervisor with { StartSpread = TimeSpan.Zero };
        await connections.ApplyAsync(
            new ApplyConfiguration(
                [endpoint with { Enabled = false }], ValueMap.By(group => group.Name, configuration.Groups), settings));
        var tap = await connections.TapAsync(endpoint.Id);
        var tried = new TriedEndpoint(system, connections, tap!, settings); // not null: it has just been added
        await connections.ResumeAsync(endpoint.Id);
        return tried;
    }

    /// <summary>Completes when the endpoint is given up for good.</summary>
    public Task WhenFailed => _failed.Task;

    /// <summary>Closes the connection with a Close frame. The tap ends behind it.</summary>
    public Task Close() => _connections.DrainAsync("the try is over", _settings.ShutdownTimeout + Grace);

    public async ValueTask DisposeAsync()
    {
        Tap.Dispose();
        await _system.Terminate();
    }

    private sealed class ModeWatch(TaskCompletionSource failed) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is EndpointModeChanged { Endpoint.Mode: EndpointMode.Failed })
                failed.TrySetResult();
        }
    }
}
