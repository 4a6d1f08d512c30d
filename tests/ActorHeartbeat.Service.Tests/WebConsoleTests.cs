using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Http;
using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Service.Verbs;
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
    [InlineData("unavailable", "refused")]
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
    public async Task Nothing_holds_what_drew_the_pages_when_the_browsers_have_gone()
    {
        await using var service = await RunningService.Start();
        var browsers = service.Services.GetRequiredService<BrowserPresence<WebConsolePages>>();
        Assert.Contains("<title>", await service.Client.GetStringAsync("/feeds"), StringComparison.Ordinal);
        WeakReference? pages = null;
        await browsers.Serve(needed =>
        {
            pages = new WeakReference(needed);
            return Task.CompletedTask;
        });

        await browsers.DisposeAsync();

        for (var begun = TimeProvider.System.GetTimestamp(); pages!.IsAlive; await Task.Yield())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < RunningService.Deadline);
            GC.Collect();
        }
        Assert.Contains("<title>", await service.Client.GetStringAsync("/feeds"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_fails_is_its_own_problem()
    {
        await using var service = await RunningService.Start();
        var watch = new FleetWatch(service.Services.GetRequiredService<ConnectionsClient>(), TimeProvider.System, NullLogger.Instance);
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var moments = 0;

        using var failing = watch.Watch(_ => throw new InvalidOperationException("a bug"));
        using var other = watch.Watch(_ =>
        {
            if (++moments == 2)
                seen.SetResult();
            return Task.CompletedTask;
        });

        await seen.Task.WaitAsync(RunningService.Deadline);
    }

    [Fact]
    public void A_place_to_listen_is_free_again_when_it_is_left_and_only_once()
    {
        var places = new TapPlaces();
        var taken = Enumerable.Range(0, TapPlaces.Most).Select(_ => places.TryTake()!).ToList();

        Assert.Null(places.TryTake());
        taken[0].Dispose();
        taken[0].Dispose();
        Assert.NotNull(places.TryTake());
        Assert.Null(places.TryTake());
    }

    [Fact]
    public void The_day_of_an_endpoint_has_the_worst_of_each_cell_its_uptime_and_its_reconnects_of_the_last_hour()
    {
        var now = new DateTimeOffset(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
        StateChanged[] changes =
        [
            Change(now.AddHours(-12), 1, ConnectionState.Connecting, ConnectionState.Open),
            Change(now.AddMinutes(-90), 1, ConnectionState.Open, ConnectionState.BackingOff),
            Change(now.AddMinutes(-89), 2, ConnectionState.Connecting, ConnectionState.Open),
            Change(now.AddMinutes(-30), 2, ConnectionState.Open, ConnectionState.BackingOff),
            Change(now.AddMinutes(-24), 3, ConnectionState.Connecting, ConnectionState.Open),
        ];

        var day = DaySummary.Of(changes, mostKept: 64, now);

        Assert.Equal(new string(' ', 30) + new string('o', 26) + "dodo", day.Cells);
        Assert.Equal([(30, 26, 'o'), (56, 1, 'd'), (57, 1, 'o'), (58, 1, 'd'), (59, 1, 'o')], day.Runs());
        Assert.Equal((713.0 / 720, 1, false, "99 %"), (day.Uptime!.Value, day.Reconnects, day.IsCut, day.Spell()));
        Assert.True(DaySummary.Of(changes[^2..], mostKept: 2, now).IsCut);
        Assert.Null(DaySummary.Of([], mostKept: 64, now).Uptime);
    }

    [Theory]
    [InlineData("venue:demo", "actorheartbeat pause --select 'venue=demo' --yes")]
    [InlineData("venue:dem", "actorheartbeat pause echo ticker --yes")]
    [InlineData("venue:demo state:open", "actorheartbeat pause echo ticker --yes")]
    [InlineData("tick", "actorheartbeat pause ticker")]
    [InlineData("", "actorheartbeat pause --select '*' --yes")]
    public async Task The_line_for_a_terminal_takes_the_same_endpoints_as_the_filter(string filter, string line)
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");
        await service.WaitFor("ticker", "open");
        var connections = service.Services.GetRequiredService<ConnectionsClient>();
        var shown = Standing.WorstFirst(EndpointListView.Of(await connections.GetEndpointsAsync()).Endpoints)
            .Where(new FleetFilter(filter).Takes).OrderBy(each => each.Endpoint.Id, StringComparer.Ordinal).ToList();

        Assert.Equal(line, ShownCommand.Of("pause", filter, shown, all: 4, Inputs.DefaultService));
        Assert.Equal($"{line} --url http://other:81", ShownCommand.Of("pause", filter, shown, all: 4, new Uri("http://other:81/")));
    }

    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("two\nlines", "$'two\\nlines'")]
    [InlineData("it's\n\\n", "$'it\\'s\\n\\\\n'")]
    [InlineData("a\u202eb", "$'a\\u202eb'")]
    public void A_text_is_quoted_as_a_shell_reads_it_and_what_is_unseen_is_spelled(string text, string quoted) =>
        Assert.Equal(quoted, ShownCommand.Quoted(text));

    [Fact]
    public void The_bar_of_a_day_begins_with_the_first_change_and_ends_now()
    {
        var now = new DateTimeOffset(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
        var changes = new[]
        {
            new TransitionView(now.AddHours(-30), "backing-off", "open", 1, 1, null, null, null, []),
            new TransitionView(now.AddHours(-6), "open", "backing-off", 1, 1, "peer-closed", "closed", 1000, []),
            new TransitionView(now.AddHours(-5), "backing-off", "open", 2, 1, null, null, null, []),
        };

        var spans = Timeline.Of(changes, now).ToList();

        Assert.Equal(
            [(0, 1080, "open"), (1080, 60, "backing-off"), (1140, 300, "open")],
            spans.Select(each => (each.From, each.Width, each.State)));
        Assert.StartsWith("open for 96 % of the time since", Timeline.Describe(changes, now), StringComparison.Ordinal);
    }

    private static StateChanged Change(DateTimeOffset at, long incarnation, ConnectionState from, ConnectionState to) =>
        new(
            new EndpointId("a"),
            incarnation,
            from,
            to,
            1,
            to == ConnectionState.BackingOff ? new CloseCause(CauseKind.ConnectionLost, "cut") : null,
            null,
            at);
}
