using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>Keys of subscriptions that are added while an endpoint runs.</summary>
public class AddedKeysTests
{
    private static readonly EndpointSettings Endpoint = new()
    {
        Id = new EndpointId("feed"),
        Url = new Uri("wss://feed.example.com"),
        Subscriptions = new([new("trades", new SubscriptionSettings { ForEach = ["BTC"], Send = MessageTemplate.Text("@{each}") })]),
    };

    private readonly AddedKeys _added = new();

    [Fact]
    public void They_stand_behind_those_of_the_settings_each_once()
    {
        Assert.Null(_added.Add(Endpoint, "trades", "ETH"));
        Assert.Null(_added.Add(Endpoint, "trades", "ETH"));
        Assert.Null(_added.Add(Endpoint, "trades", "BTC"));

        Assert.Equal(["BTC", "ETH"], _added.Over(Endpoint).Subscriptions["trades"].ForEach);
    }

    [Fact]
    public void A_key_that_the_settings_come_to_have_stays_once_and_one_that_was_added_stays()
    {
        _added.Add(Endpoint, "trades", "ETH");
        _added.Add(Endpoint, "trades", "SOL");
        var reloaded = Endpoint with
        {
            Subscriptions = new([new("trades", Endpoint.Subscriptions["trades"] with { ForEach = ["ETH"] })]),
        };

        Assert.Equal(["ETH", "SOL"], _added.Over(reloaded).Subscriptions["trades"].ForEach);
    }

    [Fact]
    public void Without_any_the_settings_are_the_same_object() => Assert.Same(Endpoint, _added.Over(Endpoint));

    [Theory]
    [InlineData("trades", "BTC", "trades/BTC stands in the configuration; take it out of for-each there")]
    [InlineData("trades", "XRP", "feed has no key trades/XRP")]
    [InlineData("books", "BTC", "feed has no subscription books; it has trades")]
    public void What_was_not_added_is_not_taken_away(string subscription, string key, string why) =>
        Assert.Equal(why, _added.Remove(Endpoint, subscription, key));

    [Fact]
    public void An_unknown_subscription_an_empty_key_and_one_too_many_are_refused()
    {
        Assert.Equal("feed has no subscription books; it has trades", _added.Add(Endpoint, "books", "BTC"));
        Assert.Equal("a key of a subscription is not empty", _added.Add(Endpoint, "trades", ""));
        for (var number = 0; number < AddedKeys.Most; number++)
            Assert.Null(_added.Add(Endpoint, "trades", $"K{number}"));

        Assert.Equal("10000 keys were added to feed already", _added.Add(Endpoint, "trades", "one more"));
        Assert.Null(_added.Remove(Endpoint, "trades", "K0"));
        Assert.Null(_added.Add(Endpoint, "trades", "one more"));
    }
}
