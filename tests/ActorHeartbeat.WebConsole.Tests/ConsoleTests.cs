using System.Net.WebSockets;
using ActorHeartbeat.EndToEnd.Tests;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(ActorHeartbeat.WebConsole.Tests.Browser))]

namespace ActorHeartbeat.WebConsole.Tests;

/// <summary>The console as a browser shows it.</summary>
public sealed class ConsoleTests(Browser browser)
{
    private const string FirstRow = "table tbody tr:has(a)";

    [Fact]
    public async Task The_worst_is_first_and_filter_and_order_stand_in_the_address()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser);
        await scene.GoAsync("/");
        var rows = scene.Page.Locator(FirstRow);

        await Assertions.Expect(rows).ToHaveCountAsync(3);
        await Assertions.Expect(rows.First).ToContainTextAsync("refused");
        await Assertions.Expect(rows.First).ToContainTextAsync("503");
        await scene.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Endpoint" }).ClickAsync();
        await Assertions.Expect(rows.First).ToContainTextAsync("quiet");
        await Assertions.Expect(scene.Page.Locator("th[aria-sort=ascending]")).ToContainTextAsync("Endpoint");
        await scene.Page.GetByLabel("Filter").FillAsync("venue:one tick");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(scene.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("sort=Endpoint.*filter=venue"));

        await scene.Page.ReloadAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows.First).ToContainTextAsync("ticker");
        Assert.All(
            scene.Asked.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)),
            url => Assert.StartsWith(scene.Service.Api.ToString(), url.Replace("ws:", "http:"), StringComparison.Ordinal));
        Assert.Equal([], scene.Complaints);
    }

    [Fact]
    public async Task A_page_of_an_endpoint_tells_why_and_until_when_and_pauses_it()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser);
        await scene.GoAsync("/");
        await scene.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "refused" }).ClickAsync();

        await Assertions.Expect(scene.Page.Locator("#why")).ToContainTextAsync("503");
        await Assertions.Expect(scene.Page.Locator("main dl")).ToContainTextAsync("in ");
        await scene.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(scene.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("actorheartbeat pause refused");
        await scene.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Do it" }).ClickAsync();

        await Assertions.Expect(scene.Page.Locator("h1")).ToContainTextAsync("paused");
        Assert.Equal("paused", (await scene.Service.GetAsync("/v1/endpoints/refused")).GetProperty("state").GetString());
        Assert.Equal([], scene.Complaints);
    }

    [Fact]
    public async Task Who_has_no_key_signs_in_first_and_what_the_role_may_not_do_is_not_offered_and_refused_and_audited()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser, asksForKeys: true);
        await scene.GoAsync("/");
        await scene.Page.GetByLabel("Key").FillAsync(scene.Reader);
        await scene.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(scene.Page.Locator(FirstRow)).ToHaveCountAsync(3);

        await scene.GoAsync("/endpoints/quiet");
        await Assertions.Expect(scene.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Pause" })).ToBeDisabledAsync();
        await Assertions.Expect(scene.Page.GetByTitle("needs the role operate").First).ToBeVisibleAsync();
        var refused = await scene.Page.EvaluateAsync<string>(
            "async () => (await actorHeartbeat.send('POST', '/v1/endpoints/quiet/pause')).text"); // as a page from before does
        Assert.Contains("eyes has the role read", refused, StringComparison.Ordinal);
        await Eventually.TrueAsync(
            () => Task.FromResult(scene.Audit().Any(line => line.Contains("\"eyes\"") && line.Contains("403"))),
            ServiceProcess.Patience,
            "the audit log tells of it");

        await scene.Page.Context.ClearCookiesAsync();
        await scene.GoAsync("/");
        await Assertions.Expect(scene.Page.GetByLabel("Key")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_service_that_stands_still_is_shown_as_disconnected_within_five_seconds()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser, width: 360, isDark: true);
        await scene.GoAsync("/");
        await Assertions.Expect(scene.Page.Locator(FirstRow)).ToHaveCountAsync(3);
        var width = await scene.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");

        await scene.Service.SignalAsync("STOP");
        try
        {
            await Assertions.Expect(scene.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(
                "Disconnected", new LocatorAssertionsToContainTextOptions { Timeout = 6_000, UseInnerText = true });
            await Assertions.Expect(scene.Page.GetByRole(AriaRole.Alert)).ToHaveCSSAsync("background-color", "rgb(179, 38, 30)");
            await Assertions.Expect(scene.Page.GetByRole(AriaRole.Alert)).ToHaveCSSAsync("color", "rgb(255, 255, 255)");
        }
        finally
        {
            await scene.Service.SignalAsync("CONT");
        }

        Assert.InRange(width, 0, 360);
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData(null, 401)]
    public async Task A_circuit_is_for_pages_of_this_service_and_for_those_who_have_signed_in(string? origin, int status)
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser, asksForKeys: true);
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
            socket.Options.SetRequestHeader("Authorization", $"Bearer {scene.Operator}");
        }
        var hub = new UriBuilder(new Uri(scene.Service.Api, "/_blazor?id=x")) { Scheme = "ws" }.Uri;

        await Assert.ThrowsAsync<WebSocketException>(
            () => socket.ConnectAsync(hub, CancellationToken.None).WaitAsync(ServiceProcess.Patience));

        Assert.Equal(status, (int)socket.HttpStatusCode);
    }
}
