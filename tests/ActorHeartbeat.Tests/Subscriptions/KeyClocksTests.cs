using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Subscriptions;

/// <summary>What is due for keys is done in its time, whatever happened to them meanwhile.</summary>
public class KeyClocksTests
{
    private static readonly EndpointSettings Endpoint = new()
    {
        Id = new EndpointId("feed"),
        Url = new Uri("ws://feed.test/"),
        Backoff = new BackoffSettings { Jitter = Jitter.None },
        Subscriptions = new(
        [
            new("trades", Words("trades", 40) with { Stale = TimeSpan.FromSeconds(30) }),
            new("books", Words("books", 20) with { Stale = TimeSpan.FromSeconds(7), Expect = null }),
            new("news", Words("news", 5)),
        ]),
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Nothing_is_late_and_nothing_is_early(int seed)
    {
        var random = new Random(seed);
        var table = new SubscriptionTable(Endpoint, new PlainValues(), () => 0, before: null);
        var (now, listening, remedies) = (TimeSpan.Zero, TimeSpan.Zero, 0);
        table.Open(now, resumed: false);
        for (var turn = 0; turn < 5_000; turn++)
        {
            var next = table.LookAgain(now, listening);
            var first = table.Books.SelectMany(book => book.Keys).Select(key => DueOf(key, listening)).Min();
            Assert.True(first is null || first <= now || next <= first || next <= now + TimeSpan.FromMilliseconds(100), $"turn {turn}");
            now = next is { } at && at > now && random.Next(2) == 0 ? at : now + TimeSpan.FromSeconds(random.NextDouble() * 2);
            if (random.Next(200) == 0)
                listening = now; // the connection was held back
            var all = table.Books.SelectMany(book => book.Keys).ToArray();
            var due = all.Where(key => DueOf(key, listening) <= now).ToArray();
            var others = all.Except(due).Where(key => !key.IsAwaited).Select(key => (Key: key, Before: StateOf(key))).ToArray();

            table.Look(now, listening, mayReconnect: true, out _);

            remedies += due.Length;
            Assert.All(due, key => Assert.True(key.IsQueued || key.Since >= now, $"turn {turn}: {key}"));
            Assert.All(others, other => Assert.Equal(other.Before, StateOf(other.Key)));
            Assert.DoesNotContain(all, key => DueOf(key, listening) <= now);
            table.TakeNews();
            Speak(table, random, now);
        }
        Assert.InRange(remedies, 200, int.MaxValue);
    }

    [Fact]
    public void Keys_that_are_due_together_are_asked_for_in_their_order()
    {
        var table = new SubscriptionTable(Endpoint, new PlainValues(), () => 0, before: null);
        table.Open(TimeSpan.Zero, resumed: false);
        var keys = AskForAll(table, TimeSpan.Zero).Where(key => key.Book.Name == "trades").ToArray();
        table.Refuse([.. keys.Reverse()], "no", TimeSpan.Zero);

        table.Look(TimeSpan.FromSeconds(1), TimeSpan.Zero, mayReconnect: true, out _);

        Assert.Equal(keys, AskForAll(table, TimeSpan.FromSeconds(1)).Where(key => key.Book.Name == "trades"));
    }

    [Fact]
    public void A_key_that_was_removed_has_no_clock()
    {
        var table = new SubscriptionTable(Endpoint, new PlainValues(), () => 0, before: null);
        table.Open(TimeSpan.Zero, resumed: false);
        var asked = AskForAll(table, TimeSpan.Zero);
        table.Refuse(asked, "no", TimeSpan.Zero);

        table.Change(Endpoint with { Subscriptions = new([new("news", Words("news", 5))]) });

        Assert.Equal(TimeSpan.FromMilliseconds(1000), table.LookAgain(TimeSpan.Zero, TimeSpan.Zero));
        table.Change(Endpoint with { Subscriptions = ValueMap<SubscriptionSettings>.Empty });
        Assert.Null(table.LookAgain(TimeSpan.Zero, TimeSpan.Zero));
    }

    private static (SubscriptionState, bool, StaleRemedy, TimeSpan) StateOf(SubscribedKey key) =>
        (key.State, key.IsQueued, key.Remedy, key.Since);

    private static SubscribedKey[] AskForAll(SubscriptionTable table, TimeSpan now)
    {
        var asked = new List<SubscribedKey>();
        while (table.TakeAsking(now) is { } asking)
        {
            table.Asked(asking, new LetBlock(ValueMap<ValueTemplate>.Empty, outer: null), now);
            asked.AddRange(asking.Keys);
        }
        return [.. asked];
    }

    /// <summary>The peer is asked, and says something about some keys.</summary>
    private static void Speak(SubscriptionTable table, Random random, TimeSpan now)
    {
        while (table.TakeCancelling() is not null)
        {
        }
        if (random.Next(3) > 0)
            AskForAll(table, now);
        for (var message = random.Next(12); message > 0; message--)
        {
            var (book, keys) = random.Next(3) switch { 0 => ("trades", 40), 1 => ("books", 20), _ => ("news", 5) };
            var key = $"{book[0]}{random.Next(keys)}";
            var text = random.Next(8) switch
            {
                0 => $$"""{"no":"{{book}}","id":"{{key}}"}""",
                < 4 => $$"""{"ok":"{{book}}","id":"{{key}}"}""",
                _ => $$"""{"ch":"{{book}}","id":"{{key}}"}""",
            };
            table.Hear(System.Text.Encoding.UTF8.GetBytes(text), now);
        }
    }

    private static TimeSpan? DueOf(SubscribedKey key, TimeSpan listening) =>
        KeyClocks.StaleAt(key, listening) is { } stale && !(key.IsRetried && key.RetryAt < stale) ? stale
            : key.IsRetried ? key.RetryAt
            : null;

    private static SubscriptionSettings Words(string name, int keys) => new()
    {
        ForEach = [.. Enumerable.Range(0, keys).Select(number => $"{name[0]}{number}")],
        Send = MessageTemplate.Text("@{each}"),
        Expect = Both("/ok", name),
        Reject = Both("/no", name),
        Data = Both("/ch", name),
    };

    private static MessagePattern Both(string pointer, string value) =>
        new MessagePattern.Json([new JsonExpectation(pointer, $"\"{value}\""), new JsonExpectation("/id", "\"@{each}\"")]);
}
