using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using Xunit.Abstractions;

namespace ActorHeartbeat.Tests.Feeds;

public sealed class ReplayRingTests(ITestOutputHelper output)
{
    private static readonly FeedSource Source = FeedSource.Of("run1", FeedFixture.Endpoint, epoch: 1);

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public void Payloads_of_all_sizes_come_back_whole_under_bounds_that_change(int? fixedSeed)
    {
        var seed = fixedSeed ?? Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (count, bytes) = (20, 20_000);
        var ring = new ReplayRing(count, bytes);
        var model = new List<(long Seq, byte[] Payload)>();

        for (var seq = 1L; seq <= 5000; seq++)
        {
            var payload = new byte[random.Next(4) == 0 ? random.Next(5000) : random.Next(300)];
            random.NextBytes(payload);
            var feedEvent = FeedEvent.Message(Source, seq, 1, MessageKind.Binary, payload);
            ring.Add(ring.KeepsPayload(feedEvent) ? feedEvent.Keep() : feedEvent);
            model.Add((seq, (byte[])payload.Clone()));
            Array.Clear(payload); // the pump's buffer: it is used again
            Shrink();
            if (random.Next(100) == 0)
            {
                (count, bytes) = (random.Next(40), random.Next(1, 40_000));
                ring.Configure(count, bytes);
                Shrink();
            }
            if (random.Next(200) == 0)
            {
                ring.Clear();
                model.Clear();
            }

            Assert.Equal(model.Count, ring.Count);
            Assert.Equal(model.Select(kept => kept.Seq).FirstOrDefault(-1), ring.FirstSeqOr(-1));
            if (random.Next(10) == 0)
            {
                var from = seq - random.Next(20);
                Assert.Equal(
                    model.Where(kept => kept.Seq >= from).Select(kept => (kept.Seq, Convert.ToHexString(kept.Payload))),
                    ring.From(from).Select(kept => (kept.Seq, Convert.ToHexString(kept.Payload.Span))));
            }
        }

        void Shrink()
        {
            while (model.Count > count
                || model.Sum(kept => (long)kept.Payload.Length) - model.Select(kept => kept.Payload.Length).DefaultIfEmpty().Max() > bytes)
                model.RemoveAt(0);
        }
    }
}
