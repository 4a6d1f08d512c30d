using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Tests.Feeds;

/// <summary>Events carry the key of a subscription that they are about, and a reader may ask for some of them alone.</summary>
public class SubscriptionFilterTests
{
    private readonly FeedFixture _fixture = new();
    private readonly FeedWriter _writer;

    public SubscriptionFilterTests() => _writer = _fixture.Feed.Begin();

    [Fact]
    public void A_message_carries_its_key_and_one_without_carries_none()
    {
        using var all = _fixture.Subscribe();
        Publish("trades/BTC", "a");
        Publish(null, "b");

        Assert.Equal("trades/BTC", FeedFixture.Next(all).Subscription);
        Assert.Null(FeedFixture.Next(all).Subscription);
    }

    [Theory]
    [InlineData("trades/BTC", "1 text a")]
    [InlineData("trades", "1 text a,2 text b")]
    [InlineData("trades/B", "")]
    [InlineData("book", "3 text c")]
    public void A_reader_gets_what_it_has_asked_for_and_no_gap_for_the_rest(string wanted, string expected)
    {
        using var some = _fixture.Subscribe(FeedFixture.Quiet with { Subscriptions = [wanted] });
        Publish("trades/BTC", "a");
        Publish("trades/ETH", "b");
        Publish("book/BTC", "c");
        Publish(null, "d");

        Assert.Equal(expected, string.Join(",", FeedFixture.ReadAll(some)));
    }

    [Theory]
    [InlineData("trades/BTC", "1 text a")]
    [InlineData("trades/BTC/USD", "2 text b")]
    [InlineData("trades/", "3 text c")]
    [InlineData("trades//", "4 text d")]
    [InlineData("trades", "1 text a,2 text b,3 text c,4 text d")]
    public void A_key_with_slashes_is_told_from_one_that_it_begins_with(string wanted, string expected)
    {
        using var some = _fixture.Subscribe(FeedFixture.Quiet with { Subscriptions = [wanted] });
        Publish("trades/BTC", "a");
        Publish("trades/BTC/USD", "b");
        Publish("trades/", "c");
        Publish("trades//", "d");

        Assert.Equal(expected, string.Join(",", FeedFixture.ReadAll(some)));
    }

    [Fact]
    public void What_is_lost_of_the_wanted_is_a_gap_and_what_is_lost_of_the_rest_is_none()
    {
        using var some = _fixture.Subscribe(FeedFixture.Quiet with { Subscriptions = ["trades/BTC"], Capacity = 2 });
        Publish("trades/BTC", "a");
        for (var number = 0; number < 10; number++)
            Publish("trades/ETH", "no");
        Publish("trades/BTC", "b");
        Assert.Equal(["1 text a", "12 text b"], FeedFixture.ReadAll(some));

        foreach (var text in (string[])["c", "d", "e"])
            Publish("trades/BTC", text);

        Assert.Equal(["13-13 gap Overflow", "14 text d", "15 text e"], FeedFixture.ReadAll(some));
    }

    [Fact]
    public void Who_resumes_gets_what_it_has_asked_for()
    {
        using var first = _fixture.Subscribe();
        Publish("trades/BTC", "a");
        Publish("trades/ETH", "b");
        Publish("trades/BTC", "c");

        using var some = _fixture.Subscribe(
            FeedFixture.Quiet with { Subscriptions = ["trades/BTC"], Resume = ResumePoint.Oldest });
        Publish("trades/ETH", "d");
        Publish("trades/BTC", "e");

        Assert.Equal(["1 text a", "3 text c", "5 text e"], FeedFixture.ReadAll(some));
    }

    [Fact]
    public void What_becomes_of_a_key_is_told_to_those_who_ask_for_it()
    {
        using var btc = _fixture.Subscribe(FeedFixture.Quiet with { Subscriptions = ["trades/BTC"] });
        using var eth = _fixture.Subscribe(FeedFixture.Quiet with { Subscriptions = ["trades/ETH"] });

        _writer.TellKey("trades/BTC", new FeedKeyState("refused", "no such thing", TimeSpan.FromSeconds(3)));

        var told = FeedFixture.Next(btc);
        Assert.Equal((FeedEventType.Subscription, "trades/BTC", "refused"), (told.Type, told.Subscription, told.KeyState!.State));
        Assert.Contains(
            """
            "type":"subscription","subscription":"trades/BTC","state":"refused","cause":"no such thing","retryInSeconds":3
            """,
            JsonOf(told));
        Assert.Empty(FeedFixture.ReadAll(eth));
    }

    private static string JsonOf(in FeedEvent told)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using var json = FeedEventJson.CreateWriter(buffer);
        FeedEventJson.Write(json, told);
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void Publish(string? key, string text)
    {
        var source = key is null ? _writer.Source : _writer.Of(key);
        Assert.True(_writer.PublishAsync(MessageKind.Text, Encoding.UTF8.GetBytes(text), source).IsCompletedSuccessfully);
    }
}
