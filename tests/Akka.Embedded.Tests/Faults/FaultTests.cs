using Akka.Actor;
using Akka.Deterministic;
using Akka.Event;

namespace Akka.Embedded.Tests.Faults;

/// <summary>Users' code throws in every place where it is called. The system goes on, and what becomes of the actor is what the documentation says.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly Simulation _simulation = new(1, "akka.stdout-loglevel = OFF");
    private readonly List<string> _life = [];

    public void Dispose()
    {
        var alive = _simulation.System.ActorOf(Props.Create(() => new Fragile(new List<string>(), "")));
        Assert.Equal("pong", _simulation.Run(() => alive.Ask<string>("ping", TimeSpan.FromSeconds(1))));
        _simulation.Dispose();
    }

    [Fact]
    public void Throwing_in_the_constructor_stops_the_actor_without_a_hook()
    {
        var life = Live("constructor");

        Assert.Equal(["constructor", "terminated"], life);
    }

    [Fact]
    public void Throwing_in_PreStart_stops_the_actor_without_PostStop()
    {
        var life = Live("PreStart");

        Assert.Equal(["constructor", "PreStart", "terminated"], life);
    }

    [Fact]
    public void Throwing_in_receive_restarts_the_actor_and_keeps_the_mailbox()
    {
        var life = Live("receive", "throw", "ping", "ping");

        Assert.Equal(["constructor", "PreStart", "throw", "PreRestart throw", "PostStop", "constructor", "PostRestart", "PreStart", "ping", "ping"], life);
    }

    [Fact]
    public void Throwing_in_PostStop_stops_the_actor_all_the_same()
    {
        var life = Live("PostStop", PoisonPill.Instance);

        Assert.Equal(["constructor", "PreStart", "PostStop", "terminated"], life);
    }

    [Fact]
    public void Throwing_in_PreRestart_does_not_stop_the_restart()
    {
        var life = Live("PreRestart", "throw", "ping");

        Assert.Equal(["constructor", "PreStart", "throw", "PreRestart throw", "constructor", "PostRestart", "PreStart", "ping"], life);
    }

    [Fact]
    public void Throwing_in_PostRestart_stops_the_actor()
    {
        var life = Live("PostRestart", "throw", "ping");

        Assert.Equal(["constructor", "PreStart", "throw", "PreRestart throw", "PostStop", "constructor", "PostRestart", "terminated"], life);
    }

    [Fact]
    public void Throwing_in_the_decider_is_the_supervisors_own_failure()
    {
        var restarts = new List<string>();
        var decider = Actor.Decider.From(_ => throw new NotSupportedException("undecided"));
        var supervisor = _simulation.System.ActorOf(Props.Create(() => new Supervisor(restarts, decider)));
        supervisor.Tell("throw");

        _simulation.RunUntilIdle();

        Assert.Equal(["supervisor NotSupportedException"], restarts);
    }

    [Fact]
    public void Throwing_in_a_transition_handler_restarts_the_machine()
    {
        var machine = _simulation.System.ActorOf(Props.Create(() => new Machine(_life)));
        machine.Tell("go");
        machine.Tell("stay");

        _simulation.RunUntilIdle();

        Assert.Equal(["initialized", "transition", "terminated", "initialized", "stay"], _life);
    }

    [Fact]
    public void Throwing_at_a_timers_message_restarts_the_actor_and_cancels_its_timers()
    {
        _simulation.System.ActorOf(Props.Create(() => new Ticking(_life)));

        _simulation.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["start", "tick", "start"], _life);
        Assert.Equal(0, _simulation.PendingTimers);
    }

    [Fact]
    public void Throwing_in_a_scheduled_action_ends_that_action_only()
    {
        var ran = 0;
        var others = 0;
        _simulation.System.Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, TimeSpan.FromSeconds(1), () => throw new InvalidOperationException($"{++ran}"));
        _simulation.System.Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), () => others++);

        _simulation.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal((1, 5), (ran, others));
    }

    [Fact]
    public void Throwing_after_an_await_restarts_the_actor_with_the_message_that_failed()
    {
        var gate = new TaskCompletionSource();
        var waiter = _simulation.System.ActorOf(Props.Create(() => new Waiter(_life, gate.Task)));
        waiter.Tell("first");
        waiter.Tell("second");

        _simulation.RunUntilIdle();
        Assert.Equal(["first"], _life);
        _simulation.System.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromSeconds(1), gate.SetResult);
        _simulation.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["first", "restart because of first", "second", "restart because of second"], _life);
    }

    [Fact]
    public void Throwing_in_a_producer_stops_the_actor_like_its_constructor()
    {
        var actor = _simulation.System.ActorOf(Props.CreateBy(new Barren()));
        _simulation.System.ActorOf(Props.Create(() => new Mourner(_life, actor)));

        _simulation.RunUntilIdle();

        Assert.Equal(["terminated"], _life);
    }

    [Fact]
    public void Throwing_in_a_predicate_restarts_the_actor()
    {
        var choosy = _simulation.System.ActorOf(Props.Create(() => new Choosy(_life)));
        choosy.Tell("throw");
        choosy.Tell("ping");

        _simulation.RunUntilIdle();

        Assert.Equal(["restart because of throw", "ping"], _life);
    }

    [Fact]
    public void Throwing_in_OnTermination_stops_the_machine_all_the_same()
    {
        var machine = _simulation.System.ActorOf(Props.Create(() => new Ending()));
        _simulation.System.ActorOf(Props.Create(() => new Mourner(_life, machine)));
        _simulation.System.Stop(machine);

        _simulation.RunUntilIdle();

        Assert.Equal(["terminated"], _life);
    }

    [Fact]
    public void Throwing_in_what_makes_a_message_of_a_result_becomes_a_failure()
    {
        var witness = _simulation.System.ActorOf(Props.Create(() => new Witness(_life)));
        Task.FromResult(1).PipeTo(witness, success: _ => throw new InvalidOperationException("success"));

        _simulation.RunUntilIdle();

        Assert.Equal(["failure: success"], _life);
    }

    [Fact]
    public void Throwing_in_a_termination_callback_keeps_no_other_from_running()
    {
        using var simulation = new Simulation(1, "akka.stdout-loglevel = OFF");
        simulation.System.RegisterOnTermination(() => _life.Add("first"));
        simulation.System.RegisterOnTermination(() => throw new InvalidOperationException("callback"));
        simulation.System.RegisterOnTermination(() => _life.Add("last"));

        simulation.Run(simulation.System.Terminate);

        Assert.Equal(["last", "first"], _life);
    }

    [Fact]
    public void Throwing_in_a_logger_is_not_given_to_the_logger_again()
    {
        using var simulation = new Simulation(1, $"akka.stdout-loglevel = OFF\nakka.loggers = [\"{typeof(BrokenLogger).FullName}, {typeof(BrokenLogger).Assembly.GetName().Name}\"]");

        simulation.System.Log.Warning("one");
        simulation.System.Log.Warning("two");

        simulation.RunUntilIdle(limit: 1_000);
    }

    private List<string> Live(string throwsIn, params object[] messages)
    {
        var actor = _simulation.System.ActorOf(Props.Create(() => new Fragile(_life, throwsIn)));
        _simulation.System.ActorOf(Props.Create(() => new Mourner(_life, actor)));
        foreach (var message in messages)
            actor.Tell(message);
        _simulation.RunUntilIdle();
        return _life;
    }

    private sealed class Fragile : UntypedActor
    {
        private readonly List<string> _life;
        private readonly string _throwsIn;

        public Fragile(List<string> life, string throwsIn)
        {
            _life = life;
            _throwsIn = throwsIn;
            Pass("constructor");
        }

        protected override void PreStart() => Pass("PreStart");

        protected override void PostStop() => Pass("PostStop");

        protected override void PreRestart(Exception reason, object message)
        {
            _life.Add($"PreRestart {message}");
            ThrowIn("PreRestart");
            base.PreRestart(reason, message);
        }

        protected override void PostRestart(Exception reason)
        {
            Pass("PostRestart");
            base.PostRestart(reason);
        }

        protected override void OnReceive(object message)
        {
            _life.Add((string)message);
            if (message is "throw")
                throw new InvalidOperationException("receive");
            Sender.Tell("pong");
        }

        private void Pass(string hook)
        {
            _life.Add(hook);
            ThrowIn(hook);
        }

        private void ThrowIn(string hook)
        {
            if (_throwsIn == hook)
                throw new InvalidOperationException(hook);
        }
    }

    private sealed class Mourner(List<string> life, IActorRef watched) : UntypedActor
    {
        protected override void PreStart() => Context.Watch(watched);

        protected override void OnReceive(object message) => life.Add("terminated");
    }

    private sealed class Witness(List<string> life) : UntypedActor
    {
        protected override void OnReceive(object message) => life.Add($"failure: {((Status.Failure)message).Cause.Message}");
    }

    private sealed class Barren : IIndirectActorProducer
    {
        public Type ActorType => typeof(Fragile);

        public ActorBase Produce() => throw new InvalidOperationException("producer");

        public void Release(ActorBase actor) { }
    }

    private sealed class Choosy : ReceiveActor
    {
        private readonly List<string> _life;

        public Choosy(List<string> life)
        {
            _life = life;
            Receive<string>(text => text is "throw" ? throw new InvalidOperationException("predicate") : true, life.Add);
        }

        protected override void PreRestart(Exception reason, object message) => _life.Add($"restart because of {message}");
    }

    private sealed class Ending : FSM<int, int>
    {
        public Ending()
        {
            StartWith(0, 0);
            When(0, _ => Stay());
            OnTermination(_ => throw new InvalidOperationException("termination"));
            Initialize();
        }
    }

    public sealed class BrokenLogger : DefaultLogger
    {
        protected override void Print(LogEvent logEvent) => throw new InvalidOperationException("logger");
    }

    private sealed class Supervisor(List<string> restarts, IDecider decider) : UntypedActor
    {
        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(decider);

        protected override void OnReceive(object message) =>
            Context.ActorOf(Props.Create(() => new Fragile(new List<string>(), ""))).Tell(message);

        protected override void PreRestart(Exception reason, object message)
        {
            restarts.Add($"supervisor {reason.GetType().Name}");
            base.PreRestart(reason, message);
        }
    }

    private sealed class Machine : FSM<int, int>
    {
        public Machine(List<string> life)
        {
            StartWith(0, 0);
            When(0, fsmEvent =>
            {
                if (fsmEvent.FsmEvent is not "stay")
                    return GoTo(1);
                life.Add("stay");
                return Stay();
            });
            When(1, _ => Stay());
            OnTransition((from, to) =>
            {
                life.Add(from == to ? "initialized" : "transition");
                if (from != to)
                    throw new InvalidOperationException("transition");
            });
            OnTermination(_ => life.Add("terminated"));
            Initialize();
        }
    }

    private sealed class Ticking(List<string> life) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; }

        protected override void PreStart()
        {
            life.Add("start");
            if (life.Count == 1)
                Timers.StartPeriodicTimer("tick", "tick", TimeSpan.FromSeconds(1));
        }

        protected override void OnReceive(object message)
        {
            life.Add((string)message);
            throw new InvalidOperationException("timer");
        }
    }

    private sealed class Waiter : ReceiveActor
    {
        private readonly List<string> _life;

        public Waiter(List<string> life, Task gate)
        {
            _life = life;
            ReceiveAsync<string>(async text =>
            {
                life.Add(text);
                await gate;
                throw new InvalidOperationException(text);
            });
        }

        protected override void PreRestart(Exception reason, object message) => _life.Add($"restart because of {message}");
    }
}
