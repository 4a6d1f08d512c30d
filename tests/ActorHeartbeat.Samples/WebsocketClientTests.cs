using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.WebsocketClient;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorHeartbeat.Samples;

/// <summary>The example of the package Websocket.Client as a transport. Another test checks that its README shows these lines.</summary>
public sealed class WebsocketClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_service_dials_with_the_package_Websocket_Client()
    {
        await using var server = await FeedServer.StartAsync();
        var url = server.UrlOf(FeedPath.Ticker, "btc-trades", "rate=100").ToString();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddAkka("prices", akka =>
        {
            akka.WithConnectionSupervisor(options =>
            {
                options.Transports.AddWebsocketClient();
                options.Add("btc-trades", url, settings => settings with { Transport = TransportKind.WebsocketClient });
            });
        });

        builder.Services.AddConnectionsClient();

        using var host = builder.Build();
        await host.StartAsync();
        var connections = host.Services.GetRequiredService<ConnectionsClient>();
        using var deadline = new CancellationTokenSource(Patience);
        while (await connections.GetEndpointAsync(new EndpointId("btc-trades"), deadline.Token) is not { Status.IsUp: true })
            await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token); // the server sends before this side is open
        await host.StopAsync();

        // The client is done when it has the server's answer; the server writes its history a moment later.
        await server.WaitUntilAsync(now => now.History("btc-trades").LastCloseCode is not null, Patience);
        Assert.Equal(1001, server.History("btc-trades").LastCloseCode);
    }
}
