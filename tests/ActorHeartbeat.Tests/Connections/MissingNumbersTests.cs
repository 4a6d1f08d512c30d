using System.Buffers;
using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>A gap of numbers has them as fields, and any other gap has none.</summary>
public class MissingNumbersTests : SubscriptionSpec
{
    private static readonly SequenceSettings ByOne = new(["/n"]) { Step = 1 };

    [Theory]
    [InlineData(1, 10, 9, 9)]
    [InlineData(1, 11, 9, 10)]
    [InlineData(5, 28, 13, 23)]
    [InlineData(5, 29, 13, 28)]
    public void A_gap_of_a_key_has_the_numbers_that_are_missing(int step, int next, long from, long to)
    {
        StartOpen(With(Trades with { Sequence = ByOne with { Step = step } }));
        var gaps = new Gaps();
        using var listening = Plane.Feed.Subscribe(gaps);

        Number("BTC", 8);
        Number("BTC", next);

        Assert.Equal([("trades/BTC", new MissingNumbers(from, to))], gaps.Heard);
        Assert.EndsWith(
            $"\"durationSeconds\":0,\"numbers\":{{\"from\":{from},\"to\":{to}}}}}}}", Assert.Single(gaps.Json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"4\"")]
    [InlineData("4.0")]
    [InlineData("40e-1")]
    [InlineData("\"\\u0034\"")]
    public void A_number_may_be_written_as_a_text_or_with_a_fraction_of_zero(string four)
    {
        StartOpen(With(Trades with { Sequence = ByOne }));
        var gaps = new Gaps();
        using var listening = Plane.Feed.Subscribe(gaps);

        Number("BTC", 3);
        Socket.DeliverText($$"""{"channel":"trades","id":"BTC","n":{{four}}}""");
        Number("BTC", 5);
        Assert.Empty(gaps.Heard);
        Number("BTC", 7);

        Assert.Equal([("trades/BTC", new MissingNumbers(6, 6))], gaps.Heard);
    }

    [Fact]
    public void Data_without_a_number_are_told_once()
    {
        using var tap = new ConversationTap();
        StartOpen(With(Trades with { Sequence = ByOne }));
        Plane.Taps.Add(tap);

        Socket.DeliverText("""{"channel":"trades","id":"BTC","n":4.5}""");
        Data("ETH");

        var told = new List<string>();
        while (tap.Lines.TryRead(out var line))
            told.Add(line.Text);
        Assert.Single(told, text => text.Contains("no whole number", StringComparison.Ordinal));
        Assert.Contains("a message of trades/BTC has no whole number at /n; the next ones are not told", told);
    }

    [Fact]
    public void Numbers_that_go_back_are_a_gap_without_numbers()
    {
        StartOpen(With(Numbered));
        var gaps = new Gaps();
        using var listening = Plane.Feed.Subscribe(gaps);
        Number("BTC", 7);
        Lose();

        Number("BTC", 3);

        Assert.Equal((null, null), gaps.Heard[0]); // the connection was lost
        Assert.Equal(("trades/BTC", null), gaps.Heard[1]);
        Assert.All(gaps.Json, json => Assert.DoesNotContain("numbers\"", json, StringComparison.Ordinal));
    }

    [Fact]
    public void A_gap_of_the_endpoint_has_the_numbers_that_are_missing()
    {
        StartOpen(Defaults with { Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None }, Sequence = ByOne });
        var gaps = new Gaps();
        using var listening = Plane.Feed.Subscribe(gaps);

        Socket.DeliverText("""{"n":2}""");
        Socket.DeliverText("""{"n":5}""");

        Assert.Equal([(null, new MissingNumbers(3, 4))], gaps.Heard);
    }

    private sealed class Gaps : IFeedHandler
    {
        public List<(string? Key, MissingNumbers? Numbers)> Heard { get; } = [];

        public List<string> Json { get; } = [];

        public void OnEvent(in FeedEvent feedEvent)
        {
            if (feedEvent.Gap is not { } gap)
                return;
            Heard.Add((feedEvent.Subscription, gap.Numbers));
            var buffer = new ArrayBufferWriter<byte>();
            using var json = FeedEventJson.CreateWriter(buffer);
            FeedEventJson.Write(json, feedEvent);
            json.Flush();
            Json.Add(Encoding.UTF8.GetString(buffer.WrittenSpan));
        }
    }
}
