using System.Diagnostics;
using ActorHeartbeat.TestKit;
using Xunit.Abstractions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>No start stalls, whatever arms a timer first. <c>tests/starts.sh</c> repeats this twenty times with either scheduler.</summary>
[Collection(ScaleCollection.Name)]
public sealed class StartTests(ITestOutputHelper output)
{
    private const int Count = 2000;
    private const int Starts = 3;

    [Fact]
    public async Task Each_start_on_one_core_opens_two_thousand_endpoints_that_arm_timers_at_once()
    {
        await using var server = await FeedServer.StartAsync(new FeedServerOptions { PingInterval = null });
        using var file = new ReloadFile();
        file.Save(ReloadFile.Service(string.Join(
            '\n',
            Enumerable.Range(0, Count).Select(number => $$"""    e{{number}}.url = "{{server.UrlOf(FeedPath.Ping, $"e{number}")}}" """))));

        for (var start = 1; start <= Starts; start++)
        {
            var began = Stopwatch.GetTimestamp();
            await using var service = await ServiceProcess.StartOnOneCoreAsync(file.FullName);
            await Eventually.TrueAsync(
                () => Task.FromResult(server.Clients.Count == Count),
                2 * ServiceProcess.Patience,
                () => $"start {start}: {server.Clients.Count} of {Count} are open");
            output.WriteLine($"start {start}: all open after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");

            await service.CrashAsync();
            await server.WaitUntilAsync(now => now.Clients.Count == 0, ServiceProcess.Patience);
        }
    }
}
