using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.TestKit.Tests;

/// <summary>The examples of the README, as they stand there.</summary>
public sealed class ReadmeExamples
{
    [Fact]
    public async Task The_service_comes_back_once_after_a_cut()
    {
        await using var server = await FeedServer.StartAsync();
        await using var service = new PriceService(server.UrlOf(FeedPath.Ticker, "prices", "rate=100"));
        await server.WaitUntilAsync(now => now.History("prices") is { Heartbeats: > 0, Ticks: > 0 }, TimeSpan.FromSeconds(10));

        server.Faults.Refuse(503, retryAfter: TimeSpan.FromSeconds(1), times: 1);
        server.Faults.Cut(FaultTarget.Client("prices"));
        await server.WaitUntilAsync(now => now.Client("prices") is { Connection: 2 }, TimeSpan.FromSeconds(10));

        Assert.Equal([101, 503, 101], server.History("prices").Attempts.Select(attempt => attempt.Status));
        Assert.Equal(1, server.PeakConnections("prices"));
    }

    [Fact]
    public async Task A_refused_dial_carries_what_the_server_asked_for()
    {
        var feed = new EndpointSettings { Id = new EndpointId("prices"), Url = new Uri("ws://in-memory") };
        var network = new ScriptedNetwork().Script(feed.Id, DialScript.Refuse(429, retryAfter: "30"), DialScript.Accept);
        var sink = new RecordingSink();

        var refused = await network.DialAsync(new DialRequest(feed, feed.Url, []), sink, CancellationToken.None);
        var accepted = await network.DialAsync(new DialRequest(feed, feed.Url, []), sink, CancellationToken.None);
        ((DialResult.Connected)accepted).Connection.Start();
        network.Connection(feed.Id).DeliverText("42");
        network.Connection(feed.Id).PeerClose(1012, "restart");

        Assert.Equal("30", ((DialResult.Failed)refused).Failure.RetryAfter);
        Assert.Equal(["activity", "Text 42", "ended 1012 restart clean"], sink.Calls);
        Assert.Equal(1, network.PeakSockets(feed.Id));
        network.AssertContract();
    }

    [Fact]
    public async Task The_readme_shows_these_examples_and_every_path()
    {
        var readme = await File.ReadAllTextAsync(Beside("../../../src/ActorHeartbeat.TestKit/README.md"));
        var code = await File.ReadAllTextAsync(Beside("ReadmeExamples.cs"));

        var examples = readme.Split("```csharp\n").Skip(1).Select(block => Trimmed(block.Split("```")[0])).ToArray();

        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Contains(example, Trimmed(code)));
        Assert.All(FeedPath.All, path => Assert.Contains($"`{path.Path}`", readme));
        Assert.All(Fault.All.Select(fault => fault.Stage).Distinct(), stage => Assert.Contains($"`{stage}`", readme));
    }

    /// <summary>Whoever pastes an example has the package and a service, and nothing of this project.</summary>
    [Fact]
    public async Task The_examples_need_nothing_but_the_package_and_the_reader_s_own_service()
    {
        var readme = await File.ReadAllTextAsync(Beside("../../../src/ActorHeartbeat.TestKit/README.md"));
        var words = readme.Split("```csharp\n").Skip(1).SelectMany(block => Regex.Matches(block.Split("```")[0], @"\w+").Select(word => word.Value)).ToHashSet();

        var ours = typeof(ReadmeExamples).Assembly.GetTypes().Concat(typeof(ScriptedNetwork).Assembly.GetTypes().Where(type => !type.IsVisible)).Select(type => type.Name);

        Assert.Equal([nameof(PriceService)], ours.Where(words.Contains).Distinct());
    }

    private static string Beside(string path, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, path);

    private static string Trimmed(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim())).Trim();
}
