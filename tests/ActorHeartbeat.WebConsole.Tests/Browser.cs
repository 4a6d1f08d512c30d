using Microsoft.Playwright;

namespace ActorHeartbeat.WebConsole.Tests;

/// <summary>One browser for all tests: Chromium of the system.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing =>
        Places.Any(File.Exists) ? null : "chromium is not installed: apt-get install --no-install-recommends chromium";

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Places.First(File.Exists),
            Args = ["--no-sandbox"],
            Timeout = 60_000,
        });
    }

    /// <summary>A page of a browser that knows nothing of other tests.</summary>
    public async Task<IPage> PageAsync(int width = 1280, int height = 800, bool isDark = false)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
        });
        context.SetDefaultTimeout(30_000);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
