using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Subscriptions;

/// <summary>What many keys take: nothing else runs beside it, and the least of several turns counts.</summary>
[Collection(nameof(KeyMemoryTests))]
public class KeyMemoryTests
{
    private const int Keys = 10_000;

    private static readonly SubscriptionSettings Words = new()
    {
        ForEach = [.. Enumerable.Range(0, Keys).Select(number => $"K{number}-USDT")],
        Send = MessageTemplate.Json("""{"op":"subscribe","args":[{"channel":"trades","instId":"@{each}"}]}"""),
        Cancel = MessageTemplate.Json("""{"op":"unsubscribe","args":[{"channel":"trades","instId":"@{each}"}]}"""),
        Expect = Both("/event", "subscribe"),
        Reject = Both("/event", "error"),
        Reason = "/msg",
        Data = Both("/arg/channel", "trades"),
        Stale = TimeSpan.FromSeconds(30),
        Sequence = new SequenceSettings(["/data/0/seqId"]) { Step = 1, OnGap = SequenceGapAction.Resubscribe },
    };

    [Fact]
    public void An_idle_key_with_numbered_data_takes_less_than_200_bytes()
    {
        var least = double.MaxValue;
        for (var turn = 0; turn < 3; turn++)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var table = Accepted();
            least = Math.Min(least, (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Keys);
            Assert.Equal(Keys, table.Books.Single().Keys.Count(key => key.State == SubscriptionState.Accepted));
        }
        Assert.InRange(least, 80, 199);
    }

    /// <summary>All keys are accepted, and each has had data.</summary>
    private static SubscriptionTable Accepted()
    {
        var settings = new EndpointSettings
        {
            Id = new EndpointId("feed"),
            Url = new Uri("ws://feed.test/"),
            Subscriptions = new([KeyValuePair.Create("trades", Words)]),
        };
        var table = new SubscriptionTable(settings, new PlainValues(), () => 0, before: null);
        var source = FeedSource.Of("run-1", settings.Id, 1).About("trades");
        table.Open(TimeSpan.Zero, resumed: false);
        while (table.TakeAsking(TimeSpan.Zero) is { } asking)
            table.Asked(asking, new LetBlock(ValueMap<ValueTemplate>.Empty, outer: null), TimeSpan.Zero);
        foreach (var key in Words.ForEach)
        {
            Hear($$$"""{"event":"subscribe","arg":{"channel":"trades","instId":"{{{key}}}"}}""");
            var heard = Hear($$$"""{"arg":{"channel":"trades","instId":"{{{key}}}"},"data":[{"seqId":7}]}""");
            Assert.Equal(7, heard.Number);
            heard.Key!.Source = source.OfKey(key); // as a connection does
            heard.Key.LastNumber = 7;
        }
        Assert.Equal(Keys, table.TakeNews().Count);
        return table;

        SubscriptionHeard Hear(string message) => table.Hear(Encoding.UTF8.GetBytes(message), TimeSpan.Zero);
    }

    private static MessagePattern Both(string pointer, string value) => new MessagePattern.Json(
        [new JsonExpectation(pointer, $"\"{value}\""), new JsonExpectation("/arg/instId", "\"@{each}\"")]);
}

[CollectionDefinition(nameof(KeyMemoryTests), DisableParallelization = true)]
public class KeyMemoryCollection;
