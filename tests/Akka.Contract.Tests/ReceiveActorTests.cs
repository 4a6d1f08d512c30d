using Akka.Actor;
using Akka.Event;

namespace Akka.Contract.Tests;

public sealed class ReceiveActorTests() : ActorSpec(VirtualTime)
{
    [Fact]
    public void The_first_handler_whose_type_fits_gets_the_message()
    {
        var actor = Start(self =>
        {
            self.On<string>(_ => self.Reply("string"));
            self.On<object>(_ => self.Reply("object"));
        });

        actor.Tell("text");
        actor.Tell(1);

        ExpectMsg("string");
        ExpectMsg("object");
    }

    [Fact]
    public void A_handler_whose_predicate_refuses_leaves_the_message_to_the_next()
    {
        var actor = Start(self =>
        {
            self.On<int>(number => number > 10, _ => self.Reply("large"));
            self.On<int>(_ => self.Reply("small"));
        });

        actor.Tell(11);
        actor.Tell(10);

        ExpectMsg("large");
        ExpectMsg("small");
    }

    [Fact]
    public void A_handler_that_returns_false_leaves_the_message_to_the_next()
    {
        var actor = Start(self =>
        {
            self.OnFunction<string>(text => text == "mine");
            self.OnAny(_ => self.Reply("next"));
        });

        actor.Tell("mine");
        actor.Tell("other");

        ExpectMsg("next");
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_message_without_a_handler_is_published_as_unhandled()
    {
        var actor = Start(self => self.On<int>(_ => { }));
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));

        actor.Tell("what is this");

        var unhandled = ExpectMsg<UnhandledMessage>();
        Assert.Equal(("what is this", actor), (unhandled.Message, unhandled.Recipient));
    }

    [Fact]
    public void Become_replaces_the_behaviour()
    {
        var actor = Start(self => self.OnAny(_ => self.Switch(() => self.OnAny(_ => self.Reply("new")))));

        actor.Tell("switch");
        actor.Tell("question");

        ExpectMsg("new");
    }

    [Fact]
    public void UnbecomeStacked_returns_to_the_behaviour_below()
    {
        var actor = Start(self => self.OnAny(message =>
        {
            self.Reply("below");
            if (message is "stack")
                self.Stack(() => self.OnAny(_ =>
                {
                    self.Reply("above");
                    self.Unstack();
                }));
        }));

        actor.Tell("stack");
        actor.Tell("once");
        actor.Tell("again");

        ExpectMsg("below");
        ExpectMsg("above");
        ExpectMsg("below");
    }

    [Fact]
    public void A_restart_returns_to_the_first_behaviour()
    {
        var actor = Start(self => self.OnAny(message =>
        {
            self.Reply("first");
            self.Switch(() => self.OnAny(_ => throw new InvalidOperationException("crash")));
        }));

        actor.Tell("switch");
        actor.Tell("crash");
        actor.Tell("where");

        ExpectMsg("first");
        ExpectMsg("first");
    }

    [Fact]
    public void While_an_asynchronous_handler_runs_the_mailbox_waits()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = Start(self =>
        {
            self.OnAsync<string>(async _ =>
            {
                self.Reply("started");
                await release.Task;
                self.Reply("finished");
            });
            self.On<int>(_ => self.Reply("next"));
        });

        actor.Tell("work");
        actor.Tell(1);
        ExpectMsg("started");
        ExpectNoMsg(Silence);
        release.SetResult();

        ExpectMsg("finished");
        ExpectMsg("next");
    }

    [Fact]
    public void After_an_await_the_sender_is_still_that_of_the_message()
    {
        var first = CreateTestProbe();
        var second = CreateTestProbe();
        var actor = Start(self => self.OnAsync<string>(async text =>
        {
            await Task.Yield();
            self.Reply(text);
        }));

        actor.Tell("to the first", first.Ref);
        actor.Tell("to the second", second.Ref);

        first.ExpectMsg("to the first");
        second.ExpectMsg("to the second");
    }

    [Fact]
    public void An_exception_after_an_await_restarts_the_actor()
    {
        var actor = Start(self =>
        {
            TestActor.Tell("constructed");
            self.OnAsync<string>(async _ =>
            {
                await Task.Yield();
                throw new InvalidOperationException("crash");
            });
        });
        ExpectMsg("constructed");

        actor.Tell("crash");

        ExpectMsg("constructed");
    }

    [Fact]
    public void A_receive_timeout_comes_after_the_silence_it_was_set_for_and_again_after_each_further_one()
    {
        var actor = StartWithReceiveTimeout();

        Clock.Advance(Seconds(10));
        ExpectMsg("silence");
        Settle(actor);
        Clock.Advance(Seconds(10));

        ExpectMsg("silence");
    }

    [Fact]
    public void A_message_starts_the_receive_timeout_anew()
    {
        var actor = StartWithReceiveTimeout();

        Clock.Advance(Seconds(6));
        actor.Tell("noise");
        ExpectMsg("noise");
        Settle(actor);
        Clock.Advance(Seconds(6));
        Settle(actor);
        TestActor.Tell("nothing before this");
        Clock.Advance(Seconds(4));

        ExpectMsg("nothing before this");
        ExpectMsg("silence");
    }

    [Fact]
    public void A_message_that_does_not_influence_the_receive_timeout_leaves_it_running()
    {
        var actor = StartWithReceiveTimeout();

        Clock.Advance(Seconds(6));
        actor.Tell(new Unobtrusive());
        ExpectMsg<Unobtrusive>();
        Settle(actor);
        Clock.Advance(Seconds(4));

        ExpectMsg("silence");
    }

    [Fact]
    public void A_message_of_a_timer_starts_the_receive_timeout_anew_unless_it_says_that_it_does_not()
    {
        var obtrusive = Sys.ActorOf(Props.Create(() => new Ticking("tick", TestActor)));
        var unobtrusive = Sys.ActorOf(Props.Create(() => new Ticking(new Unobtrusive(), TestActor)));
        Settle(obtrusive);
        Settle(unobtrusive);

        Clock.Advance(Seconds(6));
        ExpectMsgAllOf<object>("tick", new Unobtrusive());
        Settle(obtrusive);
        Settle(unobtrusive);
        Clock.Advance(Seconds(4));

        ExpectMsg(ReceiveTimeout.Instance);
        Assert.Equal(unobtrusive, LastSender);
        ExpectNoMsg(Silence);
        Clock.Advance(Seconds(6));
        ExpectMsg(ReceiveTimeout.Instance);
        Assert.Equal(obtrusive, LastSender);
    }

    [Fact]
    public void Nothing_can_be_registered_after_a_handler_of_everything()
    {
        EventFilter.Exception<ActorInitializationException>().ExpectOne(() => Start(self =>
        {
            self.OnAny(TestActor.Tell);
            self.On<string>(TestActor.Tell);
        }));
    }

    [Fact]
    public void Without_a_receive_timeout_silence_is_not_reported()
    {
        var actor = StartWithReceiveTimeout();
        actor.Tell("forget it");
        Settle(actor);

        Clock.Advance(Seconds(60));

        Settle(actor);
        ExpectNoMsg(Silence);
    }

    private IActorRef StartWithReceiveTimeout()
    {
        var actor = Start(self =>
        {
            self.OnAny(message =>
            {
                switch (message)
                {
                    case ReceiveTimeout:
                        TestActor.Tell("silence");
                        break;
                    case "forget it":
                        self.Timeout(null);
                        break;
                    default:
                        TestActor.Tell(message);
                        break;
                }
            });
            self.Timeout(TimeSpan.FromSeconds(10));
        });
        Settle(actor);
        return actor;
    }

    private IActorRef Start(Action<Scripted> script) => Sys.ActorOf(Props.Create(() => new Scripted(script)));

    /// <summary>Has a timer at 6 s and a receive timeout of 10 s, and reports both.</summary>
    private sealed class Ticking : ReceiveActor, IWithTimers
    {
        private readonly object _tick;

        public Ticking(object tick, IActorRef witness)
        {
            _tick = tick;
            ReceiveAny(message => witness.Tell(message, Self));
            SetReceiveTimeout(TimeSpan.FromSeconds(10));
        }

        public ITimerScheduler Timers { get; set; } = null!; // Set by the runtime before PreStart.

        protected override void PreStart() => Timers.StartSingleTimer("timer", _tick, TimeSpan.FromSeconds(6));
    }

    private sealed record Unobtrusive : INotInfluenceReceiveTimeout;

    /// <summary>Opens the protected members to a spec that writes the actor down on the spot.</summary>
    private sealed class Scripted : ReceiveActor
    {
        public Scripted(Action<Scripted> script) => script(this);

        public void On<T>(Action<T> handler) => Receive(handler);

        public void On<T>(Predicate<T> predicate, Action<T> handler) => Receive(predicate, handler);

        public void OnFunction<T>(Func<T, bool> handler) => Receive(handler);

        public void OnAny(Action<object> handler) => ReceiveAny(handler);

        public void OnAsync<T>(Func<T, Task> handler) => ReceiveAsync(handler);

        public void Switch(Action configure) => Become(configure);

        public void Stack(Action configure) => BecomeStacked(configure);

        public void Unstack() => UnbecomeStacked();

        public void Timeout(TimeSpan? timeout) => SetReceiveTimeout(timeout);

        public void Reply(object message) => Sender.Tell(message);
    }
}
