using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Whole shows of subscriptions with many keys, second by second.</summary>
public class SubscriptionShowTests : SubscriptionSpec
{
    private static readonly string[] Hundred = [.. Enumerable.Range(0, 100).Select(number => $"K{number}")];

    [Fact]
    public void A_topic_among_a_hundred_that_the_server_loses_is_noticed_in_its_time_and_asked_for_again_alone()
    {
        StartOpen(With(Trades with { ForEach = [.. Hundred], Stale = Seconds(30) }));
        Accept(Hundred);
        var asked = SentText.Count;
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);

        Run(from: 0, seconds: 10, Hundred);
        Run(from: 10, seconds: 28, [.. Hundred.Except(["K42"])]); // its last came after 9 s
        Assert.Equal(asked, SentText.Count);
        Assert.DoesNotContain(heard.Heard, what => what.Contains("stale"));
        Run(from: 38, seconds: 1, [.. Hundred.Except(["K42"])]);

        Assert.Equal([Cancelling("K42"), Asking("K42")], SentText.Skip(asked));
        Assert.Equal(["trades/K42 stale", "trades/K42 asked"], heard.Heard.Where(what => !what.EndsWith("data")));
        Accept("K42");
        Run(from: 39, seconds: 60, Hundred);
        Assert.Equal(
            ["trades/K42 stale", "trades/K42 asked", "trades/K42 stale", "trades/K42 accepted"],
            heard.Heard.Where(what => !what.EndsWith("data")));
        Assert.Equal((100, asked + 2, 1), (Count(SubscriptionState.Accepted), SentText.Count, Network.DialCount));

        void Run(int from, int seconds, string[] keys)
        {
            for (var second = from; second < from + seconds; second++)
            {
                Data(keys);
                Advance(1);
            }
        }
    }

    [Theory]
    [InlineData(SequenceGapAction.Tell)]
    [InlineData(SequenceGapAction.Resubscribe)]
    public void A_number_that_the_server_skips_is_told_before_the_message_behind_it(SequenceGapAction onGap)
    {
        StartOpen(With(Numbered with { ForEach = [.. Hundred], Sequence = Numbered.Sequence! with { OnGap = onGap } }));
        Accept(Hundred);
        var asked = SentText.Count;
        var told = new Story();
        using var listening = Plane.Feed.Subscribe(told);

        for (var number = 1; number <= 3; number++)
        {
            foreach (var key in Hundred)
                Number(key, number);
        }
        Number("K42", 4);
        Number("K43", 4);
        Assert.DoesNotContain(told.Lines, line => line.Contains("gap"));
        Number("K42", 6); // 5 is skipped
        Number("K43", 5);
        Number("K42", 7);
        Settle();

        Assert.Equal(
            [
                "trades/K42 gap: of the numbers of trades/K42 5 is missing",
                """trades/K42 {"channel":"trades","id":"K42","n":6}""",
                """trades/K43 {"channel":"trades","id":"K43","n":5}""",
                """trades/K42 {"channel":"trades","id":"K42","n":7}""",
            ],
            told.Lines.Skip(302));
        Assert.Equal(onGap == SequenceGapAction.Tell ? [] : [Cancelling("K42"), Asking("K42")], SentText.Skip(asked));
    }

    [Theory]
    [InlineData(7, 300)]
    [InlineData(50, 1000)]
    public void All_keys_become_accepted_in_batches_on_a_line_that_is_cut_every_ten_seconds(int batch, int keys)
    {
        // One connection asks for ten batches: the answer to the last is lost with it.
        string[] all = [.. Enumerable.Range(0, keys).Select(number => $"K{number}")];
        StartOpen(With(Trades with { ForEach = [.. all], Batch = batch }) with
        {
            OnOpenPace = new Rate(1, Seconds(1)),
            Backoff = Defaults.Backoff with { Multiplier = 1 },
        });
        var accepted = new HashSet<string>();
        var (asked, lives) = (0, 1);
        for (var (second, answered) = (1, 0); accepted.Count < keys; second++)
        {
            Advance(1); // the server answers what it was asked before
            var questions = SentText.ToArray();
            foreach (var key in questions[answered..].SelectMany(KeysOf))
            {
                asked++;
                if (second % 10 == 0)
                    continue; // too late
                accepted.Add(key);
                Socket.DeliverText($$"""{"event":"subscribe","id":"{{key}}"}""");
            }
            answered = questions.Length;
            Settle();
            if (second % 10 != 0)
                continue;
            Lose();
            (answered, lives) = (0, lives + 1);
            Assert.InRange(lives, 1, (keys / (batch * 9)) + 2);
        }
        Assert.InRange(asked, keys, keys * 1.3);
    }

    private static IEnumerable<string> KeysOf(string asking) =>
        asking.Split("\"id\":\"").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]);

    private sealed class Story : IFeedHandler
    {
        public List<string> Lines { get; } = [];

        public void OnEvent(in FeedEvent feedEvent)
        {
            if (feedEvent.Gap is { } gap)
                Lines.Add($"{feedEvent.Subscription} gap: {gap.Cause}");
            else if (feedEvent.IsMessage)
                Lines.Add($"{feedEvent.Subscription} {Encoding.UTF8.GetString(feedEvent.Payload.Span)}");
        }
    }
}
