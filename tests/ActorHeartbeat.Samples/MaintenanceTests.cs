using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.TestKit;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorHeartbeat.Samples;

/// <summary>The README's example of commanding endpoints through the service container.</summary>
public sealed class MaintenanceTests
{
    [Fact]
    public async Task A_service_commands_endpoints_and_learns_why_not()
    {
        var builder = Host.CreateApplicationBuilder([]);
        builder.Services.AddAkka("prices", akka => akka.WithConnectionSupervisor(options =>
        {
            options.Dialer = new ScriptedNetwork();
            options.Add("btc-trades", "ws://in-memory");
        }));
        builder.Services.AddConnectionsClient();
        builder.Services.AddSingleton<Maintenance>();
        using var host = builder.Build();
        await host.StartAsync();
        var maintenance = host.Services.GetRequiredService<Maintenance>();

        Assert.Equal("paused", await maintenance.BeginAsync(new EndpointId("btc-trades"), CancellationToken.None));
        Assert.Equal("there is no endpoint eth", await maintenance.BeginAsync(new EndpointId("eth"), CancellationToken.None));
        await host.StopAsync();
    }
}
