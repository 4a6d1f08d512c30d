using ActorHeartbeat.Feeds;
using static ActorHeartbeat.Tests.Feeds.FeedFixture;

namespace ActorHeartbeat.Tests.Feeds;

public sealed class DuplicateTests
{
    private readonly FeedFixture _fixture = new();

    private Feed Feed => _fixture.Feed;

    [Fact]
    public void A_message_that_the_other_connection_brought_during_a_rotation_is_left_out()
    {
        var subscription = _fixture.Subscribe();
        var old = Feed.Begin("/id");
        Publish(old, """{"id":1}""");
        var replacement = Feed.Begin("/id");

        Publish(old, """{"id":2}""");
        Publish(replacement, """{"id":2}""", """{"id":3}""");
        Publish(old, """{"id":3}""", """{"id":4}""");
        old.End("rotated");
        Publish(replacement, """{"id":4}""", """{"id":5}""");

        Assert.Equal(
            ["1 text {\"id\":1}", "2 text {\"id\":2}", "3 text {\"id\":3}", "4 text {\"id\":4}", "5 text {\"id\":5}"],
            ReadAll(subscription));
        Assert.Equal(3, Feed.Duplicates);
    }

    [Fact]
    public void A_message_that_the_old_connection_brings_while_the_new_one_is_dialed_is_left_out_of_the_new_one()
    {
        var subscription = _fixture.Subscribe();
        var old = Feed.Begin("/id");
        Feed.ExpectAnother("/id");
        Publish(old, """{"id":1}""");

        var replacement = Feed.Begin("/id");
        Publish(replacement, """{"id":1}""", """{"id":2}""");
        Publish(old, """{"id":2}""");

        Assert.Equal(["1 text {\"id\":1}", "2 text {\"id\":2}"], ReadAll(subscription));
    }

    [Fact]
    public void A_connection_that_was_expected_and_does_not_come_is_forgotten_ten_seconds_later()
    {
        var subscription = _fixture.Subscribe();
        var old = Feed.Begin("/id");
        Feed.ExpectAnother("/id");
        Publish(old, """{"id":1}""");
        Feed.ExpectNoOther();

        _fixture.Time.Advance(TimeSpan.FromSeconds(11));
        Publish(Feed.Begin(), """{"id":1}""");

        Assert.Equal(2, ReadAll(subscription).Count(line => line.Contains("text", StringComparison.Ordinal)));
    }

    [Fact]
    public void Repetitions_of_one_connection_and_messages_without_a_key_are_delivered()
    {
        var subscription = _fixture.Subscribe();
        var old = Feed.Begin("/id");
        var replacement = Feed.Begin("/id");

        Publish(old, """{"id":1}""", """{"id":1}""", "no json", "{}");
        Publish(replacement, "no json", "{}");

        Assert.Equal(6, ReadAll(subscription).Length);
    }

    [Fact]
    public void The_window_closes_ten_seconds_after_the_rotation()
    {
        var subscription = _fixture.Subscribe();
        var old = Feed.Begin("/id");
        var replacement = Feed.Begin("/id");
        Publish(old, "{\"id\":1}");
        replacement.Opened();
        old.End("rotated");

        _fixture.Time.Advance(TimeSpan.FromSeconds(10));
        Publish(replacement, "{\"id\":1}");
        _fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Publish(replacement, "{\"id\":1}");

        Assert.Equal(2, ReadAll(subscription).Length);
        Assert.Equal(1, Feed.Duplicates);
    }

    [Theory]
    [InlineData("/id", """{"a":{"id":9},"id":7}""", "7")]
    [InlineData("/id", """{"id":"x y"}""", "\"x y\"")]
    [InlineData("/data/0/t", """{"skip":[1,{"t":0}],"data":[{"t":5},{"t":6}]}""", "5")]
    [InlineData("/data/1/t", """{"data":[[{"t":0}],{"t":6}]}""", "6")]
    [InlineData("/a~1b/m~0n", """{"a/b":{"m~n":true}}""", "true")]
    [InlineData("/key", """{"key":{"x":[1,2]},"z":0}""", """{"x":[1,2]}""")]
    [InlineData("", """ [1,2]""", "[1,2]")]
    [InlineData("/data/2", """{"data":[1,2]}""", null)]
    [InlineData("/data/x", """{"data":[1,2]}""", null)]
    [InlineData("/id/x", """{"id":1}""", null)]
    [InlineData("/id", """{"idx":1}""", null)]
    [InlineData("/id", """{"id":""", null)]
    [InlineData("/id", "", null)]
    public void A_key_is_the_value_a_pointer_leads_to_as_written(string pointer, string json, string? key) =>
        Assert.Equal(key, new MessageKey(pointer).Of(System.Text.Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_malformed_pointer_is_refused() => Assert.Throws<ArgumentException>(() => new MessageKey("id"));
}
