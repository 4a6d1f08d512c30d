using Akka.Actor;

namespace ActorHeartbeat.Simulation.Tests.Runtime;

/// <summary>Order, time and asynchronous code in a simulation.</summary>
public sealed class RunningTests
{
    [Fact]
    public void The_same_seed_twice_gives_the_same_history()
    {
        var (first, firstDigest) = RunCrowd(seed: 7);
        var (second, secondDigest) = RunCrowd(seed: 7);

        Assert.InRange(first.Count, 300, 3000);
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
    public void Another_simulation_on_the_thread_changes_nothing()
    {
        using var other = new ActorSimulation(8);

        var (beside, digest) = RunCrowd(seed: 7);
        other.Dispose();
        var (alone, digestAlone) = RunCrowd(seed: 7);

        Assert.Equal(alone, beside);
        Assert.Equal(digestAlone, digest);
    }

    [Fact]
    public void A_step_hands_over_one_message_at_the_most()
    {
        using var simulation = new ActorSimulation(3);
        var received = new List<object>();
        var (one, other) = (Recorder(simulation, received), Recorder(simulation, received));
        foreach (var message in new[] { "a", "b", "c" })
        {
            one.Tell(message);
            other.Tell(message);
        }

        var counts = new List<long>();
        var before = simulation.MessageCount;
        while (simulation.RunOne())
        {
            counts.Add(simulation.MessageCount - before);
            before = simulation.MessageCount;
        }

        Assert.Equal(6, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 0, 1));
        Assert.Equal(["a", "a", "b", "b", "c", "c"], received.Cast<string>().Order());
    }

    [Fact]
    public void Time_moves_only_when_told_and_timers_fire_exactly_then()
    {
        using var simulation = new ActorSimulation(1);
        var received = new List<object>();
        var recorder = Recorder(simulation, received);
        simulation.System.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(1500.5), recorder, "due", ActorRefs.NoSender);

        simulation.RunUntilIdle();
        simulation.Advance(TimeSpan.FromMilliseconds(1500.4));
        Assert.Empty(received);
        Assert.Equal(1, simulation.PendingTimers);
        simulation.Advance(TimeSpan.FromMilliseconds(0.1));

        Assert.Equal(["due"], received);
        Assert.Equal(TimeSpan.FromMilliseconds(1500.5), simulation.Time);
        Assert.Equal(0, simulation.PendingTimers);
        Assert.Equal(new DateTimeOffset(2000, 1, 1, 0, 0, 1, TimeSpan.Zero).AddMilliseconds(500.5), simulation.System.Scheduler.Now);
    }

    [Fact]
    public void Advancing_to_the_next_timer_lands_on_it()
    {
        using var simulation = new ActorSimulation(1);
        var received = new List<object>();
        var recorder = Recorder(simulation, received);
        foreach (var hours in new[] { 30, 1, 4000 })
            simulation.System.Scheduler.ScheduleTellOnce(TimeSpan.FromHours(hours), recorder, hours, ActorRefs.NoSender);

        var times = new List<double>();
        while (simulation.AdvanceToNextTimer())
            times.Add(simulation.Time.TotalHours);

        Assert.Equal([1, 30, 4000], times);
        Assert.Equal([1, 30, 4000], received.Cast<int>());
    }

    [Fact]
    public void A_cancelled_timer_does_not_fire_and_many_of_them_are_forgotten()
    {
        using var simulation = new ActorSimulation(1);
        var received = new List<object>();
        var recorder = Recorder(simulation, received);
        for (var number = 0; number < 5000; number++)
        {
            var timer = simulation.System.Scheduler.ScheduleTellOnceCancelable(TimeSpan.FromHours(1), recorder, number, ActorRefs.NoSender);
            if (number % 1000 != 0)
                timer.Cancel();
        }

        simulation.Advance(TimeSpan.FromHours(2));

        Assert.Equal([0, 1000, 2000, 3000, 4000], received.Cast<int>());
    }

    [Fact]
    public void A_piped_task_that_ends_inside_comes_back_inside()
    {
        using var simulation = new ActorSimulation(1);
        var received = new List<object>();
        var completion = new TaskCompletionSource<string>();
        Recorder(simulation, received).Tell(new Pipe(completion.Task));
        simulation.System.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromSeconds(1), () => completion.SetResult("piped"));

        simulation.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["piped"], received);
    }

    [Fact]
    public void A_question_is_answered_and_times_out_in_virtual_time()
    {
        using var simulation = new ActorSimulation(1);
        var echo = simulation.System.ActorOf(Props.Create(() => new Echo()));

        var answer = simulation.Run(() => simulation.Ask<string>(echo, "hello", TimeSpan.FromSeconds(1)));
        var silence = Assert.Throws<AskTimeoutException>(
            () => simulation.Run(() => simulation.Ask<string>(echo, 1, TimeSpan.FromHours(5))));

        Assert.Equal("hello", answer);
        Assert.Contains("05:00:00", silence.Message);
        Assert.Equal(TimeSpan.FromHours(5), simulation.Time);
        Assert.Equal(0, simulation.PendingTimers);
    }

    [Fact]
    public void Code_that_awaits_several_answers_stays_on_its_thread()
    {
        using var simulation = new ActorSimulation(1);
        var echo = simulation.System.ActorOf(Props.Create(() => new Echo()));
        var threads = new HashSet<int> { Environment.CurrentManagedThreadId };

        simulation.Run(async () =>
        {
            for (var number = 0; number < 10; number++)
            {
                await echo.Ask<string>($"{number}");
                threads.Add(Environment.CurrentManagedThreadId);
            }
        });

        Assert.Single(threads);
    }

    [Fact]
    public void A_simulated_hour_of_fifty_heartbeats_is_cheap()
    {
        using var simulation = new ActorSimulation(1);
        foreach (var number in Enumerable.Range(0, 50))
            simulation.System.ActorOf(Props.Create(() => new Beating(TimeSpan.FromSeconds(1))), $"endpoint-{number}");

        simulation.Advance(TimeSpan.FromHours(1));

        Assert.InRange(simulation.MessageCount, 50 * 3600, 50 * 3600 + 100);
    }

    [Fact]
    public async Task Disposing_a_simulation_again_does_nothing()
    {
        var simulation = new ActorSimulation(1);
        simulation.System.ActorOf(Props.Create(() => new Beating(TimeSpan.FromSeconds(1))));

        simulation.Dispose();
        simulation.Dispose();

        Assert.Throws<ObjectDisposedException>(() => simulation.RunOne());
        await simulation.System.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static IActorRef Recorder(ActorSimulation simulation, List<object> received) =>
        simulation.System.ActorOf(Props.Create(() => new Recording(received)));

    private static (List<string> Trace, ulong Digest) RunCrowd(int seed)
    {
        var trace = new List<string>();
        using var simulation = new ActorSimulation(seed);
        simulation.OnMessage = entry => trace.Add($"{entry.Time} {entry.Actor.ToStringWithUid()} {entry.Message}");
        simulation.RunUntilIdle(); // from here on Akka.NET uses the random numbers of this simulation
        var gossip = Props.Create(() => new Gossip(seed));
        var crowd = Enumerable.Range(0, 5).Select(number => simulation.System.ActorOf(gossip, $"gossip-{number}")).ToArray();
        foreach (var member in crowd)
            member.Tell(crowd);
        simulation.Advance(TimeSpan.FromMinutes(1));
        return (trace, simulation.Digest);
    }

    private sealed record Pipe(Task<string> Task);

    private sealed class Recording : ReceiveActor
    {
        public Recording(List<object> received)
        {
            Receive<Pipe>(pipe => pipe.Task.PipeTo(Self));
            ReceiveAny(received.Add);
        }
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<string>(text => Sender.Tell(text));
    }

    private sealed class Beating(TimeSpan period) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer("beat", "beat", period);

        protected override void OnReceive(object message) { }
    }

    /// <summary>Sends messages and sets timers, creates children, and sometimes fails.</summary>
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
            Receive<Again>(again =>
            {
                again.Others[count++ % again.Others.Length].Tell("how many?");
                Context.ActorOf(Props.Create(() => new Echo())).Tell("who am I?");
                Context.ActorSelection("*").Tell("all of you");
            });
            Receive<string>(_ => Sender.Tell(++count));
            Receive<int>(number =>
            {
                if (number % 11 == 0)
                    throw new InvalidOperationException("eleven");
            });
        }

        public ITimerScheduler Timers { get; set; } = null!;

        private sealed record Again(IActorRef[] Others)
        {
            public override string ToString() => "again";
        }
    }
}
