using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Subscriptions with keys: each is asked for, accepted, refused, and asked for again.</summary>
public class SubscribedKeysTests : ConnectionSpec
{
    private static readonly SubscriptionSettings Trades = new()
    {
        ForEach = ["BTC", "ETH", "SOL"],
        Send = MessageTemplate.Json("""{"op":"subscribe","args":[{"channel":"trades","id":"@{each}"}]}"""),
        Cancel = MessageTemplate.Json("""{"op":"unsubscribe","args":[{"channel":"trades","id":"@{each}"}]}"""),
        Expect = Both("/event", "\"subscribe\"", "/id", "\"@{each}\""),
        Reject = Both("/event", "\"error\"", "/id", "\"@{each}\""),
        Reason = "/msg",
        Data = Both("/channel", "\"trades\"", "/id", "\"@{each}\""),
    };

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
    public void An_answer_is_known_by_the_number_of_its_question()
    {
        StartOpen(With(Trades with
        {
            Batch = 2,
            Let = Values(("n", "@{counter}")),
            Send = MessageTemplate.Json("""{"id":"@{n}","args":["@{each}"]}"""),
            Expect = Json("/id", "\"@{n}\""),
        }));
        Assert.Equal(["""{"id":1,"args":["BTC","ETH"]}""", """{"id":2,"args":["SOL"]}"""], SentText);

        Socket.DeliverText("""{"id":2,"result":null}""");
        Settle();

        Assert.Equal((1, 2), (Count(SubscriptionState.Accepted), Count(SubscriptionState.Asked)));
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
    public void What_the_answer_gives_is_what_data_are_known_by()
    {
        StartOpen(With(Trades with
        {
            Capture = Values(("chan", "@{/chanId}")),
            Data = Json("/0", "\"@{chan}\""),
            Cancel = MessageTemplate.Json("""{"event":"unsubscribe","chanId":"@{chan}"}"""),
            Stale = Seconds(30),
        }));
        Socket.DeliverText("""{"event":"subscribe","id":"BTC","chanId":17}""");
        Socket.DeliverText("""{"event":"subscribe","id":"ETH","chanId":18}""");
        Socket.DeliverText("""{"event":"subscribe","id":"SOL","chanId":19}""");
        Advance(20);
        Socket.DeliverText("[17,1.5]");
        Socket.DeliverText("[19,1.5]");
        Advance(10);

        Assert.Equal(["""{"event":"unsubscribe","chanId":18}""", Asking("ETH")], SentText.Skip(3).Where(text => !text.Contains("ping")));
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
    public void A_key_without_data_is_asked_for_again_alone()
    {
        StartOpen(With(Trades with { Stale = Seconds(30) }));
        Accept("BTC", "ETH", "SOL");
        Advance(25);
        Data("BTC", "SOL");
        Advance(5);

        Assert.Equal([Cancelling("ETH"), Asking("ETH")], SentText.Skip(3));
        Accept("ETH");
        Assert.Equal((2, 1), (Count(SubscriptionState.Accepted), Count(SubscriptionState.Stale)));
        Data("ETH");
        Assert.Equal(3, Count(SubscriptionState.Accepted));
    }

    [Fact]
    public void A_key_that_stays_without_data_replaces_the_connection_and_then_ends_it()
    {
        StartOpen(With(Trades with { ForEach = ["BTC"], Stale = Seconds(30) }));
        Accept("BTC");
        Advance(30); // asked for again
        Accept("BTC");
        Advance(30);
        Advance(0);
        Supervisor.ExpectMsg<RotationDue>();
        Advance(30);

        Assert.Contains("no data of trades/BTC for 30 s", ExpectBackingOff(CauseKind.DataIdle).Cause!.Detail);
    }

    [Fact]
    public void A_new_connection_knows_what_was_done_about_a_key_in_vain()
    {
        StartOpen(With(Trades with { ForEach = ["BTC"], Stale = Seconds(30) }));
        Accept("BTC");
        Advance(30); // asked for again
        Accept("BTC");
        Advance(30); // replaced: nobody does it here
        Lose();
        Accept("BTC");
        Advance(30);
        Assert.Contains("no data of trades/BTC for 30 s", ExpectBackingOff(CauseKind.DataIdle).Cause!.Detail);
        Advance(1.5);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Open);
        Accept("BTC");

        Advance(30);
        Advance(0);

        Assert.Equal([Asking("BTC"), Cancelling("BTC"), Asking("BTC")], SentText); // asked for again, and nothing more
        Assert.Equal(1, Count(SubscriptionState.Asked));
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
    public void Consumers_learn_the_key_of_a_message_and_what_becomes_of_keys()
    {
        Start(With(Trades));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Accept("BTC");
        Data("BTC");
        Data("XRP"); // nobody has asked for it
        Refuse("ETH", "no such thing");
        Accept("SOL");
        Refuse("SOL", "over");

        Assert.Equal(
            [
                "trades/BTC accepted",
                "trades/BTC data",
                "none data",
                "trades/ETH refused no such thing 1",
                "trades/SOL accepted",
                "trades/SOL gone over 1",
            ],
            heard.Heard);
    }

    [Fact]
    public void A_number_that_is_missing_is_told_within_the_next_message_of_its_key_and_the_key_is_asked_for_again()
    {
        Start(With(Numbered));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Accept("BTC", "ETH", "SOL");

        Number("BTC", 7);
        Number("ETH", 1);
        Number("BTC", 8);
        Number("BTC", 11);
        Number("ETH", 2);
        Settle();

        Assert.Equal(["trades/BTC of the numbers of trades/BTC 9 to 10 are missing"], heard.Gaps);
        Assert.Equal([Cancelling("BTC"), Asking("BTC")], SentText.Skip(3));
    }

    [Fact]
    public void Numbers_that_go_back_on_the_next_connection_are_told_and_delivered()
    {
        StartOpen(With(Numbered));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Number("BTC", 7);
        Lose();

        Number("BTC", 3);
        Number("BTC", 4);

        Assert.Equal("trades/BTC the numbers of trades/BTC go back from 7 to 3", heard.Gaps[^1]);
        Assert.Equal(["trades/BTC data", "trades/BTC data", "trades/BTC data"], heard.Heard);
    }

    [Fact]
    public void What_one_connection_of_a_rotation_has_brought_is_not_delivered_again_from_the_other()
    {
        StartOpen(With(Numbered));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Number("BTC", 7);
        Number("BTC", 8);
        var number = Plane.NumberOf("trades/BTC");

        Assert.True(number.Received(8, connection: 2).IsDuplicate);
        Assert.False(number.Received(9, connection: 2).IsDuplicate);
        Number("BTC", 9); // the old connection is late
        Number("BTC", 10);

        Assert.Equal(3, heard.Heard.Count);
        Assert.Empty(heard.Gaps);
    }

    [Fact]
    public void A_tap_tells_what_a_message_is_to_a_key()
    {
        StartOpen(With(Trades with { ForEach = ["BTC", "ETH"] }));
        using var tap = new ConversationTap();
        Plane.Taps.Add(tap);

        Accept("BTC");
        Data("BTC");
        Refuse("ETH", "no such thing");

        var told = new List<string>();
        while (tap.Lines.TryRead(out var line))
            told.Add($"{line.Text} [{string.Join("; ", line.Notes.Select(note => $"{note.By}: {note.What}"))}]");
        Assert.Equal(
            [
                """{"event":"subscribe","id":"BTC"} [subscription trades/BTC: accepted]""",
                "subscription trades/BTC: accepted []",
                """{"channel":"trades","id":"BTC","price":1} [subscription trades/BTC: data]""",
                """{"event":"error","id":"ETH","msg":"no such thing"} [subscription trades/ETH: refused]""",
                "subscription trades/ETH: refused: no such thing; asked for again in 1 s []",
            ],
            told);
    }

    private static readonly SubscriptionSettings Numbered = Trades with
    {
        Sequence = new SequenceSettings(["/n"]) { Step = 1, OnGap = SequenceGapAction.Resubscribe },
    };

    private void Number(string key, int number) => Socket.DeliverText($$"""{"channel":"trades","id":"{{key}}","n":{{number}}}""");

    private sealed class Ear : IFeedHandler
    {
        public List<string> Heard { get; } = [];

        public List<string> Gaps { get; } = [];

        public void OnEvent(in FeedEvent feedEvent)
        {
            if (feedEvent.Gap is { Reason: GapReason.Missing } gap)
                Gaps.Add($"{feedEvent.Subscription} {gap.Cause}");
            if (feedEvent.KeyState is { } state)
                Heard.Add($"{feedEvent.Subscription} {state.State} {state.Cause} {state.RetryIn?.TotalSeconds}".Trim());
            else if (feedEvent.IsMessage)
                Heard.Add($"{feedEvent.Subscription ?? "none"} data");
        }
    }

    private void Open()
    {
        FishForMessage<StateChanged>(change => change.To == ConnectionState.BackingOff);
        Advance(0);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Connecting);
        Socket.DeliverText("resumed");
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Open);
        Settle();
    }

    private void Lose()
    {
        Socket.Lose();
        FishForMessage<StateChanged>(change => change.To == ConnectionState.BackingOff);
        Advance(1);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Open);
        Settle();
    }

    private void Accept(params string[] keys) => Deliver(keys, key => $$"""{"event":"subscribe","id":"{{key}}"}""");

    private void Data(params string[] keys) => Deliver(keys, key => $$"""{"channel":"trades","id":"{{key}}","price":1}""");

    private void Refuse(string key, string why) => Deliver([key], key => $$"""{"event":"error","id":"{{key}}","msg":"{{why}}"}""");

    private void Deliver(string[] keys, Func<string, string> message)
    {
        foreach (var key in keys)
            Socket.DeliverText(message(key));
        Settle();
    }

    private int Count(SubscriptionState state) => Board.Link!.Subscriptions.Show().Count(key => key.State == state);

    private static string Asking(string key) => $$"""{"op":"subscribe","args":[{"channel":"trades","id":"{{key}}"}]}""";

    private static string Cancelling(string key) => $$"""{"op":"unsubscribe","args":[{"channel":"trades","id":"{{key}}"}]}""";

    private static EndpointSettings With(SubscriptionSettings trades) => Defaults with
    {
        Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None },
        Subscriptions = new([KeyValuePair.Create("trades", trades)]),
    };

    private static MessagePattern Both(string one, string value, string other, string otherValue) =>
        new MessagePattern.Json([new JsonExpectation(one, value), new JsonExpectation(other, otherValue)]);
}
