using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Supervision;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>Uses real files, virtual time, and directory events that the test raises.</summary>
public sealed class ConfigurationReloaderTests : Akka.TestKit.Xunit2.TestKit
{
    private const string Good = """
        actor-heartbeat.endpoints {
          a.url = "wss://a.example.com"
          b.url = "wss://b.example.com"
          c.url = "wss://c.example.com"
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("actor-heartbeat").FullName;
    private readonly string _file;
    private readonly FakeWatch _watch = new();
    private readonly List<(ServiceConfiguration Configuration, ConfigurationDiff Diff)> _applied = [];
    private Func<ConfigurationChange, Task<ConfigurationApplied>> _answer = change =>
        Task.FromResult(new ConfigurationApplied(change.Diff.Endpoints, change.Base + 1));


    public ConfigurationReloaderTests()
        : base(ConfigurationFactory.ParseString("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\""))
    {
        _file = Path.Combine(_folder, "service.conf");
        Sys.EventStream.Subscribe(TestActor, typeof(ReloadReport));
    }

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void A_reload_applies_exactly_what_changed_and_says_so()
    {
        var reloader = Start(Good);
        Write(Good + "\nactor-heartbeat.endpoints.b.url = \"wss://other.example.com\"");

        var report = Ask(reloader, new Reload(ReloadTrigger.Signal));

        Assert.Equal((ReloadOutcome.Applied, ReloadTrigger.Signal, 2), (report.Outcome, report.Trigger, report.Generation));
        var (configuration, diff) = Assert.Single(_applied);
        Assert.Equal([new EndpointId("b")], diff.Endpoints.Reconnected.Select(endpoint => endpoint.Id));
        Assert.Equal(2, diff.Endpoints.Unchanged);
        Assert.Same(configuration, State(reloader).Configuration);
    }

    [Fact]
    public async Task A_configuration_is_reported_as_applied_only_when_the_supervisor_has_applied_it()
    {
        var supervisor = new TaskCompletionSource<ConfigurationApplied>();
        using var handed = new SemaphoreSlim(0);
        _answer = _ => Handed(handed, supervisor.Task);
        var reloader = Start(Good);
        Write(Good + "\nactor-heartbeat.endpoints.d.url = \"wss://d.example.com\"");

        var asked = reloader.Ask<ReloadReport>(new Reload(ReloadTrigger.Http), TimeSpan.FromSeconds(10));
        Assert.True(await handed.WaitAsync(TimeSpan.FromSeconds(10)));
        var meanwhile = State(reloader);
        var answeredEarly = asked.IsCompleted;
        supervisor.SetResult(new ConfigurationApplied(_applied[0].Diff.Endpoints, 2));
        var report = await asked;

        Assert.Equal((3, 1, false), (meanwhile.Configuration.Endpoints.Count, meanwhile.Generation, answeredEarly));
        Assert.Equal((ReloadOutcome.Applied, 2), (report.Outcome, report.Generation));
        Assert.Equal(4, State(reloader).Configuration.Endpoints.Count);
    }

    [Fact]
    public void A_supervisor_that_does_not_answer_is_reported_and_the_next_reload_starts_from_the_same_base()
    {
        using var handed = new SemaphoreSlim(0);
        var bases = new List<long>();
        _answer = change =>
        {
            bases.Add(change.Base);
            return bases.Count == 1
                ? Handed(handed, new TaskCompletionSource<ConfigurationApplied>().Task)
                : Task.FromResult(new ConfigurationApplied(change.Diff.Endpoints, 3) { ComparedAgain = true });
        };
        var reloader = Start(Good);
        Write(Good + "\nactor-heartbeat.endpoints.d.url = \"wss://d.example.com\"");

        reloader.Tell(new Reload(ReloadTrigger.Http), ActorRefs.Nobody);
        Assert.True(handed.Wait(TimeSpan.FromSeconds(10)));
        State(reloader); // by now its deadline is armed
        Clock.Advance(ConfigurationReloader.ApplyDeadline);
        var unanswered = ExpectMsg<ReloadReport>();
        var degraded = State(reloader);
        var next = Ask(reloader, new Reload(ReloadTrigger.Http));

        Assert.Equal((ReloadOutcome.Unanswered, 1), (unanswered.Outcome, unanswered.Generation));
        Assert.Equal("the supervisor has not answered within 10 s", unanswered.Problem);
        Assert.Contains("not applied", unanswered.Summary, StringComparison.Ordinal);
        Assert.True(degraded.IsDegraded);
        Assert.Equal((ReloadOutcome.Applied, 2), (next.Outcome, next.Generation));
        Assert.Equal([1, 1], bases);
        Assert.False(State(reloader).IsDegraded);
    }

    [Fact]
    public void The_latest_refusals_are_kept_newest_first_and_dry_runs_are_none()
    {
        var reloader = Start(Good);
        for (var number = 0; number < ConfigurationState.MostRefusals + 2; number++)
        {
            Write(Good + $"\nactor-heartbeat.wrong-{number} = 1");
            Ask(reloader, new Reload(ReloadTrigger.Http));
            Ask(reloader, new Reload(ReloadTrigger.Http, DryRun: true));
        }
        Write(Good + "\nactor-heartbeat.log.level = debug");
        Ask(reloader, new Reload(ReloadTrigger.Http));

        var refusals = State(reloader).Refusals;

        Assert.Equal(ConfigurationState.MostRefusals, refusals.Count);
        Assert.Contains("wrong-11", refusals[0].ToText(), StringComparison.Ordinal);
        Assert.Contains("wrong-2", refusals[^1].ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_says_what_the_supervisor_did_and_the_next_difference_begins_there()
    {
        var bases = new List<long>();
        var done = new EndpointChanges([new EndpointId("other")], [], [], 3);
        _answer = change =>
        {
            bases.Add(change.Base);
            return Task.FromResult(new ConfigurationApplied(done, 7) { ComparedAgain = true });
        };
        var reloader = Start(Good);
        Write(Good + "\nactor-heartbeat.log.level = debug");

        var report = Ask(reloader, new Reload(ReloadTrigger.Http));
        Write(Good);
        Ask(reloader, new Reload(ReloadTrigger.Http));

        Assert.Equal(done, report.Diff!.Endpoints);
        Assert.Equal([1, 7], bases);
    }

    [Fact]
    public void A_configuration_that_cannot_be_handed_over_is_reported_as_unanswered()
    {
        _answer = _ => throw new InvalidOperationException("no room");
        var reloader = Start(Good);
        Write(Good + "\nactor-heartbeat.log.level = debug");

        var report = Ask(reloader, new Reload(ReloadTrigger.Http));

        Assert.Equal((ReloadOutcome.Unanswered, "no room"), (report.Outcome, report.Problem));
    }

    [Theory]
    [InlineData("actor-heartbeat.endpoints { a.url = \"wss://a.exam")]
    [InlineData("actor-heartbeat.endpoints { a.url = \"http://a.example.com\" }")]
    [InlineData(null)]
    public void A_broken_half_written_or_vanished_file_leaves_the_last_good_one_running_until_it_is_mended(string? broken)
    {
        var reloader = Start(Good);
        Write(broken);

        var refused = Ask(reloader, new Reload(ReloadTrigger.Http));
        var degraded = State(reloader);
        Write(Good);
        var mended = Ask(reloader, new Reload(ReloadTrigger.Http));

        Assert.Equal((ReloadOutcome.Invalid, 1), (refused.Outcome, refused.Generation));
        Assert.NotEmpty(refused.Errors);
        Assert.True(degraded.IsDegraded);
        Assert.Equal(3, degraded.Configuration.Endpoints.Count);
        Assert.Equal((ReloadOutcome.Unchanged, 1), (mended.Outcome, mended.Generation));
        Assert.False(State(reloader).IsDegraded);
        Assert.Empty(_applied);
    }

    [Fact]
    public void An_empty_file_is_refused_unless_forced()
    {
        var reloader = Start(Good);
        Write("");

        var refused = Ask(reloader, new Reload(ReloadTrigger.Signal));
        var wasDegraded = State(reloader).IsDegraded;
        var forced = Ask(reloader, new Reload(ReloadTrigger.Signal, Force: true));

        Assert.Equal(ReloadOutcome.TooManyRemoved, refused.Outcome);
        Assert.True(wasDegraded);
        Assert.Equal(ReloadOutcome.Applied, forced.Outcome);
        Assert.Equal(3, Assert.Single(_applied).Diff.Endpoints.Removed.Count);
    }

    [Fact]
    public void A_dry_run_says_what_would_change_and_changes_nothing()
    {
        var reloader = Start(Good);
        Write(Good + "\nactor-heartbeat.endpoints.d.url = \"wss://d.example.com\"");

        var report = Ask(reloader, new Reload(ReloadTrigger.Http, DryRun: true));

        Assert.Equal((ReloadOutcome.DryRun, 1), (report.Outcome, report.Generation));
        Assert.Equal([new EndpointId("d")], report.Diff!.Endpoints.Added);
        Assert.Equal(3, State(reloader).Configuration.Endpoints.Count);
        Assert.Null(State(reloader).Last);
        Assert.Empty(_applied);
    }

    [Fact]
    public void A_storm_of_saves_is_one_reload_after_the_last()
    {
        var reloader = Start(Good);

        for (var save = 1; save <= 50; save++)
        {
            Write($"{Good}\nactor-heartbeat.endpoints.a.labels.save = {save}");
            _watch.Touch();
            State(reloader); // by now the event has been handled
            Clock.Advance(TimeSpan.FromMilliseconds(20));
        }
        Clock.Advance(TimeSpan.FromMilliseconds(500));

        var report = ExpectMsg<ReloadReport>();
        Assert.Equal((ReloadOutcome.Applied, ReloadTrigger.Watch, 2), (report.Outcome, report.Trigger, report.Generation));
        Assert.Equal("50", State(reloader).Configuration.Endpoints[0].Labels["save"]);
        Assert.Single(_applied);
    }

    [Fact]
    public void The_poll_finds_a_swapped_link_that_raised_no_event()
    {
        File.WriteAllText(Path.Combine(_folder, "one"), Good);
        File.WriteAllText(Path.Combine(_folder, "two"), Good + "\nactor-heartbeat.endpoints.d.url = \"wss://d.example.com\"");
        File.CreateSymbolicLink(_file, Path.Combine(_folder, "one"));
        var reloader = Start();

        File.CreateSymbolicLink(_file + ".new", Path.Combine(_folder, "two"));
        File.Move(_file + ".new", _file, overwrite: true);
        Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal((ReloadOutcome.Applied, ReloadTrigger.Watch), Outcome(ExpectMsg<ReloadReport>()));
        Assert.Equal(4, State(reloader).Configuration.Endpoints.Count);
    }

    [Fact]
    public void A_broken_file_is_reported_once_and_not_at_every_poll()
    {
        var reloader = Start(Good);
        Write("}");
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ReloadOutcome.Invalid, ExpectMsg<ReloadReport>().Outcome);

        for (var poll = 0; poll < 3; poll++)
        {
            Clock.Advance(TimeSpan.FromSeconds(5));
            State(reloader);
        }
        Write(Good + "\nactor-heartbeat.log.level = debug");
        Ask(reloader, new Reload(ReloadTrigger.Signal));

        Assert.Equal(ReloadOutcome.Applied, ExpectMsg<ReloadReport>().Outcome);
    }

    [Fact]
    public void A_file_too_large_to_be_read_is_reported_once_too()
    {
        var reloader = Start(Good);
        Write(new string(' ', 16 * 1024 * 1024) + "# one more than is read");
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ReloadOutcome.Invalid, ExpectMsg<ReloadReport>(TimeSpan.FromSeconds(20)).Outcome); // reads 16 MiB twice

        Assert.Equal(Load().Files.Hash, Load().Files.Now().Hash);
    }

    [Fact]
    public void An_event_during_a_reading_is_handled_after_it_without_waiting_for_the_poll()
    {
        using var reading = new SemaphoreSlim(0);
        using var gate = new SemaphoreSlim(0);
        Write(Good);
        var reloader = Start(() =>
        {
            var read = Load();
            reading.Release();
            gate.Wait(TimeSpan.FromSeconds(10));
            return read;
        });
        reloader.Tell(new Reload(ReloadTrigger.Signal), ActorRefs.Nobody);
        Assert.True(reading.Wait(TimeSpan.FromSeconds(10)));

        Write(Good + "\nactor-heartbeat.log.level = debug");
        _watch.Touch();
        State(reloader);
        Clock.Advance(TimeSpan.FromMilliseconds(500));
        State(reloader);
        gate.Release(2);

        Assert.Equal((ReloadOutcome.Unchanged, ReloadTrigger.Signal), Outcome(ExpectMsg<ReloadReport>()));
        Assert.Equal((ReloadOutcome.Applied, ReloadTrigger.Watch), Outcome(ExpectMsg<ReloadReport>()));
    }

    [Fact]
    public void A_newly_included_directory_is_compared_again_once_it_is_watched()
    {
        var other = Directory.CreateDirectory(Path.Combine(_folder, "conf.d")).FullName;
        var included = Path.Combine(other, "more.conf");
        File.WriteAllText(included, "actor-heartbeat.log.level = debug");
        Write(Good);
        var loads = 0;
        var reloader = Start(() =>
        {
            var read = Load();
            if (Interlocked.Increment(ref loads) == 1)
                File.WriteAllText(included, "actor-heartbeat.log.level = trace");
            return read;
        });
        Write($"{Good}\ninclude \"conf.d/more.conf\"");

        reloader.Tell(new Reload(ReloadTrigger.Signal), ActorRefs.Nobody);

        Assert.Equal((ReloadOutcome.Applied, ReloadTrigger.Signal), Outcome(ExpectMsg<ReloadReport>()));
        Assert.Equal((ReloadOutcome.Applied, ReloadTrigger.Watch), Outcome(ExpectMsg<ReloadReport>()));
        Assert.Equal(LogSeverity.Trace, State(reloader).Configuration.Process.Log.Level);
    }

    [Fact]
    public void Noise_in_the_directory_is_not_a_change()
    {
        var reloader = Start(Good);

        _watch.Touch();
        State(reloader);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Ask(reloader, new Reload(ReloadTrigger.Signal));

        Assert.Equal((ReloadOutcome.Unchanged, ReloadTrigger.Signal), Outcome(ExpectMsg<ReloadReport>()));
    }

    [Fact]
    public void An_event_just_before_watching_is_switched_off_starts_no_reload()
    {
        const string unwatched = Good + "\nactor-heartbeat.config.watch = off";
        var reloader = Start(Good);
        Write(unwatched);
        _watch.Touch();
        State(reloader);
        Ask(reloader, new Reload(ReloadTrigger.Http));
        ExpectMsg<ReloadReport>();

        Write(unwatched + "\nactor-heartbeat.log.level = debug");
        Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((ReloadOutcome.Applied, ReloadTrigger.Signal), Outcome(Ask(reloader, new Reload(ReloadTrigger.Signal))));
    }

    [Fact]
    public void Watching_can_be_switched_off_by_the_file_itself()
    {
        var reloader = Start(Good);
        Write(Good + "\nactor-heartbeat.config.watch = off");

        Ask(reloader, new Reload(ReloadTrigger.Signal));

        Assert.Equal(0, _watch.Watching);
    }

    [Fact]
    public async Task Requests_that_come_while_one_is_in_flight_share_the_next()
    {
        using var gate = new ManualResetEventSlim();
        Write(Good);
        var loads = 0;
        var reloader = Start(() =>
        {
            Interlocked.Increment(ref loads);
            gate.Wait(TimeSpan.FromSeconds(10));
            return Load();
        });

        var asked = Enumerable
            .Range(0, 10)
            .Select(_ => reloader.Ask<ReloadReport>(new Reload(ReloadTrigger.Http), TimeSpan.FromSeconds(10)))
            .ToArray();
        gate.Set();
        var answers = await Task.WhenAll(asked);

        Assert.All(answers, answer => Assert.Equal(ReloadOutcome.Unchanged, answer.Outcome));
        Assert.InRange(loads, 2, 3);
    }

    [Fact]
    public void More_requests_than_may_wait_are_refused()
    {
        using var gate = new ManualResetEventSlim();
        Write(Good);
        var reloader = Start(() =>
        {
            gate.Wait(TimeSpan.FromSeconds(10));
            return Load();
        });

        for (var request = 0; request <= ConfigurationReloader.MostWaiting; request++)
            reloader.Tell(new Reload(ReloadTrigger.Signal));
        reloader.Tell(new Reload(ReloadTrigger.Signal), TestActor);

        var refused = ExpectMsg<ReloadReport>();
        Assert.Equal((ReloadOutcome.TooManyWaiting, 1), (refused.Outcome, refused.Generation));
        gate.Set();
    }

    [Fact]
    public void A_reading_that_hangs_is_given_up_with_the_name_of_its_file_and_the_next_one_works()
    {
        using var hanging = new SemaphoreSlim(0);
        using var gate = new SemaphoreSlim(0);
        var readings = 0;
        Write(Good);
        var reloader = Start(inHand =>
        {
            if (Interlocked.Increment(ref readings) > 1)
                return Load();
            inHand.Path = "conf.d/slow.conf";
            hanging.Release();
            gate.Wait(TimeSpan.FromSeconds(60));
            return Load();
        });

        reloader.Tell(new Reload(ReloadTrigger.Http), TestActor);
        Assert.True(hanging.Wait(TimeSpan.FromSeconds(10)));
        Clock.Advance(ConfigurationReloader.ReadingDeadline);
        var hangs = ExpectMsg<ReloadReport>();
        ExpectMsg<ReloadReport>(); // the report published on the event stream
        var degraded = State(reloader);
        Write(Good + "\nactor-heartbeat.log.level = debug");
        var next = Ask(reloader, new Reload(ReloadTrigger.Http));
        gate.Release();

        Assert.Equal(
            "conf.d/slow.conf: reading hangs at conf.d/slow.conf: it took longer than 30 s", Assert.Single(hangs.Errors).ToString());
        Assert.Equal((ReloadOutcome.Invalid, 1), (hangs.Outcome, hangs.Generation));
        Assert.True(degraded.IsDegraded);
        Assert.Equal((ReloadOutcome.Applied, 2), (next.Outcome, next.Generation));
        Assert.False(State(reloader).IsDegraded);
        Assert.Single(_applied);
    }

    [Fact]
    public void No_more_readings_hang_than_threads_are_set_aside_for_and_one_that_comes_back_makes_room()
    {
        using var hanging = new SemaphoreSlim(0);
        using var gate = new SemaphoreSlim(0);
        var isMended = false;
        // Without a long poll interval, a look at the files that gave way to a reading would count among those in flight.
        Write(Good + "\nactor-heartbeat.config.poll = 1h");
        var reloader = Start(inHand =>
        {
            if (Volatile.Read(ref isMended))
                return Load();
            inHand.Path = "slow.conf";
            hanging.Release();
            gate.Wait(TimeSpan.FromSeconds(60));
            return Load();
        });
        for (var reading = 0; reading < 4; reading++)
        {
            reloader.Tell(new Reload(ReloadTrigger.Signal), ActorRefs.Nobody);
            Assert.True(hanging.Wait(TimeSpan.FromSeconds(10)));
            Clock.Advance(ConfigurationReloader.ReadingDeadline);
            ExpectMsg<ReloadReport>();
        }

        var refused = Ask(reloader, new Reload(ReloadTrigger.Http));
        Volatile.Write(ref isMended, true);
        gate.Release(4);

        Assert.Equal(
            "slow.conf: reading hangs at slow.conf: 4 readings wait for it, and no further one is begun",
            Assert.Single(refused.Errors).ToString());
        AwaitAssert(
            () => Assert.Equal(ReloadOutcome.Unchanged, Ask(reloader, new Reload(ReloadTrigger.Http)).Outcome), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_pipe_where_a_file_was_is_refused_with_its_place_and_the_next_reload_works()
    {
        var included = Path.Combine(_folder, "more.conf");
        await File.WriteAllTextAsync(included, "actor-heartbeat.log.level = info");
        var reloader = Start($"{Good}\ninclude \"more.conf\"");
        File.Delete(included);
        using (var make = System.Diagnostics.Process.Start("mkfifo", included))
            await make.WaitForExitAsync();

        var refused = Ask(reloader, new Reload(ReloadTrigger.Http));
        var isDegraded = State(reloader).IsDegraded;
        File.Delete(included);
        await File.WriteAllTextAsync(included, "actor-heartbeat.log.level = debug");
        var mended = Ask(reloader, new Reload(ReloadTrigger.Http));

        var error = Assert.Single(refused.Errors);
        Assert.Equal((_file, 6, $"cannot read {included}: this is a pipe, not a regular file"), (error.File, error.Line, error.Message));
        Assert.True(isDegraded);
        Assert.Equal(ReloadOutcome.Applied, mended.Outcome);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(_folder, recursive: true);
    }

    private IActorRef Start(string text)
    {
        Write(text);
        return Start();
    }

    private IActorRef Start() => Start(Load);

    private IActorRef Start(Func<LoadResult> load) => Start(_ => load());

    private IActorRef Start(Func<FileInHand, LoadResult> load)
    {
        var initial = Load().OrThrow();
        var reloader = Sys.ActorOf(
            Props.Create(() =>
                new ConfigurationReloader(initial, load, (change, _) => Apply(change), _watch)));
        State(reloader);
        return reloader;
    }

    private Task<ConfigurationApplied> Apply(ConfigurationChange change)
    {
        _applied.Add((change.Next, change.Diff));
        return _answer(change);
    }

    private LoadResult Load() => ConfigurationLoader.Load(_file, _ => null);

    private void Write(string? text)
    {
        if (text is null)
        {
            File.Delete(_file);
            return;
        }
        // Replace the file in one step: a concurrent reader must not find it empty.
        File.WriteAllText($"{_file}.new", text);
        File.Move($"{_file}.new", _file, overwrite: true);
    }

    private static Task<ConfigurationApplied> Handed(SemaphoreSlim handed, Task<ConfigurationApplied> answer)
    {
        handed.Release();
        return answer;
    }

    private static ReloadReport Ask(IActorRef reloader, Reload request) =>
        reloader.Ask<ReloadReport>(request, TimeSpan.FromSeconds(10)).Result;

    private static ConfigurationState State(IActorRef reloader) =>
        reloader.Ask<ConfigurationState>(GetConfigurationState.Instance, TimeSpan.FromSeconds(10)).Result;

    private static (ReloadOutcome, ReloadTrigger) Outcome(ReloadReport report) => (report.Outcome, report.Trigger);

    private sealed class FakeWatch : IFileWatch
    {
        private Action? _touched;

        public int Watching { get; private set; }

        public void Touch() => _touched?.Invoke();

        public IDisposable Watch(IReadOnlyCollection<string> directories, Action touched)
        {
            _touched = touched;
            Watching++;
            return new Ended(this);
        }

        private sealed class Ended(FakeWatch watch) : IDisposable
        {
            public void Dispose() => watch.Watching--;
        }
    }
}
