using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.TestKit;
using Akka.Hosting;
using Microsoft.Extensions.Hosting;

namespace ActorHeartbeat.Samples;

/// <summary>The README's example of embedding the library. Another test checks that the README shows these lines.</summary>
public sealed class EmbeddingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_service_embeds_the_supervisor_and_reads_on_over_a_cut()
    {
        await using var server = await FeedServer.StartAsync();
        var url = server.UrlOf(FeedPath.Ticker, "btc-trades", "rate=100").ToString();
        var texts = new List<string>();
        string[] args = [];

        var builder = Host.CreateApplicationBuilder(args);
        var feeds = new FeedRegistry(TimeProvider.System);
        builder.Services.AddAkka("prices", akka => akka.WithConnectionSupervisor(options =>
        {
            options.Feeds = feeds;
            options.Add("btc-trades", url);
        }));
        builder.Services.AddConnectionsClient();

        using var host = builder.Build();
        await host.StartAsync();
        using var deadline = new CancellationTokenSource(2 * Patience);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var reading = ReadAsync(feeds, texts, enough.Token);
        while (feeds.Find(new EndpointId("btc-trades")) is not { MessagesIn: > 5 })
            await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token); // the server sends before this side is open
        server.Faults.Cut(FaultTarget.Client("btc-trades"));
        await server.WaitUntilAsync(now => now.Client("btc-trades") is { Connection: 2 }, Patience);
        var ticks = server.History("btc-trades").Ticks;
        await server.WaitUntilAsync(now => now.History("btc-trades").Ticks > ticks + 5, Patience);
        while (feeds.Find(new EndpointId("btc-trades"))!.Gaps == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token); // a real socket, in real time
        await host.StopAsync();
        await enough.CancelAsync();
        await reading;

        Assert.Single(texts, text => text.StartsWith("missed", StringComparison.Ordinal));
        Assert.Equal(1, server.PeakConnections("btc-trades"));
    }

    private static async Task ReadAsync(FeedRegistry feeds, List<string> texts, CancellationToken stopping)
    {
        try
        {
            await foreach (var feedEvent in feeds.Subscribe(new EndpointId("btc-trades")).WithCancellation(stopping))
            {
                if (feedEvent.Type == FeedEventType.Text)
                    texts.Add(Encoding.UTF8.GetString(feedEvent.Payload.Span));
                else if (feedEvent.Type == FeedEventType.Gap)
                    texts.Add($"missed {feedEvent.FirstSeq}-{feedEvent.Seq}");
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
