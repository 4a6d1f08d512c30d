using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Subscriptions with keys: each is asked for, accepted, refused, and asked for again.</summary>
public class SubscribedKeysTests : SubscriptionSpec
{
    [Fact]
    public void Each_key_is_asked_for_when_the_connection_is_open()
    {
        StartOpen(With(Trades));

        Assert.Equal([Asking("BTC"), Asking("ETH"), Asking("SOL")], SentText);
        Accept("BTC", "ETH", "SOL");
        Assert.Equal((3, 0), (Count(SubscriptionState.Accepted), Count(SubscriptionState.Asked)));
        Advance(600);
        Assert.Equal(3, SentText.Count);
    }

    [Fact]
    public void A_batch_is_one_message_whose_element_is_repeated()
    {
        StartOpen(With(Trades with { Batch = 2 }));

        Assert.Equal(
            [
                """{"op":"subscribe","args":[{"channel":"trades","id":"BTC"},{"channel":"trades","id":"ETH"}]}""",
                Asking("SOL"),
            ],
            SentText);
    }

    [Fact]
    public void A_refused_key_costs_no_other_and_is_asked_for_again_under_backoff()
    {
        StartOpen(With(Trades with { Batch = 3 }));
        Accept("BTC", "SOL");
        Refuse("ETH", "no such thing");

        Assert.Equal((2, 1), (Count(SubscriptionState.Accepted), Count(SubscriptionState.Refused)));
        Advance(0.9);
        Assert.Single(SentText);
        Advance(0.1);
        Assert.Equal(Asking("ETH"), SentText[^1]);
        Refuse("ETH", "no such thing");
        Advance(1.4);
        Assert.Equal(2, SentText.Count);
        Advance(0.1);
        Assert.Equal(3, SentText.Count);
        Accept("ETH");
        Advance(60);
        Assert.Equal((3, 3), (Count(SubscriptionState.Accepted), SentText.Count));
    }

    [Fact]
    public void A_refused_key_may_be_given_up()
    {
        StartOpen(With(Trades with { Then = RefusedKeyAction.Stop }));
        Accept("BTC", "SOL");
        Refuse("ETH", "no such thing");

        Advance(600);

        Assert.Equal((3, 1), (SentText.Count, Count(SubscriptionState.Refused)));
    }

    [Fact]
    public void A_key_without_an_answer_is_asked_for_again()
    {
        StartOpen(With(Trades));
        Accept("BTC", "SOL");

        Advance(5);
        Assert.Equal(1, Count(SubscriptionState.Refused));
        Advance(1);

        Assert.Equal(Asking("ETH"), SentText[^1]);
        Assert.Equal(4, SentText.Count);
    }

    [Fact]
    public void A_key_that_the_peer_ends_is_asked_for_again()
    {
        StartOpen(With(Trades));
        Accept("BTC", "ETH", "SOL");

        Refuse("BTC", "delisted for a moment");
        Assert.Equal((2, 1), (Count(SubscriptionState.Accepted), Count(SubscriptionState.Gone)));
        Refuse("BTC", "the same again changes nothing");
        Advance(1);

        Assert.Equal(Asking("BTC"), SentText[^1]);
    }

    [Fact]
    public void Without_expect_the_first_data_accepts_a_key()
    {
        StartOpen(With(Trades with { Expect = null }));
        Assert.Equal(3, Count(SubscriptionState.Asked));

        Data("ETH");

        Assert.Equal((1, 2), (Count(SubscriptionState.Accepted), Count(SubscriptionState.Asked)));
    }

    [Fact]
    public void Without_expect_and_data_the_sending_accepts_a_key()
    {
        StartOpen(With(Trades with { Expect = null, Data = null }));

        Assert.Equal(3, Count(SubscriptionState.Accepted));
    }

    [Fact]
    public void An_answer_that_names_no_key_accepts_the_batch_that_was_asked_for_first()
    {
        StartOpen(With(Trades with { Batch = 2, Expect = Json("/event", "\"subscribe\"") }));

        Socket.DeliverText("""{"event":"subscribe"}""");
        Settle();

        Assert.Equal((2, 1), (Count(SubscriptionState.Accepted), Count(SubscriptionState.Asked)));
    }

    [Fact]
    public void A_key_that_is_refused_by_its_name_does_not_cost_the_answer_of_its_batch()
    {
        StartOpen(With(Trades with
        {
            Batch = 3,
            Let = Values(("n", "@{counter}")),
            Send = MessageTemplate.Json("""{"id":"@{n}","args":["@{each}"]}"""),
            Expect = Json("/id", "\"@{n}\""),
        }));

        Refuse("SOL", "no such thing"); // the last, by which the answer is known
        Socket.DeliverText("""{"id":1,"result":null}""");
        Settle();

        Assert.Equal((2, 1), (Count(SubscriptionState.Accepted), Count(SubscriptionState.Refused)));
    }

    [Fact]
    public void The_next_connection_begins_with_the_keys_that_the_last_had_not_come_to()
    {
        StartOpen(With(Trades) with { OnOpenPace = new Rate(1, Seconds(1)) });
        Accept("BTC");
        Advance(1);
        Assert.Equal([Asking("BTC"), Asking("ETH")], SentText);

        Lose();

        Assert.Equal([Asking("SOL")], SentText);
        Advance(1);
        Advance(1);
        Assert.Equal([Asking("SOL"), Asking("ETH"), Asking("BTC")], SentText);
    }

    [Fact]
    public void Every_key_becomes_accepted_on_a_line_that_never_lives_long_enough_for_all()
    {
        string[] keys = [.. Enumerable.Range(0, 60).Select(number => $"K{number}")];
        StartOpen(With(Trades with { ForEach = [.. keys] }) with
        {
            OnOpenPace = new Rate(10, Seconds(1)),
            Backoff = Defaults.Backoff with { Multiplier = 1 },
            Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None },
        });
        var accepted = new HashSet<string>();
        var (answered, cuts) = (0, 0);
        for (var tenth = 0; accepted.Count < keys.Length; tenth++)
        {
            foreach (var asking in SentText.Skip(answered).ToArray())
            {
                answered++;
                var key = asking.Split('"')[^2];
                accepted.Add(key);
                Socket.DeliverText($$"""{"event":"subscribe","id":"{{key}}"}""");
            }
            Advance(0.1);
            if (tenth % 20 != 19)
                continue;
            Lose();
            (answered, cuts) = (0, cuts + 1);
            Assert.InRange(cuts, 0, 3); // twenty of them on each
        }
    }

    [Fact]
    public void A_message_that_says_every_key_is_said_again_when_one_changes()
    {
        var all = Trades with { Batch = SubscriptionSettings.WholeBatch };
        StartOpen(With(all));
        Accept("BTC", "ETH", "SOL");

        Reload(With(all with { ForEach = ["BTC", "SOL"] }), ChangeEffect.Live);
        Settle();
        Assert.Equal("""{"op":"subscribe","args":[{"channel":"trades","id":"BTC"},{"channel":"trades","id":"SOL"}]}""", SentText[^1]);
        Reload(Defaults, ChangeEffect.Live);
        Settle();

        Assert.Equal(
            """{"op":"unsubscribe","args":[{"channel":"trades","id":"BTC"},{"channel":"trades","id":"SOL"}]}""", SentText[^1]);
        Assert.Equal(3, SentText.Count);
    }

    [Fact]
    public void A_key_that_was_given_up_is_not_asked_for_again_because_another_one_is_wanted_no_more()
    {
        var all = Trades with { Batch = SubscriptionSettings.WholeBatch, Then = RefusedKeyAction.Stop };
        StartOpen(With(all));
        Refuse("BTC", "no such thing");
        Accept("ETH", "SOL");

        Reload(With(all with { ForEach = ["BTC", "ETH"] }), ChangeEffect.Live);
        Settle();
        Accept("ETH");
        Advance(600);

        Assert.Equal("""{"op":"subscribe","args":[{"channel":"trades","id":"ETH"}]}""", SentText[^1]);
        Assert.Equal((2, 1), (SentText.Count, Count(SubscriptionState.Refused)));
    }

    [Fact]
    public void A_key_that_came_while_the_connection_was_down_is_asked_for_before_those_that_were_accepted()
    {
        StartOpen(With(Trades));
        Accept("BTC", "ETH", "SOL");
        Socket.Lose();
        FishForMessage<StateChanged>(change => change.To == ConnectionState.BackingOff);

        Reload(With(Trades with { ForEach = ["BTC", "ETH", "SOL", "XRP"] }), ChangeEffect.Live);
        Advance(1);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Open);
        Settle();

        Assert.Equal([Asking("XRP"), Asking("BTC"), Asking("ETH"), Asking("SOL")], SentText);
    }

    [Fact]
    public void A_reload_asks_for_new_keys_and_ends_others_on_the_same_connection()
    {
        StartOpen(With(Trades));
        Accept("BTC", "ETH", "SOL");

        Reload(With(Trades with { ForEach = ["SOL", "BTC", "XRP"] }), ChangeEffect.Live);
        Settle();

        Assert.Equal([Cancelling("ETH"), Asking("XRP")], SentText.Skip(3));
        Assert.Equal(1, Network.DialCount);
    }

    [Fact]
    public void Where_the_peer_goes_on_accepted_keys_are_not_asked_for_again()
    {
        var resumes = new DialogueStep(MessageTemplate.Text("resume"), new MessagePattern.Text("resumed"), Seconds(5)) { Resumed = true };
        Start(With(Trades) with { OnOpen = [resumes] });
        Open();
        Accept("BTC", "SOL");
        Socket.PeerClose(1001);
        Advance(1);
        Open();

        Assert.Equal(["resume", Asking("ETH")], SentText);
    }

    [Fact]
    public void A_rule_asks_again_for_the_key_of_its_message_or_for_every_key_that_is_accepted()
    {
        StartOpen(With(Trades) with
        {
            OnMessage =
            [
                new MessageRule { Match = Json("/broken", "true"), Then = RuleAction.Resubscribe },
                new MessageRule { Match = new MessagePattern.Text("lost all"), Then = RuleAction.Resubscribe },
            ],
        });
        Accept("BTC", "ETH");
        Assert.Equal(3, SentText.Count);

        Deliver(["ETH"], key => $$"""{"channel":"trades","id":"{{key}}","broken":true}""");
        Assert.Equal([Cancelling("ETH"), Asking("ETH")], SentText.Skip(3));
        Accept("ETH");
        Deliver(["lost all"], text => text);

        Assert.Equal([Cancelling("BTC"), Asking("BTC")], SentText.Skip(5)); // SOL has no answer yet
        Advance(1.5);
        Assert.Equal([Cancelling("ETH"), Asking("ETH")], SentText.Skip(7)); // it was asked for again a moment ago
    }

    [Fact]
    public void A_key_whose_answer_was_late_is_ended_when_it_is_wanted_no_more_because_the_peer_may_have_it()
    {
        StartOpen(With(Trades));
        Accept("BTC", "SOL");
        Advance(5);
        Assert.Equal(1, Count(SubscriptionState.Refused));
        Refuse("SOL", "over");

        Reload(With(Trades with { ForEach = ["BTC"] }), ChangeEffect.Live);
        Settle();

        Assert.Equal([Cancelling("ETH")], SentText.Skip(3)); // SOL is ended by the peer
    }

    [Fact]
    public void A_key_that_the_peer_accepts_and_ends_in_a_circle_is_asked_for_under_backoff_until_it_has_stood_for_a_while()
    {
        StartOpen(With(Trades with { ForEach = ["BTC"] }));
        foreach (var delay in new[] { 1, 1.5, 2.25 })
        {
            Accept("BTC");
            Refuse("BTC", "over");
            var before = SentText.Count;
            Advance(delay - 0.1);
            Assert.Equal(before, SentText.Count);
            Advance(0.1);
            Assert.Equal(before + 1, SentText.Count);
        }

        Accept("BTC");
        Advance(10);
        Refuse("BTC", "over");
        Advance(1);

        Assert.Equal(5, SentText.Count);
    }

    [Fact]
    public void A_key_whose_answer_was_late_is_accepted_by_it_or_by_its_data()
    {
        StartOpen(With(Trades));
        Advance(5);
        Assert.Equal(3, Count(SubscriptionState.Refused));

        Accept("BTC");
        Data("ETH");
        Advance(60);

        Assert.Equal([Asking("SOL")], SentText.Skip(3).Distinct());
        Assert.Equal(2, Count(SubscriptionState.Accepted));
    }

    [Fact]
    public void Two_subscriptions_with_the_same_refusals_each_hear_their_own()
    {
        var books = Trades with
        {
            ForEach = ["XRP"],
            Data = Both("/channel", "\"books\"", "/id", "\"@{each}\""),
        };
        StartOpen(Defaults with
        {
            Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None },
            Subscriptions = new(
            [
                KeyValuePair.Create("trades", Trades with { ForEach = ["BTC", "XRP"] }), KeyValuePair.Create("books", books),
            ]),
        });
        Accept("BTC");
        Refuse("XRP", "of trades");

        Refuse("XRP", "of books");

        Assert.Equal(
            ["trades/BTC Accepted ", "trades/XRP Refused of trades", "books/XRP Refused of books"],
            Board.Link!.Subscriptions.Show().Select(key => $"{key.Subscription}/{key.Key} {key.State} {key.Reason}"));
    }

    [Fact]
    public void What_does_not_change_the_words_of_a_subscription_asks_for_nothing_again()
    {
        StartOpen(With(Trades));
        Accept("BTC", "ETH");
        Refuse("SOL", "no such thing");

        Reload(
            With(Trades with
            {
                Timeout = Seconds(7),
                Stale = Seconds(30),
                Reason = "/why",
                Batch = 2,
                Cancel = MessageTemplate.Json("""{"end":["@{each}"]}"""),
            }),
            ChangeEffect.Live);
        Advance(0.9);
        Assert.Equal(3, SentText.Count);
        Advance(0.1);
        Accept("SOL");
        Advance(29); // BTC and ETH have no data for as long as is allowed now

        Assert.Equal([Asking("SOL"), """{"end":["BTC","ETH"]}"""], SentText.Skip(3).Take(2));
    }

    [Fact]
    public void Refused_keys_are_asked_for_once_more_when_something_else_is_done_about_them()
    {
        StartOpen(With(Trades with { Then = RefusedKeyAction.Stop }));
        Accept("BTC", "ETH");
        Refuse("SOL", "no such thing");
        Advance(600);

        Reload(With(Trades), ChangeEffect.Live);
        Settle();

        Assert.Equal([Asking("SOL")], SentText.Skip(3));
    }

    [Fact]
    public void In_a_batch_each_key_goes_on_behind_its_own_number()
    {
        var words = Numbered with
        {
            Batch = 3,
            Send = MessageTemplate.Json("""{"op":"subscribe","args":[{"id":"@{each}","after":"@{sequence ?? none}"}]}"""),
        };
        StartOpen(With(words));
        Number("BTC", 7);
        Number("SOL", 9);

        Lose();

        Assert.Equal(
            """{"op":"subscribe","args":[{"id":"BTC","after":7},{"id":"ETH"},{"id":"SOL","after":9}]}""",
            SentText[^1]);
    }

    [Fact]
    public void What_the_peer_keeps_of_a_subscription_without_cancel_is_told()
    {
        StartOpen(With(Trades with { Cancel = null }));
        Accept("BTC", "ETH");
        using var tap = new ConversationTap();
        Plane.Taps.Add(tap);

        Reload(With(Trades with { Cancel = null, ForEach = ["SOL"] }), ChangeEffect.Live);
        Settle();

        Assert.True(tap.Lines.TryRead(out var line));
        Assert.Equal(
            "the peer may keep BTC and 1 more of subscriptions.trades until the connection ends: it has neither cancel nor cancel-http",
            line!.Text);
        Assert.Equal(3, SentText.Count);
    }

    [Fact]
    public void A_key_that_cannot_be_ended_because_its_message_lacks_a_value_is_told()
    {
        StartOpen(With(Trades with
        {
            Capture = Values(("chan", "@{/chanId}")),
            Cancel = MessageTemplate.Json("""{"event":"unsubscribe","chanId":"@{chan}"}"""),
        }));
        Accept("BTC");
        using var tap = new ConversationTap();
        Plane.Taps.Add(tap);

        Reload(With(Trades) with { Subscriptions = ValueMap<SubscriptionSettings>.Empty }, ChangeEffect.Live);
        Settle();

        Assert.True(tap.Lines.TryRead(out var line));
        Assert.StartsWith("the peer may keep BTC of subscriptions.trades until the connection ends: @{chan} of the message", line!.Text);
    }
}
