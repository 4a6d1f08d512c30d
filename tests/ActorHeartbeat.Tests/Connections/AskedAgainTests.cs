using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Keys that the peer has, or should have, and that are asked for again: they lose nothing by waiting for their turn.</summary>
public class AskedAgainTests : SubscriptionSpec
{
    private static readonly SubscriptionSettings Slow = Trades with { ForEach = ["BTC", "K1", "K2", "K3", "K4", "K5"], Stale = Seconds(2) };

    [Fact]
    public void A_key_goes_on_until_its_turn_comes_and_takes_turns_with_those_that_were_never_asked_for()
    {
        StartSlowly();

        for (var second = 0; second < 8; second++)
        {
            Data("K1", "K2", "K3", "K4", "K5");
            Advance(1);
        }

        Assert.Equal(
            [Asking("BTC"), Asking("K1"), Asking("K2"), Cancelling("BTC"), Asking("BTC"), Asking("K3"), Asking("K4"), Asking("K5")],
            SentText.Take(8));
    }

    [Fact]
    public void A_key_that_has_data_again_before_its_turn_is_left_alone()
    {
        StartSlowly();
        Advance(1);
        Advance(1);
        Assert.Equal(1, Count(SubscriptionState.Stale));

        for (var second = 0; second < 5; second++)
        {
            Data("BTC", "K1", "K2", "K3", "K4", "K5");
            Advance(1);
        }

        Assert.DoesNotContain(Cancelling("BTC"), SentText);
        Assert.Single(SentText, Asking("BTC"));
    }

    [Fact]
    public void A_key_that_is_taken_away_before_its_turn_is_ended()
    {
        StartSlowly();
        Advance(1);
        Advance(1);

        Reload(With(Slow with { ForEach = ["K1", "K2", "K3"] }) with { OnOpenPace = new Rate(1, Seconds(1)) }, ChangeEffect.Live);
        Advance(1);

        Assert.Equal([Asking("BTC"), Asking("K1"), Asking("K2"), Cancelling("BTC")], SentText);
    }

    [Fact]
    public void A_key_that_is_wanted_again_before_its_end_has_gone_out_goes_on()
    {
        var all = With(Slow with { Stale = null }) with { OnOpenPace = new Rate(1, Seconds(1)) };
        using var listening = StartHeard(all, out var heard);
        Accept("BTC");

        Reload(With(Slow with { Stale = null, ForEach = ["K1", "K2", "K3"] }) with { OnOpenPace = all.OnOpenPace }, ChangeEffect.Live);
        Settle();
        Data("BTC");
        Reload(all, ChangeEffect.Live);
        Settle();
        Data("BTC");
        for (var second = 0; second < 6; second++)
            Advance(1);

        Assert.Equal([Asking("BTC"), Asking("K1"), Asking("K2"), Asking("K3"), Asking("K4"), Asking("K5")], SentText.Order());
        Assert.Equal(
            ["trades/BTC accepted", "trades/BTC gone not wanted any more", "none data", "trades/BTC accepted", "trades/BTC data"],
            heard.Heard.Where(line => !line.Contains("/K", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_topic_that_stays_dead_is_asked_for_less_and_less_often()
    {
        StartOpen(With(Trades with { ForEach = ["BTC", "ETH"], Stale = Seconds(10) }));
        var asked = new List<int>();
        for (var second = 0; second < 600; second++)
        {
            var before = SentText.Count(text => text == Asking("BTC"));
            Accept("BTC");
            Data("ETH");
            Advance(1);
            if (SentText.Count(text => text == Asking("BTC")) > before)
                asked.Add(second);
        }

        var pauses = asked.Zip(asked.Skip(1), (one, other) => other - one).Skip(3).ToArray();
        Assert.Equal(pauses.Order(), pauses);
        Assert.InRange(pauses[^1], 30, 80); // backoff.max and stale
    }

    [Fact]
    public void Consumers_hear_that_a_key_is_asked_for_but_not_of_all_when_a_connection_opens()
    {
        using var listening = StartHeard(With(Trades), out var heard);
        Accept("BTC", "ETH", "SOL");
        Lose();
        Accept("BTC", "ETH", "SOL");
        Assert.Equal(["trades/BTC accepted", "trades/ETH accepted", "trades/SOL accepted"], heard.Heard);

        Reload(With(Trades with { ForEach = ["BTC", "ETH", "XRP"] }), ChangeEffect.Live);
        Settle();
        Refuse("XRP", "not yet");
        Advance(1);
        Accept("XRP");

        Assert.Equal(
            [
                "trades/SOL gone not wanted any more",
                "trades/XRP asked",
                "trades/XRP refused not yet 1",
                "trades/XRP asked",
                "trades/XRP accepted",
            ],
            heard.Heard.Skip(3));
    }

    [Fact]
    public void Consumers_hear_of_the_keys_of_a_subscription_that_is_taken_away()
    {
        using var listening = StartHeard(With(Trades with { ForEach = ["BTC"] }), out var heard);
        Accept("BTC");

        Reload(Defaults, ChangeEffect.Live);
        Settle();

        Assert.Equal(["trades/BTC accepted", "trades/BTC gone not wanted any more"], heard.Heard);
    }

    [Theory]
    [InlineData(RefusedKeyAction.Retry)]
    [InlineData(RefusedKeyAction.Stop)]
    public void A_refused_key_that_goes_on_having_data_is_there(RefusedKeyAction then)
    {
        StartOpen(With(Trades with { ForEach = ["BTC", "ETH"], Then = then }));
        Accept("BTC", "ETH");
        Refuse("BTC", "already subscribed");
        Refuse("ETH", "over");
        Data("BTC", "ETH"); // may have been under way
        Assert.Equal(2, Count(SubscriptionState.Gone));

        Advance(0.5);
        Data("BTC");
        Advance(0.5);

        Assert.Equal(1, Count(SubscriptionState.Accepted));
        Assert.Equal(then == RefusedKeyAction.Retry ? [Asking("ETH")] : [], SentText.Skip(2));
    }

    [Fact]
    public void A_peer_that_answers_the_end_of_a_lost_key_with_an_error_accepts_it_all_the_same()
    {
        StartOpen(With(Trades with
        {
            ForEach = ["BTC", "ETH"],
            Capture = Values(("chan", "@{/chan}")),
            Data = new MessagePattern.Json([new JsonExpectation("/0", "\"@{chan}\"")]),
            Stale = Seconds(3),
        }));
        Deliver(["BTC", "ETH"], key => $$"""{"event":"subscribe","id":"{{key}}","chan":{{key.Length + key[0]}}}""");
        Advance(2);
        Deliver(["ETH"], _ => $"[{"ETH".Length + 'E'},1]");
        Advance(1);
        Assert.Equal([Cancelling("BTC"), Asking("BTC")], SentText.Skip(2));

        Refuse("BTC", "not subscribed"); // the answer to the end
        Deliver(["BTC"], key => $$"""{"event":"subscribe","id":"{{key}}","chan":7}""");
        Deliver(["BTC"], _ => "[7,1]");

        Assert.Equal(2, Count(SubscriptionState.Accepted));
        Deliver(["ETH"], _ => $"[{"ETH".Length + 'E'},2]");
        Advance(2);
        Assert.Equal(4, SentText.Count);
    }

    [Fact]
    public void A_late_answer_takes_a_key_out_of_the_queue()
    {
        var trades = Trades with { ForEach = ["BTC", "K1", "K2", "K3", "K4", "K5"], Timeout = Seconds(1) };
        StartOpen(With(trades) with { OnOpenPace = new Rate(1, Seconds(1)) });
        Advance(1);
        Advance(1);
        Advance(1); // BTC is refused for its late answer, and waits for its turn behind the others
        Accept("BTC");

        for (var second = 0; second < 10; second++)
        {
            Advance(1);
            Accept("K1", "K2", "K3", "K4", "K5");
        }

        Assert.Single(SentText, Asking("BTC"));
        Assert.Equal(6, Count(SubscriptionState.Accepted));
    }

    [Fact]
    public void An_answer_to_an_asking_before_the_end_of_a_key_does_not_keep_it_from_being_asked_for_again()
    {
        StartOpen(With(Numbered with { ForEach = ["BTC"] }) with { OnOpenPace = new Rate(1, Seconds(1)) });
        Number("BTC", 1);
        Number("BTC", 3); // a number is missing before the answer has come
        Settle();
        Advance(1);
        Assert.Equal([Asking("BTC"), Cancelling("BTC")], SentText);

        Accept("BTC"); // the answer to the first asking
        Advance(1);

        Assert.Equal([Asking("BTC"), Cancelling("BTC"), Asking("BTC")], SentText);
    }

    [Fact]
    public void A_key_that_has_stood_for_long_begins_with_the_first_remedy_on_the_next_connection()
    {
        StartOpen(With(Trades with { ForEach = ["BTC"], Stale = Seconds(30) }));
        Accept("BTC");
        Advance(30); // asked for again
        Accept("BTC");
        Data("BTC");
        for (var second = 0; second < 20; second++)
        {
            Advance(1);
            Data("BTC");
        }
        Lose();
        Accept("BTC");

        Advance(30);

        Assert.Equal([Asking("BTC"), Cancelling("BTC"), Asking("BTC")], SentText);
    }

    /// <summary>A message a second: BTC has been accepted, and stays without data.</summary>
    private void StartSlowly()
    {
        StartOpen(With(Slow) with { OnOpenPace = new Rate(1, Seconds(1)) });
        Accept("BTC");
    }
}
