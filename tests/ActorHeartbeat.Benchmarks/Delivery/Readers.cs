using ActorHeartbeat.Feeds;
using ActorHeartbeat.Feeds.Actors;
using Akka.Actor;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>Several ways to read a feed; each checks what it reads.</summary>
internal static class Readers
{
    /// <summary>Reads to the end of the stream.</summary>
    public static async Task EnumerateAsync(FeedSubscription subscription, Books books)
    {
        await Task.Yield();
        await foreach (var feedEvent in subscription)
            books.Enter(feedEvent);
    }

    /// <summary>Reads <paramref name="after"/> events, then waits for <paramref name="goOn"/> and reads the rest.</summary>
    public static async Task StopReadingAsync(FeedSubscription subscription, Books books, int after, Task goOn)
    {
        await Task.Yield();
        var read = 0;
        await foreach (var feedEvent in subscription)
        {
            books.Enter(feedEvent);
            if (++read == after)
                await goOn.ConfigureAwait(false);
        }
    }

    /// <summary>Reads all lines in one stream.</summary>
    public static async Task EnumerateAsync(FeedSubscription subscription, IReadOnlyDictionary<string, Books> books)
    {
        await Task.Yield();
        await foreach (var feedEvent in subscription)
        {
            if (feedEvent.IsNumbered)
                books[feedEvent.Endpoint.Value].Enter(feedEvent);
        }
    }

    /// <summary>Reads through an actor that acknowledges each event, to the end of the stream.</summary>
    public static Task ReadByActor(Supervised supervised, int endpoint, Books books)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reader = supervised.System.ActorOf(Props.Create(() => new Reader(books, ended)));
        supervised.Broker.Tell(new SubscribeToFeed(reader, Supervised.IdOf(endpoint)), ActorRefs.NoSender);
        return ended.Task;
    }

    private sealed class Reader : UntypedActor
    {
        private readonly Books _books;
        private readonly TaskCompletionSource _ended;

        public Reader(Books books, TaskCompletionSource ended) => (_books, _ended) = (books, ended);

        protected override void OnReceive(object message)
        {
            if (message is FeedDelivery delivery)
            {
                _books.Enter(delivery.Event);
                Sender.Tell(new FeedAck(delivery.Number));
            }
            else if (message is FeedEnded)
                _ended.TrySetResult();
        }
    }
}
