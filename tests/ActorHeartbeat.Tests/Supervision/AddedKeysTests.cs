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

    private static readonly CommandResult Accepted = new(CommandOutcome.Accepted);

    private readonly AddedKeys _added = new();

    [Fact]
    public void They_stand_behind_those_of_the_settings_each_once()
    {
        Assert.Equal(Accepted, _added.Add(Endpoint, "trades", "ETH"));
        Assert.Equal(Accepted with { Why = "trades/ETH was added before" }, _added.Add(Endpoint, "trades", "ETH"));

        Assert.Equal(["BTC", "ETH"], _added.Over(Endpoint).Subscriptions["trades"].ForEach);
    }

    [Fact]
    public void A_key_that_the_settings_have_stays_where_they_drop_it_and_is_not_taken_away_before()
    {
        Assert.Equal(
            Accepted with
            {
                Why = "the configuration declares trades/BTC already; from now on it stays where that drops it, too",
            },
            _added.Add(Endpoint, "trades", "BTC"));
        Assert.Equal(
            new CommandResult(
                CommandOutcome.Refused,
                "the configuration declares trades/BTC; take it out of for-each there, and then remove it here: it was added at runtime, "
                    + "too"),
            _added.Remove(Endpoint, "trades", "BTC"));
        Assert.Equal(["BTC"], _added.Over(Endpoint).Subscriptions["trades"].ForEach);

        var dropped = Endpoint with
        {
            Subscriptions = new([new("trades", Endpoint.Subscriptions["trades"] with { ForEach = [] })]),
        };
        Assert.Equal(["BTC"], _added.Over(dropped).Subscriptions["trades"].ForEach);
        Assert.Equal(Accepted, _added.Remove(dropped, "trades", "BTC"));

        Assert.Equal([], _added.Over(dropped).Subscriptions["trades"].ForEach);
    }

    [Fact]
    public void A_key_of_a_subscription_that_the_settings_have_dropped_is_taken_away()
    {
        _added.Add(Endpoint, "trades", "ETH");

        Assert.Equal(Accepted, _added.Remove(Endpoint with { Subscriptions = ValueMap<SubscriptionSettings>.Empty }, "trades", "ETH"));
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
    [InlineData("trades", "BTC", CommandOutcome.Refused, "the configuration declares trades/BTC; take it out of for-each there")]
    [InlineData("trades", "XRP", CommandOutcome.Unknown, "feed has no key trades/XRP")]
    [InlineData("trades", "a\nb", CommandOutcome.Unknown, "feed has no key trades/a\\nb")]
    [InlineData("trades", "", CommandOutcome.Invalid, "a key of a subscription is not empty")]
    [InlineData("trades", null, CommandOutcome.Invalid, "a key of a subscription is not empty")]
    [InlineData("books", "BTC", CommandOutcome.Unknown, "feed has no subscription books; it has trades")]
    public void What_was_not_added_is_not_taken_away(string subscription, string? key, CommandOutcome outcome, string why) =>
        Assert.Equal(new CommandResult(outcome, why), _added.Remove(Endpoint, subscription, key!));

    [Theory]
    [InlineData("books", "BTC", CommandOutcome.Unknown, "feed has no subscription books; it has trades")]
    [InlineData("trades", "", CommandOutcome.Invalid, "a key of a subscription is not empty")]
    [InlineData("trades", null, CommandOutcome.Invalid, "a key of a subscription is not empty")]
    [InlineData(
        "trades",
        "@{env.HOME}",
        CommandOutcome.Invalid,
        "a key is the same text each time; it has no placeholders, and @{each} stands for it in send")]
    public void What_is_no_key_of_a_subscription_is_not_added(string subscription, string? key, CommandOutcome outcome, string why)
    {
        Assert.Equal(new CommandResult(outcome, why), _added.Add(Endpoint, subscription, key!));

        Assert.Empty(_added.All);
    }

    [Fact]
    public void One_too_many_is_refused()
    {
        for (var number = 0; number < AddedKeys.Most; number++)
            Assert.Equal(Accepted, _added.Add(Endpoint, "trades", $"K{number}"));

        Assert.Equal(
            new CommandResult(CommandOutcome.Refused, "10000 keys were added to feed already"), _added.Add(Endpoint, "trades", "one more"));
        Assert.Equal(Accepted, _added.Remove(Endpoint, "trades", "K0"));
        Assert.Equal(Accepted, _added.Add(Endpoint, "trades", "one more"));
    }
}
