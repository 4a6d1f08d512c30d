using System.Net.Sockets;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>The service has fewer file descriptors than its endpoints and guests want.</summary>
public sealed class DescriptorTests
{
    [Fact]
    public async Task Without_descriptors_dials_wait_and_everything_open_goes_on()
    {
        await using var server = await FeedServer.StartAsync();
        using var file = new ReloadFile();
        string[] names = [.. Enumerable.Range(0, 300).Select(number => $"feed-{number}")];
        Save(file, server, names);
        await using var service = await ServiceProcess.StartWithDescriptorsAsync(file.FullName, 430);

        await service.LineAsync("is too low for 300 endpoints");
        await service.LineAsync("dials wait for room");
        await server.WaitUntilAsync(now => names.Count(name => now.History(name).Accepts > 0) >= 50, ServiceProcess.Patience);
        string[] open = [.. names.Where(name => server.History(name).Accepts > 0)];
        Assert.InRange(open.Length, 50, 270);
        await server.WaitUntilAsync(now => now.History(open[0]).Ticks > 10, ServiceProcess.Patience);
        var waiting = names.First(name => server.History(name).Accepts == 0);
        var explanation = await service.GetAsync($"/v1/endpoints/{waiting}/explain");
        Assert.Contains("file descriptors: ", explanation.ToString(), StringComparison.Ordinal);

        string[] left = [.. names.Except(open.Take(open.Length - 10)).Take(open.Length - 20)];
        Save(file, server, left);
        await service.PostAsync("/v1/config/reload?force=true");

        await server.WaitUntilAsync(now => left.All(name => now.History(name).Ticks > 0), ServiceProcess.Patience);
        Assert.All(left, name => Assert.Equal(1, server.History(name).Accepts));
    }

    [Fact]
    public async Task Guests_who_ask_for_nothing_keep_neither_feeds_nor_operators_out()
    {
        await using var server = await FeedServer.StartAsync();
        using var file = new ReloadFile();
        string[] names = [.. Enumerable.Range(0, 120).Select(number => $"feed-{number}")];
        Save(file, server, names);
        await using var service = await ServiceProcess.StartWithDescriptorsAsync(file.FullName, 530);
        await server.WaitUntilAsync(now => names.All(name => now.History(name).Ticks > 0), ServiceProcess.Patience);

        var guests = new List<TcpClient>();
        try
        {
            for (var number = 0; number < 400; number++)
            {
                var guest = new TcpClient();
                guests.Add(guest);
                await guest.ConnectAsync(service.Api.Host, service.Api.Port);
            }
            Assert.Equal("ok", (await service.GetAsync("/healthz/live")).GetProperty("status").GetString());
            await service.PostAsync($"/v1/endpoints/{names[0]}/refresh");
            await server.WaitUntilAsync(now => now.History(names[0]).Accepts == 2, ServiceProcess.Patience);
        }
        finally
        {
            guests.ForEach(guest => guest.Dispose());
        }
        var ticks = names.ToDictionary(name => name, name => server.History(name).Ticks);
        await server.WaitUntilAsync(now => names.All(name => now.History(name).Ticks > ticks[name]), ServiceProcess.Patience);
        Assert.All(names.Skip(1), name => Assert.Equal(1, server.History(name).Accepts));
    }

    private static void Save(ReloadFile file, FeedServer server, IEnumerable<string> names) => file.Save(
        ReloadFile.Service(
            string.Join('\n', names.Select(name => $"{name}.url = \"{server.UrlOf(FeedPath.Ticker, name, "rate=5")}\""))));
}
