using Akka.Scheduling;

namespace Akka.Embedded.Tests.Scheduling;

public sealed class TimerWheelTests
{
    [Fact]
    public void Every_node_comes_out_once_at_its_first_tick_and_never_early()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        var tick = TimeSpan.FromMilliseconds(10);
        var wheel = new TimerWheel(tick);
        var now = TimeSpan.Zero;
        var pending = new HashSet<Node>();
        var due = new List<TimerNode>();

        for (var step = 0; step < 20_000; step++)
        {
            foreach (var _ in Enumerable.Range(0, random.Next(4)))
            {
                var node = new Node { Due = now + TimeSpan.FromTicks((long)(Math.Pow(random.NextDouble(), 6) * TimeSpan.FromDays(3).Ticks)) };
                wheel.Add(node);
                pending.Add(node);
            }

            if (random.Next(3) == 0 && pending.Count > 0)
            {
                var cancelled = pending.First();
                Assert.True(wheel.Remove(cancelled), $"seed {Seed}, step {step}");
                pending.Remove(cancelled);
            }

            now += TimeSpan.FromTicks((long)(Math.Pow(random.NextDouble(), 8) * TimeSpan.FromHours(1).Ticks));
            due.Clear();
            wheel.TakeDue(now, due);
            foreach (var node in due.Cast<Node>())
            {
                Assert.True(node.Due <= now, $"early: seed {Seed}, step {step}");
                Assert.True(pending.Remove(node), $"twice: seed {Seed}, step {step}");
            }

            Assert.DoesNotContain(pending, node => node.Due <= now - tick);
            Assert.Equal(pending.Count, wheel.Count);
        }
    }

    [Fact]
    public void Waking_only_when_there_is_work_finds_everything_in_time()
    {
        const int Seed = 4;
        var random = new Random(Seed);
        var wheel = new TimerWheel(TimeSpan.FromTicks(1));
        var due = new List<TimerNode>();
        var expected = new List<TimeSpan>();
        foreach (var _ in Enumerable.Range(0, 5000))
        {
            var node = new Node { Due = TimeSpan.FromTicks(random.NextInt64(1, TimeSpan.FromDays(400).Ticks >> random.Next(40))) };
            wheel.Add(node);
            expected.Add(node.Due);
        }

        var fired = new List<TimeSpan>();
        while (wheel.NextWork is { } next)
        {
            wheel.TakeDue(next, due);
            fired.AddRange(due.Select(_ => next));
            due.Clear();
        }

        Assert.Equal(expected.Order(), fired);
    }

    private sealed class Node : TimerNode
    {
        public override void Fire() { }
    }
}
