using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.WebsocketClient;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>The library as a backend service embeds it, with real sockets.</summary>
public sealed class SupervisedHost : IAsyncDisposable
{
    private static readonly TimeSpan AskDeadline = TimeSpan.FromSeconds(30);

    private readonly IHost _host;

    private SupervisedHost(IHost host, IActorRef supervisor, FeedRegistry feeds)
    {
        _host = host;
        Supervisor = supervisor;
        Feeds = feeds;
    }

    public IActorRef Supervisor { get; }

    public FeedRegistry Feeds { get; }

    public static async Task<SupervisedHost> StartAsync(params EndpointSettings[] endpoints)
    {
        var feeds = new FeedRegistry(TimeProvider.System);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddAkka("end-to-end", akka => akka.WithConnectionSupervisor(options =>
        {
            foreach (var endpoint in endpoints)
                options.Endpoints.Add(endpoint);
            options.Feeds = feeds;
            options.Transports.AddWebsocketClient();
            options.Supervisor = new SupervisorSettings { StartSpread = TimeSpan.Zero };
        }));
        var host = builder.Build();
        await host.StartAsync();
        return new SupervisedHost(host, host.Services.GetRequiredService<IRequiredActor<ConnectionSupervisor>>().ActorRef, feeds);
    }

    public async Task<EndpointSnapshot> EndpointAsync(string id) =>
        await Supervisor.Ask<EndpointSnapshot>(new GetEndpoint(new EndpointId(id)), AskDeadline);

    public async Task<IReadOnlyList<EndpointSnapshot>> EndpointsAsync() =>
        (await Supervisor.Ask<EndpointList>(GetEndpoints.Instance, AskDeadline)).Endpoints;

    /// <summary>The last transitions of an endpoint, oldest first.</summary>
    public async Task<IReadOnlyList<StateChanged>> TransitionsAsync(string id) =>
        (await Supervisor.Ask<TransitionList>(new GetTransitions(new EndpointId(id)), AskDeadline)).Transitions;

    public async Task SendAsync(string id, OutboundMessage message)
    {
        var answer = await Supervisor.Ask<SendResult>(new SendTo(new EndpointId(id), message), AskDeadline);
        Assert.Equal(SendStatus.Sent, answer.Status);
    }

    public async Task AllOpenAsync(TimeSpan within)
    {
        IReadOnlyList<EndpointSnapshot> endpoints = [];
        await Eventually.TrueAsync(
            async () => (endpoints = await EndpointsAsync()).All(endpoint => endpoint.State is "open" or "awaiting-pong"),
            within,
            () =>
                "all endpoints open: "
                    + $"{string.Join("; ", endpoints.Select(endpoint => $"{endpoint.Id} is {endpoint.State}: {endpoint.Status}"))}");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
