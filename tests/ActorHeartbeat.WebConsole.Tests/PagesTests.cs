using System.Text.Json;
using System.Text.RegularExpressions;
using ActorHeartbeat.EndToEnd.Tests;
using Microsoft.Playwright;

namespace ActorHeartbeat.WebConsole.Tests;

/// <summary>The pages beside the first, as a browser shows them.</summary>
public sealed class PagesTests(Browser browser)
{
    [Fact]
    public async Task The_page_of_an_endpoint_has_its_steps_its_settings_with_file_and_line_and_what_is_said()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser);
        await scene.GoAsync("/endpoints/ticker");
        var page = scene.Page;

        await Assertions.Expect(page.Locator("#changes")).ToContainTextAsync(new Regex("tcp .*upgrade"));
        await Button(page, "Show them").ClickAsync();
        await Assertions.Expect(page.Locator("#settings tr", new PageLocatorOptions { HasText = "labels.venue" }))
            .ToContainTextAsync("service.conf:");
        await Assertions.Expect(page.Locator("#settings")).Not.ToContainTextAsync("reference");
        await page.GetByLabel("with those of reference.conf").CheckAsync();
        await Assertions.Expect(page.Locator("#settings tr", new PageLocatorOptions { HasText = "heartbeat.interval" }))
            .ToContainTextAsync("reference.conf:");

        await Button(page, "Listen").ClickAsync();
        await Assertions.Expect(page.Locator("#conversation")).ToContainTextAsync(new Regex("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} < "));
        await Button(page, "Stop listening").ClickAsync();
        await Assertions.Expect(Button(page, "Listen")).ToBeVisibleAsync();
        Assert.Equal([], scene.Complaints);
    }

    [Fact]
    public async Task The_configuration_is_compared_with_its_files_reloaded_and_its_refusals_are_shown()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser, more: "actor-heartbeat.config.watch = off");
        await scene.GoAsync("/configuration");
        var page = scene.Page;
        await Assertions.Expect(page.Locator("#runs")).ToContainTextAsync("generation 1, 3 endpoints");

        scene.Append("\nactor-heartbeat.endpoints.quiet.labels.venue = three");
        await Button(page, "Compare").ClickAsync();
        await Assertions.Expect(page.Locator("#answer")).ToContainTextAsync("labels");
        await Assertions.Expect(page.Locator("#runs")).ToContainTextAsync("generation 1");
        await Button(page, "Reload").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("curl -X POST");
        await Button(page, "Do it").ClickAsync();
        await Assertions.Expect(page.Locator("#runs")).ToContainTextAsync("generation 2");

        scene.Append("\nactor-heartbeat.endpoints.quiet.heartbeat.intervall = 1s");
        await Button(page, "Reload").ClickAsync();
        await Button(page, "Do it").ClickAsync();
        await Assertions.Expect(page.Locator("#answer")).ToContainTextAsync("did you mean \"interval\"?");
        await Assertions.Expect(page.Locator("details summary")).ToContainTextAsync("configuration refused");
        await Assertions.Expect(page.Locator("#runs")).ToContainTextAsync("generation 2");
        Assert.All(scene.Complaints, line => Assert.Contains("422", line)); // the browser tells of every refusal
    }

    [Fact]
    public async Task The_governor_shows_its_budgets_and_the_feeds_show_their_readers_and_sinks()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser, more: """
            actor-heartbeat.supervisor.per-host { connect-rate = 1/h, connect-burst = 2 }
            actor-heartbeat.groups.one { connect-rate = 5/m, max-connections = 1 }
            actor-heartbeat.endpoints { ticker.group = one, quiet.group = one }
            """);
        await scene.GoAsync("/governor");
        var page = scene.Page;

        await Assertions.Expect(page.Locator("table").First).ToContainTextAsync("all endpoints");
        await Assertions.Expect(page.Locator("tbody tr", new PageLocatorOptions { HasText = "group one" }).First)
            .ToContainTextAsync("1 of 1");
        await Assertions.Expect(page.Locator("tbody tr", new PageLocatorOptions { HasText = "host 127.0.0.1" })).ToContainTextAsync("2");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("group one has its 1 connections (max-connections)");

        using var http = new HttpClient { BaseAddress = scene.Service.Api };
        using var stream = await http.GetStreamAsync("/v1/events");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Feeds" }).ClickAsync();
        await Assertions.Expect(page.Locator(".strip")).ToContainTextAsync("1 subscriber");
        await Assertions.Expect(page.Locator(".rows tbody tr:has(a)")).ToHaveCountAsync(3);
        Assert.Equal([], scene.Complaints);
    }

    [Fact]
    public async Task Keys_filter_walk_and_ask_and_a_command_for_all_that_are_shown_goes_to_each()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser);
        await scene.GoAsync("/");
        var page = scene.Page;
        await Assertions.Expect(page.Locator("tbody tr:has(a)")).ToHaveCountAsync(3);

        await page.Keyboard.PressAsync("j");
        await Assertions.Expect(page.Locator("a:focus")).ToHaveTextAsync("refused");
        await page.Keyboard.PressAsync("r");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("actorheartbeat refresh refused");
        Assert.EndsWith("/endpoints/refused", page.Url, StringComparison.Ordinal); // it does not ask again
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator("tbody tr:has(a)")).ToHaveCountAsync(3);
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("venue:one");
        await Assertions.Expect(page.Locator("tbody tr:has(a)")).ToHaveCountAsync(2);
        await page.GetByText("All that are shown").ClickAsync();
        await Button(page, "Pause 2").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog))
            .ToContainTextAsync("actorheartbeat pause --select 'venue=one' --yes --url http://127.0.0.1:");
        await Button(page, "Do it").ClickAsync();

        await Assertions.Expect(page.Locator(".mud-snackbar")).ToContainTextAsync("done for 2");
        foreach (var (name, state) in new[] { ("ticker", "paused"), ("quiet", "paused"), ("refused", "backing-off") })
            Assert.Equal(state, (await scene.Service.GetAsync($"/v1/endpoints/{name}")).GetProperty("state").GetString());
        await page.GetByRole(AriaRole.Heading).First.ClickAsync(new LocatorClickOptions { Force = true });
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeVisibleAsync();
        Assert.Equal([], scene.Complaints);
    }

    [Fact]
    public async Task Each_command_of_an_endpoint_does_what_its_button_says()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser);
        var page = scene.Page;
        await scene.GoAsync("/endpoints/quiet");

        await Command("Refresh", endpoint => endpoint.GetProperty("incarnation").GetInt64() == 2 && IsIn(endpoint, "open"));
        await Command("Rotate", endpoint => endpoint.GetProperty("incarnation").GetInt64() == 3 && IsIn(endpoint, "open"));
        await Command("Pause", endpoint => IsIn(endpoint, "paused"));
        await Command("Resume", endpoint => IsIn(endpoint, "open"));
        await Command(
            "Send",
            endpoint => endpoint.GetProperty("messages").GetProperty("out").GetInt64() == 1,
            () => scene.FillAsync("Text", "hello", "--text 'hello'"));
        await Command(
            "Close",
            endpoint => IsIn(endpoint, "paused"),
            () => scene.FillAsync("Reason", "it's over", "actorheartbeat close quiet --code 1000 --reason 'it'\\''s over'"));
        Assert.Equal([], scene.Complaints);

        async Task Command(string name, Func<JsonElement, bool> isDone, Func<Task>? fill = null)
        {
            await page.GetByRole(AriaRole.Group).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = name }).ClickAsync();
            if (fill is not null)
                await fill();
            await Button(page, "Do it").ClickAsync();
            await Assertions.Expect(page.Locator(".mud-snackbar", new PageLocatorOptions { HasText = $"{name}: done" })).ToBeVisibleAsync();
            await Eventually.TrueAsync(
                async () => isDone(await scene.Service.GetAsync("/v1/endpoints/quiet")), ServiceProcess.Patience, name);
        }

        static bool IsIn(JsonElement endpoint, string state) => endpoint.GetProperty("state").GetString() == state;
    }

    [Fact]
    public async Task Who_has_signed_in_sees_it_on_each_page_and_signs_out_there()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser, asksForKeys: true);
        var page = scene.Page;
        await scene.GoAsync("/");
        await page.GetByLabel("Key").FillAsync(scene.Reader);
        await Button(page, "Sign in").ClickAsync();
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Governor" }).ClickAsync();

        await Assertions.Expect(page.Locator("form.caller")).ToContainTextAsync("eyes (read)");
        await Button(page, "Sign out").ClickAsync();
        await Assertions.Expect(page.GetByLabel("Key")).ToBeVisibleAsync();
        await scene.GoAsync("/governor");
        await Assertions.Expect(page.GetByLabel("Key")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_mistyped_address_has_a_page_with_the_way_back()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser);
        await scene.GoAsync("/endpionts");

        await scene.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "All endpoints" }).ClickAsync();

        await Assertions.Expect(scene.Page.Locator("tbody tr:has(a)")).ToHaveCountAsync(3);
    }

    private static ILocator Button(IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name });
}
