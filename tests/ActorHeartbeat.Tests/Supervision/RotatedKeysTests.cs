using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>Keys of subscriptions while one connection takes over from another.</summary>
public class RotatedKeysTests : SupervisorSpec
{
    private static readonly EndpointSettings Settings = Rotating("a") with
    {
        MaxAge = Rotating("a").MaxAge! with { ReadyWhen = new MessagePattern.Text("ready") },
        Subscriptions = new([KeyValuePair.Create("trades", new SubscriptionSettings
        {
            ForEach = ["BTC", "ETH", "SOL"],
            Send = MessageTemplate.Text("sub @{each}"),
            Expect = new MessagePattern.Text("ok @{each}"),
            Reject = new MessagePattern.Text("no @{each}"),
        })]),
    };

    [Fact]
    public void Consumers_learn_at_the_take_over_which_keys_stand_otherwise_on_the_new_connection()
    {
        Apply(Settings);
        AwaitStates(("a", "open"));
        var heard = new KeyStates();
        using var listening = Feeds.Find(Id("a"))!.Subscribe(heard);
        var old = Network.Connection(Id("a"));
        Say(old, "ok BTC", "ok ETH", "ok SOL");
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() =>
        {
            Advance(0.1);
            Assert.True(Network.Connection(Id("a")).IsStarted);
        });
        AwaitAssert(() => Assert.Equal(3, Network.Connection(Id("a")).SentText.Count));

        Assert.True(Snapshot("a").Replacement is { IsUp: true });

        Say(Network.Connection(Id("a")), "no BTC", "ok ETH", "ok SOL");
        Say(old, "no ETH");
        AwaitAssert(() => Assert.Equal("trades/ETH gone", heard.Heard[^1]));
        Say(Network.Connection(Id("a")), "ready");

        AwaitAssert(() => Assert.True(old.IsEnded));
        Assert.Null(Snapshot("a").Replacement);
        Assert.Equal(
            ["trades/BTC accepted", "trades/ETH accepted", "trades/SOL accepted", "trades/ETH gone"], heard.Heard.Take(4));
        Assert.Equal(["trades/BTC refused", "trades/ETH accepted"], heard.Heard.Skip(4).Order());
    }

    [Fact]
    public void A_connection_is_replaced_when_the_next_one_has_its_keys()
    {
        Apply(Settings);
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        Say(old, "ok BTC", "ok ETH");
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() =>
        {
            Advance(0.1);
            Assert.Equal(3, Network.Connection(Id("a")).SentText.Count);
        });
        Say(Network.Connection(Id("a")), "ready", "ok BTC");
        for (var second = 0; second < 3; second++)
            Advance(1);
        Assert.False(old.IsEnded);

        Say(Network.Connection(Id("a")), "ok ETH"); // the old one has no answer about SOL either

        AwaitAssert(() =>
        {
            Advance(0.1);
            Assert.True(old.IsEnded);
        });
    }

    [Fact]
    public void A_key_that_was_refused_but_has_data_is_asked_for_before_the_next_connection_takes_over()
    {
        var words = Settings.Subscriptions["trades"] with { Data = new MessagePattern.Text("data @{each}"), Then = RefusedKeyAction.Stop };
        Apply(Settings with { Subscriptions = new([KeyValuePair.Create("trades", words)]) });
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        Say(old, "no BTC", "ok ETH", "ok SOL");
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() =>
        {
            Advance(0.1);
            Assert.Equal(["sub ETH", "sub SOL"], Network.Connection(Id("a")).SentText);
        });
        Advance(10);
        Say(old, "data BTC"); // the refusal was of something else
        Say(Network.Connection(Id("a")), "ready", "ok ETH", "ok SOL");

        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal(["sub ETH", "sub SOL", "sub BTC"], Network.Connection(Id("a")).SentText);
        });
        Assert.False(old.IsEnded);
    }

    [Fact]
    public void Consumers_learn_which_keys_are_still_to_be_asked_for_when_the_next_connection_cannot_wait_for_them_any_longer()
    {
        var words = Settings.Subscriptions["trades"] with { Expect = null, Reject = null }; // sending accepts
        Apply(Settings with
        {
            MaxAge = Settings.MaxAge! with { Age = TimeSpan.FromHours(10) },
            OnOpenPace = new Rate(1, TimeSpan.FromMinutes(6)),
            Subscriptions = new([KeyValuePair.Create("trades", words)]),
        });
        AwaitStates(("a", "open"));
        var heard = new KeyStates();
        using var listening = Feeds.Find(Id("a"))!.Subscribe(heard);
        var old = Network.Connection(Id("a"));
        AwaitAssert(() =>
        {
            Advance(60);
            Assert.Equal(3, old.SentText.Count);
        });
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        Advance(1);
        Say(Network.Connection(Id("a")), "ready");
        for (var minute = 0; minute < 9; minute++)
            Advance(60);
        Assert.False(old.IsEnded);

        AwaitAssert(() =>
        {
            Advance(10);
            Assert.True(old.IsEnded);
        });
        AwaitAssert(() => Assert.Equal("trades/SOL wanted", heard.Heard[^1]));
    }

    [Fact]
    public void A_number_of_a_key_that_was_added_to_both_connections_is_delivered_once()
    {
        var numbered = Settings.Subscriptions["trades"] with
        {
            Data = new MessagePattern.Json([new JsonExpectation("/id", "\"@{each}\"")]),
            Sequence = new SequenceSettings(["/n"]) { Step = 1 },
        };
        Apply(Settings with { Subscriptions = new([KeyValuePair.Create("trades", numbered)]) });
        AwaitStates(("a", "open"));
        var heard = new Texts();
        using var listening = Feeds.Find(Id("a"))!.Subscribe(heard);
        var old = Network.Connection(Id("a"));
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() =>
        {
            Advance(0.1);
            Assert.Equal(3, Network.Connection(Id("a")).SentText.Count);
        });
        var next = Network.Connection(Id("a"));
        Command(new SubscribeTo(Id("a"), "trades", "XRP"));
        AwaitAssert(() => Assert.Equal(["sub XRP", "sub XRP"], new[] { old, next }.Select(each => each.SentText[^1])));

        Say(next, """{"id":"XRP","n":310}""");
        Say(old, """{"id":"XRP","n":310}""", """{"id":"XRP","n":311}""");
        Say(next, """{"id":"XRP","n":311}""", """{"id":"XRP","n":312}""");

        Assert.Equal(["""{"id":"XRP","n":310}""", """{"id":"XRP","n":311}""", """{"id":"XRP","n":312}"""], heard.Heard);
    }

    private static void Say(ScriptedConnection connection, params string[] texts)
    {
        foreach (var text in texts)
            connection.DeliverText(text);
    }

    private sealed class Texts : IFeedHandler
    {
        public List<string> Heard { get; } = [];

        public void OnEvent(in FeedEvent feedEvent)
        {
            if (feedEvent.IsMessage)
                Heard.Add(Encoding.UTF8.GetString(feedEvent.Payload.Span));
        }
    }

    private sealed class KeyStates : IFeedHandler
    {
        public List<string> Heard { get; } = [];

        public void OnEvent(in FeedEvent feedEvent)
        {
            if (feedEvent.KeyState is { } state)
                Heard.Add($"{feedEvent.Subscription} {state.State}");
        }
    }
}
