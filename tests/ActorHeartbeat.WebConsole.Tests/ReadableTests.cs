using Microsoft.Playwright;

namespace ActorHeartbeat.WebConsole.Tests;

/// <summary>Contrast, the place of the keyboard, and long names, with what opens over a page as well.</summary>
public sealed class ReadableTests(Browser browser)
{
    private static readonly string Long = new('x', 128);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_text_has_its_contrast_on_each_page_in_each_dialog_and_in_what_is_told(bool isDark)
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser, isDark: isDark);
        var page = scene.Page;
        foreach (var path in (string[])["/", "/endpoints/refused", "/governor", "/feeds", "/configuration"])
        {
            await scene.GoAsync(path);
            await Assertions.Expect(page.Locator("main h1")).ToBeVisibleAsync();
            await NothingIsFaint(path);
        }
        await scene.GoAsync("/endpoints/quiet");
        foreach (var command in (string[])["Close", "Send", "Refresh"])
        {
            await page.GetByRole(AriaRole.Group).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = command }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("The same on the command line");
            await NothingIsFaint(command);
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Cancel" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        }
        await page.GetByRole(AriaRole.Group).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Refresh" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Do it" }).ClickAsync();
        await Assertions.Expect(page.Locator(".mud-snackbar")).ToContainTextAsync("Refresh: done");
        await NothingIsFaint("what is told");
        await page.GetByRole(AriaRole.Heading).First.ClickAsync(new LocatorClickOptions { Force = true });
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeVisibleAsync();
        await NothingIsFaint("the keys");

        // A colour that fades in is faint on its way.
        async Task NothingIsFaint(string where)
        {
            var faint = Array.Empty<string>();
            for (var look = 0; look < 20; look++)
            {
                faint = await Readable.FaintTextsOf(page);
                if (faint.Length == 0)
                    return;
                await page.WaitForTimeoutAsync(250);
            }
            Assert.Fail($"{where}: {string.Join("; ", faint)}");
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/endpoints/refused")]
    [InlineData("/configuration")]
    public async Task The_keyboard_is_seen_wherever_it_goes(string path)
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser);
        await scene.GoAsync(path);
        await Assertions.Expect(scene.Page.Locator("main h1")).ToBeVisibleAsync();

        Assert.Equal([], await Readable.HiddenFocusOf(scene.Page, steps: 30));
    }

    [Fact]
    public async Task Long_names_make_no_page_wider_than_the_window()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser, width: 360, more: $$"""
            actor-heartbeat.endpoints.{{Long}} { url = "ws://127.0.0.1:9/x", labels.venue = "{{Long}}", enabled = off }
            """);
        foreach (var path in (string[])["/", $"/endpoints/{Long}"])
        {
            await scene.GoAsync(path);
            await Assertions.Expect(scene.Page.Locator("main h1")).ToBeVisibleAsync();
            await Assertions.Expect(scene.Page.Locator("main")).ToContainTextAsync(Long);

            Assert.Equal(360, await scene.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        }
    }

    [Fact]
    public async Task A_text_as_long_as_the_dialog_takes_keeps_the_page()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser);
        var page = scene.Page;
        await scene.GoAsync("/endpoints/quiet");
        await page.GetByRole(AriaRole.Group).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Send" }).ClickAsync();
        await scene.FillAsync("Text", new string('ä', 60_000), new string('ä', 60_000));
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Do it" }).ClickAsync();

        await Assertions.Expect(page.Locator(".mud-snackbar")).ToContainTextAsync("Send");
        Assert.DoesNotContain(scene.Complaints, line => line.Contains("closed", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_close_code_that_may_not_be_sent_is_not_offered_as_another()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var scene = await ConsoleScene.StartAsync(browser);
        var page = scene.Page;
        await scene.GoAsync("/endpoints/quiet");
        await page.GetByRole(AriaRole.Group).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Close" }).ClickAsync();
        await scene.FillAsync("Close code", "99999", "1000-1003");

        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("1000-1003");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Do it" })).ToBeDisabledAsync();
        await scene.FillAsync("Close code", "4999", "--code 4999");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Do it" })).ToBeEnabledAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("--code 4999");
    }
}
