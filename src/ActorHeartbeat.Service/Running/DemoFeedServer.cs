using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Running;

/// <summary>The demonstration server inside the process, up before the first dial and down after the last close.</summary>
internal sealed class DemoFeedServer(ListenAddress listen, ILogger log) : IHostedService
{
    private FeedServer? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Not null: the rules of the configuration accept no other address.
        _server = await FeedServer.StartAsync(new FeedServerOptions { Listen = listen.Loopback! }, cancellationToken);
        log.FeedServerStarted(_server.Url);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync() ?? Task.CompletedTask;
}
