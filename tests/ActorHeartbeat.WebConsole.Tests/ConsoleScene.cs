using System.Text.RegularExpressions;
using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.TestKit;
using Microsoft.Playwright;

namespace ActorHeartbeat.WebConsole.Tests;

/// <summary>A service of its own with a few feeds, and a browser that looks at it.</summary>
public sealed partial class ConsoleScene : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("console-").FullName;
    private readonly FeedServer _feeds;
    private readonly List<string> _asked = [], _complaints = [];

    private ConsoleScene(FeedServer feeds) => _feeds = feeds;

    public ServiceProcess Service { get; private set; } = null!; // set before anybody has the scene

    public IPage Page { get; private set; } = null!; // the same

    /// <summary>A key of the role operate, and one of the role read; empty where none is asked for.</summary>
    public string Operator { get; private set; } = "";

    /// <inheritdoc cref="Operator"/>
    public string Reader { get; private set; } = "";

    /// <summary>The addresses that the browser has asked for.</summary>
    public IReadOnlyList<string> Asked => _asked;

    /// <summary>What the browser has complained of, such as a script that the policy forbids.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>
    /// Writes into a field of a dialog that has just opened, until the dialog has it: its first drawing may still undo what is quicker than
    /// any hand.
    /// </summary>
    public async Task FillAsync(string label, string text, string shown)
    {
        for (var tries = 1; ; tries++)
        {
            await Page.GetByLabel(label).FillAsync(text);
            try
            {
                await Assertions.Expect(Page.GetByRole(AriaRole.Dialog))
                    .ToContainTextAsync(shown, new LocatorAssertionsToContainTextOptions { Timeout = 1500 });
                return;
            }
            catch (PlaywrightException) when (tries < 5)
            {
                await Page.GetByLabel(label).FillAsync("");
            }
        }
    }

    /// <param name="browser">The browser.</param>
    /// <param name="asksForKeys">Whether the service has keys.</param>
    /// <param name="width">Of the window.</param>
    /// <param name="isDark">Whether it is dark.</param>
    /// <param name="more">More lines of the configuration.</param>
    public static async Task<ConsoleScene> StartAsync(
        Browser browser, bool asksForKeys = false, int width = 1280, bool isDark = false, string more = "")
    {
        var scene = new ConsoleScene(await FeedServer.StartAsync());
        try
        {
            var access = "";
            if (asksForKeys)
            {
                (scene.Operator, var one) = await KeyAsync("ops", "operate");
                (scene.Reader, var other) = await KeyAsync("eyes", "read");
                access = $"{one}\n{other}\nactor-heartbeat.http.access.audit.path = \"{scene._folder}/audit.log\"";
            }
            await File.WriteAllTextAsync(scene.Configuration, $$"""
                {{access}}
                actor-heartbeat {
                  http.listen = "127.0.0.1:0"
                  supervisor.start-spread = 0s
                  endpoints {
                    ticker { url = "{{scene._feeds.UrlOf(FeedPath.Ticker, "ticker")}}", labels.venue = one }
                    quiet { url = "{{scene._feeds.UrlOf(FeedPath.Quiet, "quiet")}}", labels.venue = one }
                    refused {
                      url = "{{scene._feeds.UrlOf(FeedPath.Refuse, "refused", "status=503")}}", labels.venue = two
                      backoff { initial = 60s, max = 60s, jitter = none }
                    }
                  }
                }
                {{more}}
                """);
            scene.Service = await ServiceProcess.StartAsync(scene.Configuration);
            scene.Page = await browser.PageAsync(width, isDark: isDark);
            scene.Page.Request += (_, request) => scene._asked.Add(request.Url);
            scene.Page.Console += (_, said) =>
            {
                if (said.Type == "error")
                    scene._complaints.Add(said.Text);
            };
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    private string Configuration => Path.Combine(_folder, "service.conf");

    /// <summary>Adds lines to the configuration.</summary>
    public void Append(string lines) => File.AppendAllText(Configuration, lines + "\n");

    public Task GoAsync(string path) => Page.GotoAsync(new Uri(Service.Api, path).ToString());

    /// <summary>The lines of the audit log.</summary>
    public string[] Audit() => File.ReadAllLines(Path.Combine(_folder, "audit.log"));

    public async ValueTask DisposeAsync()
    {
        if (Page is not null)
            await Page.Context.CloseAsync();
        if (Service is not null)
            await Service.DisposeAsync();
        await _feeds.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<(string Key, string Lines)> KeyAsync(string name, string role)
    {
        var made = await ServiceProcess.RunToEndAsync("key", "new", "--role", role, "--name", name);
        return (made.Output.Split('\n')[0], LinesOfKey().Match(made.Output + made.Error).Value);
    }

    [GeneratedRegex("actor-heartbeat.http.access.keys \\{.*?\\n\\}", RegexOptions.Singleline)]
    private static partial Regex LinesOfKey();
}
