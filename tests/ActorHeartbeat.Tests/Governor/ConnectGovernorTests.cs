using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Scheduling;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Governor;

/// <summary>The governor with the store that keeps its state across restarts of the process, in virtual time.</summary>
public class ConnectGovernorTests : Akka.TestKit.Xunit2.TestKit
{
    private readonly ScriptedStore _store = new();
    private readonly GovernorLedger<IActorRef> _ledger = new();
    private readonly IActorRef _governor;

    public ConnectGovernorTests()
        : base(VirtualTime.WithSerialization)
    {
        var clock = new SchedulerClock(Sys.Scheduler);
        _ledger.Configure(new SupervisorSettings { ConnectBurst = 3 }, new Dictionary<string, GroupSettings>(), clock.Elapsed);
        _governor = Sys.ActorOf(ConnectGovernor.Props(_ledger, clock, _store, room: null), "governor");
    }

    [Fact]
    public void A_permit_is_given_out_only_when_it_is_saved_as_spent()
    {
        Ask("a");
        ExpectNoPermit();
        Assert.Equal([2], _store.Saved.Select(Tokens));

        _store.Complete();

        Assert.Equal("a", ExpectMsg<PermitGranted>().Endpoint.Value);
    }

    [Fact]
    public void Permits_granted_during_a_save_share_the_next_save()
    {
        Ask("a");
        Ask("b");
        Ask("c");
        Assert.Single(_store.Saved);

        _store.Complete();
        Assert.Equal("a", ExpectMsg<PermitGranted>().Endpoint.Value);
        ExpectNoPermit();
        Assert.Equal([2, 0], _store.Saved.Select(Tokens));
        _store.Complete();

        Assert.Equal(["b", "c"], [ExpectMsg<PermitGranted>().Endpoint.Value, ExpectMsg<PermitGranted>().Endpoint.Value]);
    }

    [Fact]
    public void A_store_that_fails_delays_no_permit_and_is_logged_once()
    {
        EventFilter.Warning(contains: "disk full").ExpectOne(() =>
        {
            Ask("a");
            _store.Fail("disk full");
            ExpectMsg<PermitGranted>();
            Ask("b");
            _store.Fail("disk full");
            ExpectMsg<PermitGranted>();
            ExpectNoPermit(); // any complaint has been logged by now
        });
    }

    [Fact]
    public void A_store_that_works_again_is_logged_once()
    {
        Sys.EventStream.SetLogLevel(Akka.Event.LogLevel.InfoLevel);

        EventFilter.Info(contains: "is saved again").ExpectOne(() =>
        {
            Ask("a");
            _store.Fail("disk full");
            ExpectMsg<PermitGranted>();
            foreach (var id in new[] { "b", "c" })
            {
                Ask(id);
                _store.Complete();
                ExpectMsg<PermitGranted>();
            }
            ExpectNoPermit(); // any praise has been logged by now
        });
    }

    [Fact]
    public void A_store_that_hangs_delays_a_permit_no_longer_than_its_deadline()
    {
        Ask("a");
        ExpectNoPermit();

        EventFilter.Warning(contains: "longer than").ExpectOne(() => ((VirtualScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(5)));

        Assert.Equal("a", ExpectMsg<PermitGranted>().Endpoint.Value);
        Ask("b");
        Assert.Equal("b", ExpectMsg<PermitGranted>().Endpoint.Value);
        Assert.Single(_store.Saved);

        _store.Complete();
        AwaitAssert(() => Assert.Equal([2, 2], _store.Saved.Select(Tokens))); // full again after five seconds, less one token
    }

    [Fact]
    public void A_pause_that_a_server_asked_for_is_saved_too()
    {
        _governor.Tell(new PauseScope(GovernorScope.Host, "h:1", TimeSpan.FromMinutes(1), "429"));
        ExpectNoPermit();

        Assert.Equal(new SavedPause("host:h:1", TimeSpan.FromMinutes(1), "429"), Assert.Single(_store.Saved[^1].Pauses));
    }

    [Fact]
    public void A_governor_that_crashes_during_a_save_loses_no_permit()
    {
        ((VirtualScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(1));
        Ask("a");
        ExpectNoPermit();

        EventFilter
            .Exception<OverflowException>()
            .ExpectOne(() => _governor.Tell(new PauseScope(GovernorScope.Host, "h:1", TimeSpan.MaxValue, "a bug")));

        Assert.Equal("a", ExpectMsg<PermitGranted>().Endpoint.Value);
    }

    [Fact]
    public void A_save_that_ends_after_its_governor_crashed_gives_out_nothing_that_is_not_saved_yet()
    {
        ((VirtualScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(1));
        Ask("a");
        var before = _store.Pending;
        EventFilter
            .Exception<OverflowException>()
            .ExpectOne(() => _governor.Tell(new PauseScope(GovernorScope.Host, "h:1", TimeSpan.MaxValue, "a bug")));
        ExpectMsg<PermitGranted>();
        Ask("b");

        before.SetResult();
        ExpectNoMsg(TimeSpan.FromMilliseconds(100)); // the end of the save needs time to arrive
        Assert.Equal(2, _store.Saved.Count);
        _store.Complete();

        Assert.Equal("b", ExpectMsg<PermitGranted>().Endpoint.Value);
    }

    [Fact]
    public void Time_that_passes_while_the_governor_looks_at_the_clock_does_not_crash_it()
    {
        const int count = 40;
        var clock = new SchedulerClock(new RestlessScheduler(Sys.Scheduler));
        var ledger = new GovernorLedger<IActorRef>();
        ledger.Configure(
            new SupervisorSettings
            {
                ConnectRate = new Rate(5, TimeSpan.FromSeconds(1)),
                ConnectBurst = 1,
                MaxConnecting = count,
            },
            new Dictionary<string, GroupSettings>(),
            clock.Elapsed);
        var governor = Sys.ActorOf(ConnectGovernor.Props(ledger, clock, store: null, room: null));
        var probes = Enumerable.Range(0, count).Select(_ => CreateTestProbe()).ToArray();

        EventFilter.Error().Expect(0, () =>
        {
            foreach (var probe in probes)
                governor.Tell(new RequestPermit(new EndpointId("a"), "h", null, 1), probe.Ref);
            for (var look = 0; look < 20 * count; look++)
                governor.Tell(new ReturnPermit(new EndpointId("nobody")), ActorRefs.NoSender);
            Assert.All(probes, probe => probe.ExpectMsg<PermitGranted>());
        });
    }

    [Fact]
    public void A_pause_beyond_the_last_date_is_reported_as_ending_then_and_crashes_nothing()
    {
        EventFilter.Error().Expect(0, () =>
        {
            _governor.Tell(new PauseScope(GovernorScope.Global, "", TimeSpan.FromDays(10_000_000), "for ever"));
            _governor.Tell(new RequestPermit(new EndpointId("a"), "h", null, 1), TestActor);

            _governor.Tell(new GetPlace(new EndpointId("a")), TestActor);

            Assert.Equal(DateTimeOffset.MaxValue, ExpectMsg<QueuePlace>().Until);
        });
    }

    private void Ask(string name)
    {
        _governor.Tell(new RequestPermit(new EndpointId(name), "h", null, 1), TestActor);
        var probe = CreateTestProbe();
        _governor.Tell(new GetPlace(new EndpointId("nobody")), probe.Ref);
        probe.ExpectMsg<QueuePlace>();
    }

    // The answer arrives after every permit granted so far.
    private void ExpectNoPermit()
    {
        _governor.Tell(new GetPlace(new EndpointId("nobody")), TestActor);
        ExpectMsg<QueuePlace>();
    }

    private static double Tokens(GovernorState state) => state.Budgets.Single(budget => budget.Key == "global").Tokens;

    /// <summary>
    /// Moves time at every look at the clock, by random steps that match no rhythm of the caller. For one reader at a time.
    /// </summary>
    private sealed class RestlessScheduler(IScheduler scheduler) : IScheduler
    {
        private readonly Random _random = new(1);
        private TimeSpan _gone;

        public DateTimeOffset Now => scheduler.Now + (_gone += TimeSpan.FromMilliseconds(_random.Next(1, 13)));

        public TimeSpan MonotonicClock => scheduler.MonotonicClock;

        public TimeSpan HighResMonotonicClock => scheduler.HighResMonotonicClock;

        public IAdvancedScheduler Advanced => scheduler.Advanced;

        public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) =>
            scheduler.ScheduleTellOnce(delay, receiver, message, sender);

        public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
            scheduler.ScheduleTellOnce(delay, receiver, message, sender, cancelable);

        public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
            scheduler.ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender);

        public void ScheduleTellRepeatedly(
            TimeSpan initialDelay,
            TimeSpan interval,
            ICanTell receiver,
            object message,
            IActorRef sender,
            ICancelable cancelable) => scheduler.ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, cancelable);
    }

    /// <summary>A store whose saves end when the test says so.</summary>
    private sealed class ScriptedStore : IGovernorStore
    {
        public TaskCompletionSource Pending { get; private set; } = new();

        public List<GovernorState> Saved { get; } = [];

        public (GovernorState State, TimeSpan Age)? Load() => null;

        public Task SaveAsync(GovernorState state)
        {
            Saved.Add(state);
            Pending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return Pending.Task;
        }

        public void Complete() => Pending.SetResult();

        public void Fail(string why) => Pending.SetException(new IOException(why));
    }
}
