using Akka.Actor;

namespace ActorHeartbeat.Configuration;

/// <summary>
/// Keeps the running configuration equal to its files. Reads, validates and compares to the side; only a sound configuration is
/// applied, in one step, and otherwise the last good one runs on. One reading is in flight at a time.
/// <para>Answers <see cref="Reload"/> and <see cref="GetConfigurationState"/>; publishes a <see cref="ReloadReport"/> to the event stream for each reload that was no dry run.</para>
/// </summary>
/// <remarks>
/// A change of files is believed only when their content differs from what was last read: directory events come for anything,
/// and the poll sees what events miss. A broken file is reported once, not at every poll.
/// </remarks>
public sealed class ConfigurationReloader : ReceiveActor, IWithTimers
{
    /// <summary>Requests that may wait for the next reading; more are refused.</summary>
    public const int MostWaiting = 100;

    private const string DebounceTimer = "debounce";
    private const string PollTimer = "poll";

    private readonly Func<LoadResult> _load;
    private readonly Action<ServiceConfiguration, ConfigurationDiff> _apply;
    private readonly IFileWatch _watch;
    private readonly Queue<(Reload Request, IActorRef Asker)> _waiting = new();

    private ServiceConfiguration _running;
    private SourceFiles _seen;
    private int _generation = 1;
    private ReloadReport? _last;
    private bool _isReading;
    private bool _isComparing;
    private bool _looksAgain; // something may have changed behind the back of what is in flight
    private TimeSpan? _touchedSince;
    private IDisposable? _watching;
    private string[] _directories = [];

    /// <param name="initial">What runs already.</param>
    /// <param name="load">Reads the files; called off the actor.</param>
    /// <param name="apply">Hands a new configuration to whoever runs it, by telling; must not throw.</param>
    /// <param name="watch">Directory events.</param>
    public ConfigurationReloader(ServiceConfiguration initial, Func<LoadResult> load, Action<ServiceConfiguration, ConfigurationDiff> apply, IFileWatch watch)
    {
        _running = initial;
        _seen = initial.Files;
        _load = load;
        _apply = apply;
        _watch = watch;

        Receive<Reload>(request => Request(request, Sender));
        Receive<GetConfigurationState>(_ => Sender.Tell(new ConfigurationState(_running, _generation, _last)));
        Receive<FilesTouched>(_ => Debounce());
        Receive<LookAtFiles>(_ => Compare());
        Receive<FilesCompared>(compared => Judge(compared.Files));
        Receive<FilesRead>(read => Decide(read));
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by the runtime before the first message

    protected override void PreStart() => Watch();

    protected override void PostStop() => _watching?.Dispose();

    private void Request(Reload request, IActorRef asker)
    {
        if (_waiting.Count >= MostWaiting)
        {
            asker.Tell(new Status.Failure(new InvalidOperationException($"{MostWaiting} reloads are waiting already")));
            return;
        }
        _waiting.Enqueue((request, asker));
        ReadNext();
    }

    // One reading serves everybody who waits for the same kind.
    private void ReadNext()
    {
        if (_isReading || _waiting.Count == 0)
            return;
        var first = _waiting.Peek().Request;
        var batch = _waiting.Where(entry => entry.Request.DryRun == first.DryRun && entry.Request.Force == first.Force).ToArray();
        var others = _waiting.Except(batch).ToArray();
        _waiting.Clear();
        foreach (var other in others)
            _waiting.Enqueue(other);
        _isReading = true;
        var files = _seen;
        _ = Task.Run(_load).PipeTo(
            Self,
            success: result => new FilesRead(result, batch),
            failure: bug => new FilesRead(LoadResult.Broken(files, bug), batch));
    }

    private void Decide(FilesRead read)
    {
        var request = read.Batch[0].Request;
        var report = ReloadDecision.Decide(request, read.Result, _running, _generation, Context.System.Scheduler.Now);
        _isReading = false;
        if (!request.DryRun)
            Take(read.Result, report);
        foreach (var (own, asker) in read.Batch)
            asker.Tell(report with { Trigger = own.Trigger });
        ReadNext();
        LookAgain();
    }

    private void Take(LoadResult read, ReloadReport report)
    {
        _last = report;
        _seen = read.Files;
        _generation = report.Generation;
        // Unchanged settings may have moved to other lines, which the origins of the new reading know.
        if (report.Outcome is ReloadOutcome.Applied or ReloadOutcome.Unchanged && read.Configuration is { } next)
            _running = next;
        if (report.Outcome == ReloadOutcome.Applied && report.Diff is { } diff)
            _apply(_running, diff);
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
            var directories = _seen.All.Select(file => Path.GetDirectoryName(Path.GetFullPath(file.Path))).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
            _watching = _watch.Watch(directories, () => self.Tell(FilesTouched.Instance));
            // Nobody has told of what happened in a directory that was read before it was watched.
            _looksAgain |= before is not null && directories.Except(_directories, StringComparer.Ordinal).Any();
            _directories = directories;
            Timers.StartPeriodicTimer(PollTimer, LookAtFiles.Instance, _running.Process.Config.Poll);
        }
        else
        {
            Timers.Cancel(PollTimer);
            Timers.Cancel(DebounceTimer); // what was seen before it was switched off is no longer anybody's affair
            _touchedSince = null;
        }
        before?.Dispose(); // only now, so that no event falls between the two
    }

    // Each event begins the quiet time anew, but not for ever: somebody may be writing a log beside the configuration.
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
        if (_isComparing || _isReading)
        {
            _looksAgain = true;
            return;
        }
        _isComparing = true;
        var files = _seen;
        _ = Task.Run(files.Now).PipeTo(Self, success: now => new FilesCompared(now));
    }

    private void Judge(SourceFiles now)
    {
        _isComparing = false;
        var isChanged = now.Hash != _seen.Hash;
        if (isChanged && !_isReading)
            Request(new Reload(ReloadTrigger.Watch), ActorRefs.Nobody);
        _looksAgain |= isChanged;
        LookAgain();
    }

    private void LookAgain()
    {
        if (!_looksAgain || _isComparing || _isReading)
            return;
        _looksAgain = false;
        Compare();
    }

    private sealed record FilesTouched
    {
        public static readonly FilesTouched Instance = new();
    }

    private sealed record LookAtFiles
    {
        public static readonly LookAtFiles Instance = new();
    }

    private sealed record FilesCompared(SourceFiles Files);

    private sealed record FilesRead(LoadResult Result, (Reload Request, IActorRef Asker)[] Batch);
}
