using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.TestKit;
using Akka.Hosting;
using Microsoft.Extensions.Hosting;

namespace ActorHeartbeat.Tests.Hosting;

public sealed class SessionsOfTheHostTests
{
    [Fact]
    public async Task The_first_dial_of_a_host_begins_with_the_session_that_it_brings()
    {
        var dialed = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var network = new ScriptedNetwork
        {
            Otherwise = request =>
            {
                dialed.TrySetResult(request.Url);
                return DialScript.Hang;
            },
        };
        void Fill(ConnectionSupervisorOptions options)
        {
            options.Dialer = network;
            options.Room = null;
            options.Add("feed", "ws://feed.test/?id=@{session.id ?? 'none'}");
            options.Sessions =
            [
                new EndpointSession(
                    new EndpointId("feed"),
                    new([KeyValuePair.Create("session.id", new SessionValue(SessionValueKind.Text, "abc"))]),
                    null,
                    ValueMap<long>.Empty),
            ];
        }

        using var host = new HostBuilder()
            .ConfigureServices(services => services.AddAkka("sessions", akka => akka.WithConnectionSupervisor(Fill)))
            .Build();
        await host.StartAsync();

        Assert.Equal("?id=abc", (await dialed.Task.WaitAsync(TimeSpan.FromSeconds(30))).Query);
        await host.StopAsync();
    }
}
