using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Service.WebConsole;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorHeartbeat.Service.Tests;

/// <summary>What the console shows, without a browser.</summary>
public sealed class WebConsoleTests
{
    [Theory]
    [InlineData("", "echo", "off", "refused", "ticker")]
    [InlineData("state:open", "echo", "ticker")]
    [InlineData("state:open TICK", "ticker")]
    [InlineData("venue:demo", "echo", "ticker")]
    [InlineData("label:demo", "echo", "ticker")]
    [InlineData("label:dem")]
    [InlineData("code:1006")]
    [InlineData("503", "refused")]
    [InlineData("host:localhost nobody")]
    public async Task A_filter_takes_the_endpoints_for_which_each_of_its_words_holds(string filter, params string[] expected)
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");
        await service.WaitFor("ticker", "open");
        await service.WaitFor(
            "refused", endpoint => endpoint.GetProperty("lastClose").ToString().Contains("503", StringComparison.Ordinal));
        var connections = service.Services.GetRequiredService<ConnectionsClient>();
        var standings = Standing.WorstFirst(EndpointListView.Of(await connections.GetEndpointsAsync()).Endpoints);

        var taken = standings.Where(new FleetFilter(filter).Takes).Select(each => each.Endpoint.Id);

        Assert.Equal(expected, taken.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nobody_looks_when_the_last_browser_has_gone_and_the_next_one_sees_all()
    {
        await using var service = await RunningService.Start();
        var watch = new FleetWatch(service.Services.GetRequiredService<ConnectionsClient>(), TimeProvider.System, NullLogger.Instance);
        for (var round = 0; round < 2; round++)
        {
            var seen = new TaskCompletionSource<FleetMoment>(TaskCreationOptions.RunContinuationsAsynchronously);
            using (watch.Watch(_ => Task.CompletedTask))
            using (watch.Watch(moment =>
            {
                seen.TrySetResult(moment);
                return Task.CompletedTask;
            }))
            {
                Assert.Equal(4, (await seen.Task.WaitAsync(RunningService.Deadline)).Standings.Count);
                Assert.True(watch.IsWatching);
            }
            Assert.False(watch.IsWatching);
        }
    }

    [Fact]
    public void The_bar_of_a_day_begins_with_the_first_change_and_ends_now()
    {
        var now = new DateTimeOffset(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
        var changes = new[]
        {
            new TransitionView(now.AddHours(-30), "backing-off", "open", 1, 1, null, null, null),
            new TransitionView(now.AddHours(-6), "open", "backing-off", 1, 1, "peer-closed", "closed", 1000),
            new TransitionView(now.AddHours(-5), "backing-off", "open", 2, 1, null, null, null),
        };

        var spans = Timeline.Of(changes, now).ToList();

        Assert.Equal(
            [(0, 1080, "open"), (1080, 60, "backing-off"), (1140, 300, "open")],
            spans.Select(each => (each.From, each.Width, each.State)));
        Assert.StartsWith("open for 96 % of the time since", Timeline.Describe(changes, now), StringComparison.Ordinal);
    }
}
