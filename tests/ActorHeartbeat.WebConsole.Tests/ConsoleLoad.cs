using System.Diagnostics;
using System.Globalization;
using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.TestKit;
using Microsoft.Playwright;

namespace ActorHeartbeat.WebConsole.Tests;

/// <summary>
/// What a browser that shows thousands of endpoints costs the service and the browser, beside the same service without one. For
/// <c>tests/console.sh</c>: a figure, not a test.
/// </summary>
internal static class ConsoleLoad
{
    /// <summary>Of one core.</summary>
    private const double Most = 0.05;

    /// <returns>Whether all figures are below the bound.</returns>
    public static async Task<bool> MeasureAsync(int endpoints, TimeSpan time)
    {
        if (Browser.Missing is { } missing)
            throw new InvalidOperationException(missing);
        await using var feeds = await FeedServer.StartAsync();
        var folder = Directory.CreateTempSubdirectory("console-load-");
        var file = Path.Combine(folder.FullName, "service.conf");
        await File.WriteAllTextAsync(file, Configuration(feeds, endpoints));
        await using var service = await ServiceProcess.StartAsync(file);
        await feeds.WaitUntilAsync(server => server.Clients.Count == endpoints, TimeSpan.FromMinutes(3));
        Console.WriteLine($"{endpoints} endpoints are open, each with a message every two seconds");
        await Task.Delay(TimeSpan.FromSeconds(20)); // it starts, and collects what that left
        var (without, _) = await SharesAsync(service.Id, time);
        Console.WriteLine(Line("no browser", without, 0));

        await using var browser = new Browser();
        await browser.InitializeAsync();
        var page = await browser.PageAsync();
        await page.GotoAsync(service.Api.ToString());
        await page.Locator("tbody tr:has(a)").First.WaitForAsync();
        var isGood = await ShowAsync("all endpoints, the worst first");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Msg/s" }).ClickAsync();
        isGood &= await ShowAsync("sorted by messages");
        await page.GetByLabel("Filter").FillAsync("venue:venue-3");
        isGood &= await ShowAsync("sorted and filtered");
        await page.Context.CloseAsync();
        await Task.Delay(TimeSpan.FromSeconds(40)); // the service keeps a circuit for half a minute
        var (after, _) = await SharesAsync(service.Id, time);
        Console.WriteLine(Line("the browser has gone", after, 0));
        folder.Delete(recursive: true);
        return isGood;

        async Task<bool> ShowAsync(string what)
        {
            await Task.Delay(TimeSpan.FromSeconds(30)); // code that has just come to be used is compiled meanwhile
            var (served, drawn) = await SharesAsync(service.Id, time);
            var isBelow = served - without < Most && drawn < Most;
            Console.WriteLine($"{Line(what, served, drawn)}; the console {Percent(served - without)} {(isBelow ? "kept" : "BROKEN")}");
            return isBelow;
        }
    }

    /// <summary>The shares of a core that the service and the browser take.</summary>
    private static async Task<(double Service, double Browser)> SharesAsync(int service, TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        var (served, drawn) = (Used(service), UsedByBrowser());
        await Task.Delay(time);
        var elapsed = Stopwatch.GetElapsedTime(began);
        return ((Used(service) - served) / elapsed, (UsedByBrowser() - drawn) / elapsed);
    }

    private static TimeSpan Used(int process) => Process.GetProcessById(process).TotalProcessorTime;

    private static TimeSpan UsedByBrowser() =>
        Process.GetProcessesByName("chromium").Aggregate(TimeSpan.Zero, (sum, process) => sum + process.TotalProcessorTime);

    private static string Line(string what, double service, double browser) =>
        $"{what,-32} service {Percent(service)}, browser {Percent(browser)}";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static string Configuration(FeedServer feeds, int endpoints) =>
        $$"""
        actor-heartbeat {
          http.listen = "127.0.0.1:0"
          supervisor { start-spread = 5s, connect-rate = 1000/s, connect-burst = 1000 }
          endpoints {
            {{string.Join("\n    ", Enumerable.Range(0, endpoints).Select(number =>
                $"feed-{number} {{ url = \"{feeds.UrlOf(FeedPath.Ticker, $"feed-{number}", "rate=0.5")}\", "
                    + $"labels.venue = venue-{number % 20} }}"))}}
          }
        }
        """;
}
