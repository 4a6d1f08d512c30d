using System.Globalization;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using FsCheck;
using FsCheck.Fluent;
using static ActorHeartbeat.Tests.Feeds.FeedFixture;

namespace ActorHeartbeat.Tests.Feeds;

/// <summary>Every number is received or inside a gap, whatever happens. The reference is a handler on the pump.</summary>
public sealed class FeedAccountingTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public void Any_interleaving_of_messages_reconnects_reads_and_resumes_accounts_for_every_number()
    {
        var runs = from capacity in Gen.Choose(1, 6)
                   from replay in Gen.Choose(0, 6)
                   from policy in Gen.Elements(OverflowPolicy.DropOldest, OverflowPolicy.DropNewest, OverflowPolicy.PauseReading)
                   from steps in Gen.Choose(0, 9).ListOf(200)
                   select (capacity, replay, policy, steps);

        Prop.ForAll(runs.ToArbitrary(), run => Play(run.capacity, run.replay, run.policy, run.steps)).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(OverflowPolicy.DropOldest)]
    [InlineData(OverflowPolicy.DropNewest)]
    [InlineData(OverflowPolicy.PauseReading)]
    public async Task A_reader_on_another_thread_loses_only_what_gaps_say(OverflowPolicy policy)
    {
        var fixture = new FeedFixture();
        var truth = new Truth();
        fixture.Feed.Subscribe(truth);
        var subscriptions = Enumerable
            .Range(0, 3)
            .Select(reader => fixture.Subscribe(new SubscriptionOptions { Capacity = 16 << (2 * reader), Overflow = policy }))
            .ToList();

        var readers = subscriptions.ConvertAll(subscription => Task.Run(() => ReadToTheEnd(subscription, subscription.Options.Capacity)));
        await Task.WhenAll(Pump(fixture.Feed, "a", 30_000), Pump(fixture.Feed, "b", 30_000)).WaitAsync(Deadline);
        fixture.Registry.Drain("done");

        foreach (var ledger in await Task.WhenAll(readers).WaitAsync(Deadline))
        {
            ledger.AssertIsComplete(truth, 1);
            if (policy == OverflowPolicy.PauseReading)
                Assert.Equal(0, ledger.Lost);
        }
        Assert.InRange(truth.LastSeq, 60_000, long.MaxValue);
    }

    [Fact]
    public async Task Leaving_and_resuming_in_full_flow_loses_and_doubles_nothing()
    {
        const int Messages = 50_000;
        var fixture = new FeedFixture(new LimitSettings { Replay = Messages + 1000, ReplayBytes = int.MaxValue });
        var truth = new Truth();
        fixture.Feed.Subscribe(truth);
        fixture.Subscribe().Dispose();
        var ledger = new Ledger();
        var pump = Task.Run(() => Pump(fixture.Feed, "m", Messages, isClose: () => fixture.Feed.LastSeq < ledger.LastSeq + 2000));

        var resumes = 0;
        using var deadline = new CancellationTokenSource(Deadline);
        for (; ledger.LastSeq < truth.LastSeq || !pump.IsCompleted; resumes++)
        {
            deadline.Token.ThrowIfCancellationRequested();
            using var subscription = fixture.Subscribe(
                Quiet with
                {
                    Capacity = 4000,
                    Resume = ResumePoint.After("run1", FeedFixture.Endpoint, ledger.LastSeq),
                });
            for (var looks = resumes % 4; looks >= 0; looks--)
            {
                while (subscription.TryRead(out var feedEvent))
                    ledger.Enter(feedEvent);
            }
        }

        await pump;
        ledger.AssertIsComplete(truth, 1);
        Assert.Equal(0, ledger.Lost);
        Assert.InRange(resumes, 100, int.MaxValue);
    }

    [Fact]
    public async Task A_selector_over_many_busy_endpoints_accounts_for_each_of_them()
    {
        var registry = new FeedRegistry(TimeProvider.System);
        var subscription = registry.Subscribe(LabelSelector.All, new SubscriptionOptions { Capacity = 200 });
        var feeds = Enumerable.Range(0, 8).Select(number => registry.GetOrAdd(new EndpointId($"e{number}"), new LimitSettings())).ToList();
        var truths = feeds.ToDictionary(feed => feed.Endpoint, _ => new Truth());
        var ledgers = feeds.ToDictionary(feed => feed.Endpoint, _ => new Ledger());
        feeds.ForEach(feed => feed.Subscribe(truths[feed.Endpoint]));

        var reader = Task.Run(async () =>
        {
            await foreach (var feedEvent in subscription)
            {
                if (feedEvent.DrainReason is null)
                    ledgers[feedEvent.Endpoint].Enter(feedEvent);
            }
        });
        await Task.WhenAll(feeds.Select(feed => Task.Run(() => Pump(feed, feed.Endpoint.Value, 10_000)))).WaitAsync(Deadline);
        registry.Drain("done");
        await reader.WaitAsync(Deadline);

        Assert.All(feeds, feed => ledgers[feed.Endpoint].AssertIsComplete(truths[feed.Endpoint], 1));
        Assert.All(feeds, feed => Assert.Equal(feed.Dropped, ledgers[feed.Endpoint].Lost));
    }

    private static void Play(int capacity, int replay, OverflowPolicy policy, IEnumerable<int> steps)
    {
        var fixture = new FeedFixture(new LimitSettings { Replay = replay });
        var truth = new Truth();
        fixture.Feed.Subscribe(truth);
        var options = new SubscriptionOptions { Capacity = capacity, Overflow = policy };
        var subscription = fixture.Subscribe(options);
        var ledger = new Ledger();
        var writer = fixture.Feed.Begin();
        var number = 0;

        foreach (var step in steps)
        {
            switch (step)
            {
                case 0:
                    writer.End("reset");
                    writer = fixture.Feed.Begin();
                    break;
                case 1:
                    var replacement = fixture.Feed.Begin();
                    replacement.Opened();
                    writer.End("rotated");
                    writer = replacement;
                    break;
                case 2:
                    fixture.Feed.StateChanged(new FeedState(FeedState.Paused, ""));
                    break;
                case 3:
                    subscription.Dispose();
                    subscription = fixture.Subscribe(
                        options with
                        {
                            Resume = ResumePoint.After("run1", FeedFixture.Endpoint, ledger.LastSeq),
                        });
                    break;
                case 4 or 5 when subscription.TryRead(out var feedEvent):
                    ledger.Enter(feedEvent);
                    break;
                default:
                    if (!writer.IsPaused)
                        _ = writer.PublishAsync(MessageKind.Text, Encoding.UTF8.GetBytes($"{++number}"));
                    break;
            }
        }
        fixture.Registry.Drain("done");
        while (subscription.TryRead(out var rest))
            ledger.Enter(rest);
        ledger.AssertIsComplete(truth, 1);
    }

    /// <summary>Publishes numbered messages. After every 500 the connection is lost, after every 700 it is replaced.</summary>
    private static async Task Pump(Feed feed, string name, int count, Func<bool>? isClose = null)
    {
        await Task.Yield();
        var writer = feed.Begin();
        for (var number = 1; number <= count; number++)
        {
            // Publish more slowly than the reader reads, so that the reader joins a
            // flowing feed instead of catching up. On a busy machine, wait for the reader.
            while (isClose?.Invoke() == false)
                await Task.Yield();
            if (isClose is not null)
                Thread.SpinWait(100);
            if (number % 500 == 0)
            {
                writer.End("reset");
                writer = feed.Begin();
            }
            if (number % 700 == 0)
            {
                var replacement = feed.Begin();
                replacement.Opened();
                writer.End("rotated");
                writer = replacement;
            }
            await writer.PublishAsync(
                MessageKind.Text, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}{number}")));
        }
        writer.End("done");
    }

    private static async Task<Ledger> ReadToTheEnd(FeedSubscription subscription, int seed)
    {
        var random = new Random(seed);
        var ledger = new Ledger();
        await foreach (var feedEvent in subscription)
        {
            ledger.Enter(feedEvent);
            if (random.Next(50) == 0)
                await Task.Yield();
            if (random.Next(500) == 0)
                Thread.SpinWait(20_000);
        }
        return ledger;
    }
}
