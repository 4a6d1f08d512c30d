using ActorHeartbeat.EndToEnd.Tests;
using Microsoft.Playwright;

namespace ActorHeartbeat.WebConsole.Tests;

/// <summary>Pictures of every page, of a service that runs the shipped demonstration.</summary>
internal static class Screenshots
{
    public static async Task TakeAsync(string folder)
    {
        if (Browser.Missing is { } missing)
            throw new InvalidOperationException(missing);
        Directory.CreateDirectory(folder);
        await using var browser = new Browser();
        await browser.InitializeAsync();
        await using var service = await ServiceProcess.StartAsync(Path.Combine(Root(), "config", "demo.conf"));
        await Task.Delay(TimeSpan.FromSeconds(20)); // something has happened by then
        foreach (var (name, path, width, height, isDark) in Pages)
        {
            var page = await browser.PageAsync(width, height, isDark);
            await page.GotoAsync(new Uri(service.Api, path).ToString());
            await page.Locator("main h1").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
            await Task.Delay(TimeSpan.FromSeconds(6));
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") });
            await page.Context.CloseAsync();
            Console.WriteLine($"{name}.png");
        }
    }

    private static readonly (string Name, string Path, int Width, int Height, bool IsDark)[] Pages =
    [
        ("fleet", "/", 1280, 640, false),
        ("fleet-dark", "/", 1280, 640, true),
        ("fleet-narrow", "/", 360, 640, false),
        ("endpoint", "/endpoints/refused", 1280, 1100, false),
        ("endpoint-dark", "/endpoints/ticker", 1280, 1100, true),
        ("configuration", "/configuration", 1280, 800, false),
        ("governor", "/governor", 1280, 640, false),
        ("feeds", "/feeds", 1280, 640, false),
    ];

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ActorHeartbeat.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("this is no folder of the repository");
        return folder;
    }
}
