using Akka.Actor;

namespace ActorHeartbeat.Simulation.Tests.Runtime;

#pragma warning disable MA0048 // The package's page shows the actor and its test in one piece; PackagePageTests holds it to this file.

/// <summary>Collects items, and passes them on when three are there or five seconds after the first.</summary>
public sealed class Batcher : ReceiveActor, IWithTimers
{
    private readonly List<int> _items = [];
    private readonly IActorRef _target;

    public Batcher(IActorRef target)
    {
        _target = target;
        Receive<string>(_ => PassOn());
        Receive<int>(item =>
        {
            _items.Add(item);
            if (_items.Count == 1)
                Timers.StartSingleTimer("late", "late", TimeSpan.FromSeconds(5));
            if (_items.Count == 3)
                PassOn();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private void PassOn()
    {
        Timers.Cancel("late");
        _target.Tell(_items.ToArray());
        _items.Clear();
    }
}

public sealed class Target : ReceiveActor
{
    public Target(Action<int[]> receive) => Receive(receive);
}

public class BatcherTests
{
    [Fact]
    public void Every_item_is_passed_on_once_within_five_seconds()
    {
        foreach (var seed in Enumerable.Range(1, 100))
        {
            using var simulation = new ActorSimulation(seed);
            var (sent, waits) = (new List<TimeSpan>(), new List<TimeSpan>());
            var target = simulation.System.ActorOf(Props.Create(() => new Target(
                items => waits.AddRange(items.Select(item => simulation.Time - sent[item])))));
            var batcher = simulation.System.ActorOf(Props.Create(() => new Batcher(target)));

            for (var item = 0; item < 50; item++)
            {
                simulation.Advance(TimeSpan.FromSeconds(4 * simulation.Random.NextDouble()));
                sent.Add(simulation.Time);
                batcher.Tell(item);
            }
            simulation.Advance(TimeSpan.FromSeconds(5));

            Assert.True(
                waits.Count == 50 && waits.Max() <= TimeSpan.FromSeconds(5),
                $"seed {seed}: {waits.Count} items, the latest after {waits.Max()}");
        }
    }
}
