using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Tests.Subscriptions;

/// <summary>A list of keys is what a list and a dictionary would be.</summary>
public class KeyListTests
{
    private static readonly SubscriptionBook Book = new("trades", new SubscriptionSettings(), new PlainValues(), order: 0);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 2)]
    [InlineData(100, 3)]
    public void Keys_are_found_by_name_and_keep_their_order(int expected, int seed)
    {
        var random = new Random(seed);
        var (list, model) = (new KeyList(expected), new List<SubscribedKey>());
        for (var turn = 0; turn < 3_000; turn++)
        {
            var name = $"K{random.Next(60)}";
            var known = model.Find(key => key.Name == name);
            Assert.Same(known, list.Find(name));
            if (known is not null && random.Next(2) == 0)
            {
                list.Remove(known);
                model.Remove(known);
                Assert.False(list.Contains(known));
            }
            else if (known is null)
            {
                var added = new SubscribedKey(Book, name);
                list.Add(added);
                model.Add(added);
                Assert.True(list.Contains(added));
                Assert.False(list.Contains(new SubscribedKey(Book, name) { Place = added.Place }));
            }
            Assert.Equal(model.Count, list.Count);
            if (turn % 50 == 0)
                Assert.Equal(model, list);
        }
    }
}
