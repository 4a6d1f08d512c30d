using Akka.Actor;
using Akka.Deterministic;

namespace Akka.Embedded.Tests.Deterministic;

public sealed class SimulationTests
{
    [Fact]
    public void The_same_seed_twice_gives_the_same_trace()
    {
        var (first, firstDigest) = RunCrowd(seed: 7);
        var (second, secondDigest) = RunCrowd(seed: 7);

        Assert.NotEmpty(first);
        Assert.Equal(first, second);
        Assert.Equal(firstDigest, secondDigest);
    }

    [Fact]
    public void Different_seeds_give_different_orders_of_the_same_messages()
    {
        var (first, firstDigest) = RunCrowd(seed: 1);
        var (second, secondDigest) = RunCrowd(seed: 2);

        Assert.NotEqual(first, second);
        Assert.NotEqual(firstDigest, secondDigest);
    }

    [Fact]
    public void A_step_hands_over_one_message_at_the_most()
    {
        using var simulation = new Simulation(3);
        var received = new List<object>();
        simulation.System.ActorOf(Props.Create(() => new Recorder(received))).Tell("a");
        simulation.System.ActorOf(Props.Create(() => new Recorder(received))).Tell("b");

        var counts = new List<long>();
        var before = simulation.MessageCount;
        while (simulation.RunOne())
        {
            counts.Add(simulation.MessageCount - before);
            before = simulation.MessageCount;
        }

        Assert.All(counts, count => Assert.InRange(count, 0, 1));
        Assert.Equal(["a", "b"], received.Cast<string>().Order());
    }

    [Fact]
    public void Time_moves_only_when_told_and_timers_fire_exactly_then()
    {
        using var simulation = new Simulation(1);
        var received = new List<object>();
        var recorder = simulation.System.ActorOf(Props.Create(() => new Recorder(received)));
        simulation.System.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(1500.5), recorder, "due", ActorRefs.NoSender);

        simulation.RunUntilIdle();
        simulation.Advance(TimeSpan.FromMilliseconds(1500.4));
        Assert.Empty(received);
        simulation.Advance(TimeSpan.FromMilliseconds(0.1));

        Assert.Equal(["due"], received);
        Assert.Equal(TimeSpan.FromMilliseconds(1500.5), simulation.Time);
    }

    [Fact]
    public void Advancing_to_the_next_timer_lands_on_it()
    {
        using var simulation = new Simulation(1);
        var received = new List<object>();
        var recorder = simulation.System.ActorOf(Props.Create(() => new Recorder(received)));
        foreach (var hours in new[] { 30, 1, 4000 })
            simulation.System.Scheduler.ScheduleTellOnce(TimeSpan.FromHours(hours), recorder, hours, ActorRefs.NoSender);

        var times = new List<double>();
        while (simulation.AdvanceToNextTimer())
            times.Add(simulation.Time.TotalHours);

        Assert.Equal([1, 30, 4000], times);
        Assert.Equal([1, 30, 4000], received.Cast<int>());
    }

    [Fact]
    public void A_piped_task_that_ends_inside_comes_back_inside()
    {
        using var simulation = new Simulation(1);
        var received = new List<object>();
        var completion = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var recorder = simulation.System.ActorOf(Props.Create(() => new Recorder(received)));
        recorder.Tell(new Pipe(completion.Task));
        simulation.System.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromSeconds(1), () => completion.SetResult("piped"));

        simulation.RunUntilIdle();
        simulation.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["piped"], received);
    }

    [Fact]
    public void A_question_is_answered_and_times_out_in_virtual_time()
    {
        using var simulation = new Simulation(1);
        var echo = simulation.System.ActorOf(Props.Create(() => new Echo()));

        var answer = simulation.Run(() => echo.Ask<string>("hello", TimeSpan.FromSeconds(1)));
        var silence = Assert.Throws<AskTimeoutException>(() => simulation.Run(() => echo.Ask<string>(1, TimeSpan.FromHours(5))));

        Assert.Equal("hello", answer);
        Assert.Contains("05:00:00", silence.Message);
        Assert.Equal(TimeSpan.FromHours(5), simulation.Time);
    }

    [Fact]
    public void A_message_from_another_thread_is_refused_there_and_here()
    {
        var simulation = new Simulation(1);
        var echo = simulation.System.ActorOf(Props.Create(() => new Echo()));
        simulation.RunUntilIdle();

        Exception there = null;
        var thread = new Thread(() => there = Record.Exception(() => echo.Tell("from outside")));
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(10)));
        var here = Assert.Throws<ForeignThreadException>(() => simulation.RunUntilIdle());

        Assert.IsType<ForeignThreadException>(there);
        Assert.Contains("System.String", here.Message);
        Assert.Contains("outside of the simulation", here.Message);
    }

    [Fact]
    public void A_handler_that_waits_for_real_time_is_refused()
    {
        var simulation = new Simulation(1);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiter = simulation.System.ActorOf(Props.Create(() => new RealWaiter(ended.Task)));
        waiter.Tell("wait");
        simulation.RunUntilIdle();

        var thread = new Thread(() => ended.SetResult());
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(10)));

        Assert.True(SpinWait.SpinUntil(() => Record.Exception(() => simulation.RunUntilIdle()) is ForeignThreadException, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_simulated_day_of_fifty_heartbeats_is_cheap()
    {
        using var simulation = new Simulation(1);
        foreach (var number in Enumerable.Range(0, 50))
            simulation.System.ActorOf(Props.Create(() => new Beating(TimeSpan.FromSeconds(1))), $"endpoint-{number}");

        simulation.Advance(TimeSpan.FromHours(1));

        Assert.InRange(simulation.MessageCount, 50 * 3600, 50 * 3600 + 100);
    }

    private static (List<string> Trace, ulong Digest) RunCrowd(int seed)
    {
        var trace = new List<string>();
        using var simulation = new Simulation(seed) { OnMessage = entry => trace.Add($"{entry.Time} {entry.Actor.ToStringWithUid()} {entry.Message}") };
        var crowd = Enumerable.Range(0, 5).Select(number => simulation.System.ActorOf(Props.Create(() => new Gossip(seed)), $"gossip-{number}")).ToArray();
        foreach (var member in crowd)
            member.Tell(crowd);
        simulation.Advance(TimeSpan.FromMinutes(1));
        return (trace, simulation.Digest);
    }

    private sealed record Pipe(Task<string> Task);

    private sealed class Recorder : ReceiveActor
    {
        public Recorder(List<object> received)
        {
            Receive<Pipe>(pipe => pipe.Task.PipeTo(Self));
            ReceiveAny(received.Add);
        }
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<string>(text => Sender.Tell(text));
    }

    private sealed class RealWaiter : ReceiveActor
    {
        public RealWaiter(Task task) => ReceiveAsync<string>(async _ => await task);
    }

    private sealed class Beating(TimeSpan period) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; }

        protected override void PreStart() => Timers.StartPeriodicTimer("beat", "beat", period);

        protected override void OnReceive(object message) { }
    }

    /// <summary>Talks to the others with timers and questions, and fails now and then.</summary>
    private sealed class Gossip : ReceiveActor, IWithTimers
    {
        public Gossip(int seed)
        {
            var count = seed;
            Receive<IActorRef[]>(others =>
            {
                foreach (var other in others)
                    other.Tell("hello");
                Timers.StartPeriodicTimer("again", new Again(others), TimeSpan.FromSeconds(3));
            });
            Receive<Again>(again => again.Others[count++ % again.Others.Length].Ask<int>("how many?", TimeSpan.FromSeconds(1)).PipeTo(Self));
            Receive<string>(_ => Sender.Tell(++count));
            Receive<int>(number =>
            {
                if (number % 11 == 0)
                    throw new InvalidOperationException("eleven");
            });
            Receive<Status.Failure>(_ => count++);
        }

        public ITimerScheduler Timers { get; set; }

        private sealed record Again(IActorRef[] Others);
    }
}
