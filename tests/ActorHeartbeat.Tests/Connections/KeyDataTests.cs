using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Tests.Subscriptions;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>The data of keys: what consumers learn of them, how long a key may go without, and their numbers.</summary>
public class KeyDataTests : SubscriptionSpec
{
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_answer_is_for_all_that_were_asked_for_with_it_though_one_of_them_is_refused_or_taken_away_before(bool isTakenAway)
    {
        var trades = Trades with
        {
            Batch = 3,
            Let = Values(("n", "@{counter}")),
            Send = MessageTemplate.Json("""{"id":"@{n}","args":["@{each}"]}"""),
            Expect = Json("/id", "\"@{n}\""),
        };
        StartOpen(With(trades));
        if (isTakenAway)
            Reload(With(trades with { ForEach = ["BTC", "ETH"] }), ChangeEffect.Live);
        else
            Refuse("SOL", "not now");
        Advance(1); // a refused one is asked for again by now

        Socket.DeliverText("""{"id":1,"result":null}""");
        Settle();

        Assert.Equal(2, Count(SubscriptionState.Accepted));
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
    public void Keys_that_go_stale_together_are_ended_and_asked_for_in_batches()
    {
        StartOpen(With(Trades with { Batch = 2, Stale = Seconds(30) }));
        Accept("BTC", "ETH", "SOL");
        Advance(30);

        Assert.Equal(
            [
                """{"op":"unsubscribe","args":[{"channel":"trades","id":"BTC"},{"channel":"trades","id":"ETH"}]}""",
                """{"op":"subscribe","args":[{"channel":"trades","id":"BTC"},{"channel":"trades","id":"ETH"}]}""",
                Cancelling("SOL"),
                Asking("SOL"),
            ],
            SentText.Skip(2));
    }

    [Fact]
    public void A_key_tells_since_when_it_is_in_its_state_whatever_data_it_has()
    {
        Advance(5);
        StartOpen(With(Trades with { Stale = Seconds(30), Then = RefusedKeyAction.Stop }));
        var opened = new SchedulerClock(Sys.Scheduler).UtcNow;
        Advance(1);
        Accept("BTC", "ETH");
        Advance(2);
        Data("BTC", "ETH");
        Assert.Equal([Seconds(1), Seconds(1), Seconds(0)], Since()); // SOL has no answer yet
        Refuse("SOL", "over");
        for (var second = 3; second < 40; second++)
        {
            Advance(1);
            Data("BTC");
            if (second == 36)
                Accept("ETH"); // asked for again, and without data
        }

        Assert.Equal([Seconds(1), Seconds(33), Seconds(3)], Since()); // ETH is stale

        TimeSpan[] Since() => [.. Board.Link!.Subscriptions.Show().Select(key => key.Since!.Value - opened)];
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

        Assert.Contains("no data of trades/BTC for 30 s", ExpectBackingOff(CauseKind.KeyStale).Cause!.Detail);
    }

    [Fact]
    public void A_key_that_is_quieter_than_its_stale_ends_the_connection_once_and_is_asked_for_from_then_on()
    {
        StartOpen(With(Trades with { ForEach = ["BTC"], Stale = Seconds(5), Expect = null }));
        Data("BTC");
        Advance(5); // asked for again
        Data("BTC");
        Advance(5); // replaced: nobody does it here
        Data("BTC");
        Advance(5);
        ExpectBackingOff(CauseKind.KeyStale);
        Advance(1);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Open);
        Settle();

        for (var round = 0; round < 5; round++)
        {
            Data("BTC");
            Advance(5);
        }

        Assert.Equal(ConnectionState.Open, Status!.State);
    }

    [Fact]
    public void A_connection_that_is_to_be_replaced_does_not_end_for_a_key()
    {
        StartOpen(With(Trades with { ForEach = ["BTC"], Stale = Seconds(5), Expect = null }) with
        {
            OnMessage = [new MessageRule { Match = new MessagePattern.Text("rotate"), Then = RuleAction.Rotate }],
        });
        Data("BTC");
        Advance(5);
        Socket.DeliverText("rotate");
        Settle();

        for (var look = 0; look < 4; look++)
            Advance(5);

        Assert.Equal((ConnectionState.Open, 1), (Status!.State, Network.DialCount));
    }

    [Fact]
    public void No_connection_ends_for_a_key_while_another_is_there_that_may_cure_it()
    {
        StartOpen(With(Trades with { ForEach = ["BTC"], Stale = Seconds(5), Expect = null }));
        Data("BTC");
        Advance(5);
        Plane.SocketBegins(77);

        for (var look = 0; look < 4; look++)
            Advance(5);
        Assert.Equal((ConnectionState.Open, 1), (Status!.State, Network.DialCount));

        Plane.SocketIsGone(77, Seconds(25));
        Advance(5);
        ExpectBackingOff(CauseKind.KeyStale);
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
        Assert.Contains("no data of trades/BTC for 30 s", ExpectBackingOff(CauseKind.KeyStale).Cause!.Detail);
        Advance(1.5);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Open);
        Accept("BTC");

        Advance(30);
        Advance(1);

        Assert.Equal([Asking("BTC"), Cancelling("BTC"), Asking("BTC")], SentText); // asked for again, and nothing more
        Assert.Equal(1, Count(SubscriptionState.Asked));
    }

    [Fact]
    public void Consumers_learn_the_key_of_a_message_and_what_becomes_of_keys()
    {
        using var listening = StartHeard(With(Trades), out var heard);

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
        using var listening = StartHeard(With(Numbered), out var heard);
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
    public void A_key_whose_numbers_are_missing_again_and_again_is_asked_for_under_backoff()
    {
        StartOpen(With(Numbered with { ForEach = ["BTC"] }));
        Accept("BTC");
        var number = 1;
        void Miss()
        {
            Number("BTC", number);
            Number("BTC", number += 2);
            number++;
            Settle();
        }

        Miss();
        Assert.Equal(3, SentText.Count); // at once
        Accept("BTC");
        Miss();
        Miss();
        Advance(1.4);
        Assert.Equal(3, SentText.Count);
        Advance(0.1);
        Assert.Equal([Cancelling("BTC"), Asking("BTC")], SentText.Skip(3));
        Accept("BTC");
        Miss();
        Advance(2);
        Assert.Equal(5, SentText.Count);
        Advance(0.25);
        Assert.Equal(7, SentText.Count);

        Accept("BTC");
        Advance(10); // it stands well
        Miss();
        Assert.Equal(9, SentText.Count);
    }

    [Fact]
    public void Numbers_that_are_missing_since_a_key_was_asked_for_are_told_and_it_is_not_asked_for_again()
    {
        StartOpen(With(Numbered with { ForEach = ["BTC"] }));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Accept("BTC");
        Number("BTC", 1);
        Number("BTC", 3);
        Settle();
        Accept("BTC");
        Assert.Equal(3, SentText.Count);

        Number("BTC", 9);
        Advance(9);

        Assert.Equal("trades/BTC of the numbers of trades/BTC 4 to 8 are missing", heard.Gaps[^1]);
        Assert.Equal(3, SentText.Count);
    }

    [Fact]
    public void Numbers_that_go_back_on_the_same_connection_are_told_and_what_is_missing_after_them_is_too()
    {
        StartOpen(With(Trades with { Sequence = new SequenceSettings(["/n"]) { Step = 1 } }));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        foreach (var number in new[] { 100, 100, 1, 2, 4, 5 })
            Number("BTC", number);

        Assert.Equal(
            ["trades/BTC the numbers of trades/BTC go back from 100 to 1", "trades/BTC of the numbers of trades/BTC 3 is missing"],
            heard.Gaps);
        Assert.Equal(6, heard.Heard.Count);
    }

    [Theory]
    [InlineData(SequenceGapAction.Retry)]
    [InlineData(SequenceGapAction.Resubscribe)]
    public void Numbers_that_are_missing_between_two_connections_are_told_and_no_more_because_nothing_brings_them_back(
        SequenceGapAction onGap)
    {
        StartOpen(With(Trades with { Sequence = new SequenceSettings(["/n"]) { Step = 1, OnGap = onGap } }));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Number("BTC", 7);
        Lose();
        Assert.Equal(3, SentText.Count);

        Number("BTC", 10);
        Settle();

        Assert.Equal("trades/BTC of the numbers of trades/BTC 8 to 9 are missing", heard.Gaps[^1]);
        Assert.Equal((ConnectionState.Open, 3), (Status!.State, SentText.Count));
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
    public void Other_words_for_a_key_do_not_make_its_numbers_forgotten()
    {
        StartOpen(With(Numbered));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Number("BTC", 7);
        Reload(With(Numbered with { Send = MessageTemplate.Json("""{"sub":"@{each}"}""") }), ChangeEffect.Live);
        Settle();

        Number("BTC", 3);

        Assert.Equal("trades/BTC the numbers of trades/BTC go back from 7 to 3", heard.Gaps[^1]);
    }

    [Fact]
    public void What_one_connection_of_a_rotation_has_brought_is_not_delivered_again_from_the_other()
    {
        StartOpen(With(Numbered));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Number("BTC", 7);
        Number("BTC", 8);
        var number = NumberOfBtc;
        Plane.SocketBegins(2);

        Assert.True(number.Received(8, connection: 2, last: null, Neighbours.Always).IsDuplicate);
        Assert.False(number.Received(9, connection: 2, last: 8, Neighbours.Always).IsDuplicate);
        Number("BTC", 9); // the old connection is late
        Number("BTC", 10);

        Assert.Equal(3, heard.Heard.Count);
        Assert.Empty(heard.Gaps);
    }

    [Fact]
    public void What_the_other_connection_of_a_rotation_has_brought_is_not_told_as_missing()
    {
        StartOpen(With(Numbered));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Number("BTC", 7);
        Assert.False(NumberOfBtc.Received(8, connection: 2, last: null, Neighbours.Always).IsDuplicate);

        Number("BTC", 9);
        Number("BTC", 11);

        Assert.Equal(["trades/BTC of the numbers of trades/BTC 10 is missing"], heard.Gaps);
    }

    [Fact]
    public void Numbers_and_times_may_be_as_large_as_they_can()
    {
        StartOpen(With(Numbered with { ForEach = ["BTC"], Timeout = TimeSpan.MaxValue, Stale = TimeSpan.MaxValue }));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Accept("BTC");

        Deliver(["-5", "9223372036854775807"], number => $$"""{"channel":"trades","id":"BTC","n":{{number}}}""");

        Assert.StartsWith("trades/BTC of the numbers of trades/BTC -4 to", Assert.Single(heard.Gaps), StringComparison.Ordinal);
        Assert.Equal(ConnectionState.Open, Status!.State);
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

    private KeyNumber NumberOfBtc =>
        Board.Link!.Subscriptions.Hear("""{"channel":"trades","id":"BTC"}"""u8, out _).Key!.Number!;
}
