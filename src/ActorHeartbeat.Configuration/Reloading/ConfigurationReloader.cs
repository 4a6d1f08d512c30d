using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Supervision;
using Akka.Actor;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>
/// Keeps the running configuration equal to its files. It reads, validates and compares beside the running
/// configuration. It applies only a valid configuration, in one step; otherwise the last good one keeps running. It
/// waits for one reading at a time. A reading that exceeds its deadline is reported with the file at which it hangs,
/// and the next reading starts beside it. A configuration counts as applied when the supervisor has confirmed it.
/// <para>Answers <see cref="Reload"/> and <see cref="GetConfigurationState"/>; publishes a
/// <see cref="ReloadReport"/> to the event stream for each reload that is not a dry run.</para>
/// </summary>
/// <remarks>
/// A change of files counts only when their content differs from the last reading: directory events arrive for
/// any change, and the poll finds changes that raise no event. A broken file is reported once, not at every poll.
/// </remarks>
public sealed class ConfigurationReloader : ReceiveActor, IWithTimers
{
    /// <summary>Requests that may wait for the next reading; more are refused.</summary>
    public const int MostWaiting = 100;

    /// <summary>Longest time for reading the files; after it the reading counts as hanging and is given up.</summary>
    public static readonly TimeSpan ReadingDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Longest time for the supervisor to confirm that it has applied a configuration.</summary>
    public static readonly TimeSpan ApplyDeadline = TimeSpan.FromSeconds(10);

    private const string ReadingTimer = "reading";
    private const string ApplyTimer = "apply";
    private const string DebounceTimer = "debounce";
    private const string PollTimer = "poll";

    private readonly Func<FileInHand, LoadResult> _load;
    private readonly ApplyChange _apply;
    private readonly IFileWatch _watch;
    private readonly ReadingsInFlight _readings = new();
    private readonly Queue<(Reload Request, IActorRef Asker)> _waiting = new();

    private ServiceConfiguration _running;
    private SourceFiles _seen;
    private int _generation = 1;
    private long _revision = ConfigurationApplied.FirstRevision; // the supervisor starts with the initial configuration
    private Application? _applying;
    private ReloadReport? _last;
    private IReadOnlyList<ReloadReport> _refusals = [];
    private (Reload Request, IActorRef Asker)[] _batch = []; // requests that the current reading serves; none when it only compares
    private bool _looksAgain; // the files may have changed since the current reading or change began
    private TimeSpan? _touchedSince;
    private IDisposable? _watching;
    private string[] _directories = [];

    /// <param name="initial">The configuration that runs already.</param>
    /// <param name="load">Reads the files, and names each file before opening it; runs outside the actor.</param>
    /// <param name="apply">Hands over a new configuration, and must complete within <see cref="ApplyDeadline"/>.</param>
    /// <param name="watch">Directory events.</param>
    public ConfigurationReloader(
        ServiceConfiguration initial,
        Func<FileInHand, LoadResult> load,
        ApplyChange apply,
        IFileWatch watch)
    {
        _running = initial;
        _seen = initial.Files;
        _load = load;
        _apply = apply;
        _watch = watch;

        Receive<Reload>(request => Request(request, Sender));
        Receive<GetConfigurationState>(_ => Sender.Tell(new ConfigurationState(_running, _generation, _last) { Refusals = _refusals }));
        Receive<FilesTouched>(_ => Debounce());
        Receive<LookAtFiles>(_ => Compare());
        Receive<FilesCompared>(compared => Judge(compared));
        Receive<FilesRead>(read => Decide(read));
        Receive<ReadingHangs>(hangs => GiveUp(hangs.Number));
        Receive<Answered>(answered => Conclude(answered));
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by the runtime before the first message

    protected override void PreStart() => Watch();

    protected override void PostStop()
    {
        _watching?.Dispose();
        _applying?.GivenUp.Cancel();
    }

    private void Request(Reload request, IActorRef asker)
    {
        if (_waiting.Count >= MostWaiting)
        {
            asker.Tell(
                new ReloadReport(
                    ReloadOutcome.TooManyWaiting, request.Trigger, _generation, _seen.Hash, Diff: null, ConfigurationErrors.None,
                    Context.System.Scheduler.Now)
                {
                    Problem = $"{MostWaiting} reloads are waiting already",
                });
            return;
        }
        _waiting.Enqueue((request, asker));
        ReadNext();
    }

    // One reading serves all waiting requests of the same kind.
    private void ReadNext()
    {
        if (_batch.Length > 0 || _waiting.Count == 0)
            return;
        if (_readings.Current is not null)
            _readings.Supersede(); // it only compares, and a full reading tells more
        var first = _waiting.Peek().Request;
        var batch = _waiting.Where(entry => entry.Request.DryRun == first.DryRun && entry.Request.Force == first.Force).ToArray();
        var others = _waiting.Except(batch).ToArray();
        _waiting.Clear();
        foreach (var other in others)
            _waiting.Enqueue(other);
        _batch = batch;
        if (_readings.Blocked is { } path)
        {
            Finish(
                LoadResult.Hangs(
                    _seen,
                    path,
                    $"reading hangs at {path}: {ReadingsInFlight.MostStuck} readings wait for it, and no further one is begun"));
            return;
        }
        var files = _seen;
        var load = _load;
        Read(
            inHand => load(inHand),
            (number, result) => new FilesRead(number, result),
            (number, bug) => new FilesRead(number, LoadResult.Broken(files, bug)));
    }

    // Runs on a dedicated thread: a file that hangs blocks its thread, which must not be one that other work needs.
    private void Read<TResult>(Func<FileInHand, TResult> read, Func<long, TResult, object> success, Func<long, Exception, object> failure)
    {
        var (number, inHand) = _readings.Begin();
        Timers.StartSingleTimer((ReadingTimer, number), new ReadingHangs(number), ReadingDeadline);
        _ = Task.Factory.StartNew(() => read(inHand), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .PipeTo(Self, success: result => success(number, result), failure: bug => failure(number, bug));
    }

    private bool End(long number)
    {
        Timers.Cancel((ReadingTimer, number));
        return _readings.End(number);
    }

    private void GiveUp(long number)
    {
        if (_readings.GiveUp(number) is not { } path)
            return;
        if (_batch.Length == 0)
            // It was a comparison: files that cannot be read degrade health, too.
            _batch = [(new Reload(ReloadTrigger.Watch), ActorRefs.Nobody)];
        Finish(LoadResult.Hangs(_seen, path, $"reading hangs at {path}: it took longer than {ReadingDeadline.TotalSeconds:0} s"));
    }

    private void Decide(FilesRead read)
    {
        if (End(read.Number))
            Finish(read.Result);
    }

    private void Finish(LoadResult result)
    {
        var request = _batch[0].Request;
        _seen = request.DryRun ? _seen : result.Files;
        var report = ReloadDecision.Decide(request, result, _running, _generation, Context.System.Scheduler.Now);
        if (report is { Outcome: ReloadOutcome.Applied, Diff: { } diff } && result.Configuration is { } next)
            Apply(new ConfigurationChange(next, diff, _revision), report);
        else
            Conclude(report, result.Configuration);
    }

    private void Apply(ConfigurationChange change, ReloadReport report)
    {
        var applying = _applying = new Application(change, report, new CancellationTokenSource());
        Timers.StartSingleTimer(
            ApplyTimer,
            new Answered(applying, Problem: $"the supervisor has not answered within {ApplyDeadline.TotalSeconds:0} s"),
            ApplyDeadline);
        Hand(applying).PipeTo(
            Self,
            success: applied => new Answered(applying, applied),
            failure: failure => new Answered(applying, Problem: failure.Message));
    }

    // Turns an exception that is thrown at once into a failed answer.
    private async Task<ConfigurationApplied> Hand(Application applying) => await _apply(applying.Change, applying.GivenUp.Token);

    private void Conclude(Answered answered)
    {
        if (_applying is not { } applying || answered.Application != applying)
            return; // it was given up
        _applying = null;
        Timers.Cancel(ApplyTimer);
        applying.GivenUp.Cancel();
        applying.GivenUp.Dispose();
        var (report, diff) = (applying.Report, applying.Change.Diff);
        if (answered.Applied is not { } applied)
        {
            Conclude(report with { Outcome = ReloadOutcome.Unanswered, Generation = _generation, Problem = answered.Problem }, next: null);
            return;
        }
        _revision = applied.Revision;
        Conclude(report with { Diff = diff with { Endpoints = applied.Changes } }, applying.Change.Next);
    }

    /// <summary>Reports the outcome of a reload.</summary>
    /// <param name="report">The report to send and publish.</param>
    /// <param name="next">The configuration that was read; null when it cannot be used.</param>
    private void Conclude(ReloadReport report, ServiceConfiguration? next)
    {
        var batch = _batch;
        _batch = [];
        if (!batch[0].Request.DryRun)
            Take(next, report);
        foreach (var (own, asker) in batch)
            asker.Tell(report with { Trigger = own.Trigger });
        ReadNext();
        LookAgain();
    }

    private void Take(ServiceConfiguration? next, ReloadReport report)
    {
        _last = report;
        if (report.IsRefusal)
            _refusals = [report, .. _refusals.Take(ConfigurationState.MostRefusals - 1)];
        _generation = report.Generation;
        // Unchanged settings may have moved to other lines: the new reading has their new origins.
        if (report.Outcome is ReloadOutcome.Applied or ReloadOutcome.Unchanged && next is not null)
            _running = next;
        Watch();
        Context.System.EventStream.Publish(report);
    }

    private void Watch()
    {
        var before = _watching;
        _watching = null;
        if (_running.Process.Config.Watch)
        {
            var self = Self;
            var directories = _seen
                .All.Select(file => Path.GetDirectoryName(Path.GetFullPath(file.Path)))
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .ToArray();
            _watching = _watch.Watch(directories, () => self.Tell(FilesTouched.Instance));
            // Changes between reading a new directory and watching it raise no event: compare once more.
            _looksAgain |= before is not null && directories.Except(_directories, StringComparer.Ordinal).Any();
            _directories = directories;
            Timers.StartPeriodicTimer(PollTimer, LookAtFiles.Instance, _running.Process.Config.Poll);
        }
        else
        {
            Timers.Cancel(PollTimer);
            Timers.Cancel(DebounceTimer); // events from before the watch was switched off no longer count
            _touchedSince = null;
        }
        before?.Dispose(); // only now, so that no event falls between the two watches
    }

    // Each event restarts the quiet time, but only for one poll interval: a log file beside the configuration may change all the time.
    private void Debounce()
    {
        var now = Context.System.Scheduler.MonotonicClock;
        _touchedSince ??= now;
        if (Timers.IsTimerActive(DebounceTimer) && now - _touchedSince >= _running.Process.Config.Poll)
            return;
        Timers.StartSingleTimer(DebounceTimer, LookAtFiles.Instance, _running.Process.Config.Debounce);
    }

    private void Compare()
    {
        if (Timers.IsTimerActive(DebounceTimer))
            return;
        _touchedSince = null;
        if (_readings.Current is not null || _applying is not null)
        {
            _looksAgain = true;
            return;
        }
        if (_readings.Blocked is not null)
            return; // already reported; the next poll tries again
        var files = _seen;
        Read(files.Now, (number, now) => new FilesCompared(number, now), (number, _) => new FilesCompared(number, files));
    }

    private void Judge(FilesCompared compared)
    {
        if (!End(compared.Number))
            return;
        if (compared.Files.Hash != _seen.Hash)
            Request(new Reload(ReloadTrigger.Watch), ActorRefs.Nobody);
        LookAgain();
    }

    private void LookAgain()
    {
        if (!_looksAgain || _readings.Current is not null || _applying is not null)
            return;
        _looksAgain = false;
        Compare();
    }

    private sealed record FilesTouched : INoSerializationVerificationNeeded
    {
        public static readonly FilesTouched Instance = new();
    }

    private sealed record LookAtFiles : INoSerializationVerificationNeeded
    {
        public static readonly LookAtFiles Instance = new();
    }

    private sealed record FilesCompared(long Number, SourceFiles Files) : INoSerializationVerificationNeeded;

    private sealed record FilesRead(long Number, LoadResult Result) : INoSerializationVerificationNeeded;

    private sealed record ReadingHangs(long Number) : INoSerializationVerificationNeeded;

    /// <summary>A configuration that was handed over, and the report to send when the supervisor has applied it.</summary>
    private sealed record Application(ConfigurationChange Change, ReloadReport Report, CancellationTokenSource GivenUp);

    /// <param name="Application">The configuration that was handed over.</param>
    /// <param name="Applied">The supervisor's answer; null when there is none.</param>
    /// <param name="Problem">The reason when there is no answer.</param>
    private sealed record Answered(Application Application, ConfigurationApplied? Applied = null, string? Problem = null)
        : INoSerializationVerificationNeeded;
}
