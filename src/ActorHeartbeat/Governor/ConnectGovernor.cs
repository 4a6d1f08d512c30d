using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Scheduling;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Governor;

/// <summary>
/// Decides which connection may dial now, over all endpoints: rate and burst, handshakes in flight, budgets of groups, pauses, and what
/// the process has left. The ledger makes the decision; the actor supplies the time and sends the permits. Whoever watches the holders
/// tells it when one has stopped: to watch thousands of actors twice costs more than a message. With a store, a permit goes out only when
/// the store has saved it as spent, or saving fails or is late: a process that crashes in a loop finds what it has spent.
/// </summary>
public sealed class ConnectGovernor : UntypedActor, IWithTimers
{
    private const string GrantDue = "grant-due", SaveOverdue = "save-overdue";

    /// <summary>Grant permits anyway if saving takes longer than this.</summary>
    private static readonly TimeSpan SaveDeadline = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest delay of the grant timer; the governor then looks again.
    /// A scheduler adds a delay to its clock, and the sum must not overflow.
    /// </summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);

    /// <summary>How long a look at the room of the process is good for.</summary>
    private static readonly TimeSpan RoomLasts = TimeSpan.FromSeconds(1);

    private readonly GovernorLedger<IActorRef> _ledger;
    private readonly SchedulerClock _clock;
    private readonly IGovernorStore? _store;
    private readonly IDialRoom? _room;
    private List<(IActorRef Holder, PermitGranted Permit)> _granted = [], _beingSaved = [];
    private TimeSpan _lookAgain;
    private bool _saving, _saveIsOverdue, _saveFailed, _changed, _isShort;

    /// <param name="ledger">Configured; outlives this actor.</param>
    /// <param name="clock">The scheduler's clock.</param>
    /// <param name="store">Where the state is kept over restarts of the process; null keeps none.</param>
    /// <param name="room">What the process has left; null for no bound.</param>
    public ConnectGovernor(GovernorLedger<IActorRef> ledger, SchedulerClock clock, IGovernorStore? store, IDialRoom? room)
    {
        _ledger = ledger;
        _clock = clock;
        _store = store;
        _room = room;
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by the runtime before the first message

    public static Props Props(GovernorLedger<IActorRef> ledger, SchedulerClock clock, IGovernorStore? store, IDialRoom? room) =>
        Akka.Actor.Props.Create(() => new ConnectGovernor(ledger, clock, store, room));

    protected override void PreStart() => GrantWhatIsPermitted();

    /// <summary>Hands out the permits that the ledger has granted: a crash must not lose them.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        HandOut(_beingSaved);
        HandOut(_granted);
        base.PreRestart(reason, message);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RequestPermit request:
                _ledger.Request(Sender, request, _clock.Elapsed);
                LookForRoom();
                if (_ledger.Refuse(Sender, _clock.Elapsed) is { } why)
                    Sender.Tell(new PermitRefused(request.Endpoint, request.Request, why));
                break;
            case CancelRequest:
                _ledger.Cancel(Sender);
                break;
            case ReturnPermit:
                _ledger.HandshakeOver(Sender);
                break;
            case ConnectionReleased:
                _ledger.ConnectionGone(Sender);
                break;
            case HolderStopped stopped:
                _ledger.Gone(stopped.Holder);
                break;
            case PauseScope pause:
                _ledger.Pause(pause.Scope, pause.Key, _clock.Elapsed + pause.For, pause.Why, _clock.Elapsed);
                _changed = true;
                break;
            case ConfigureGovernor configuration:
                _ledger.Configure(configuration.Settings, configuration.Groups, _clock.Elapsed);
                break;
            case GetPlace or GetGovernor:
                Sender.Tell(Answer(message));
                return;
            case Wake:
                break;
            case SaveEnded ended when ended.By == this:
                SaveIsOver(ended.Failure);
                break;
            case SaveIsOverdue when _saving:
                SaveIsLate();
                break;
            case SaveEnded or SaveIsOverdue:
                return; // of a save that is over, or of the actor before this one, whose permits went out when it crashed
            default:
                Unhandled(message);
                return;
        }
        GrantWhatIsPermitted();
    }

    private void GrantWhatIsPermitted()
    {
        LookForRoom();
        while (_ledger.Grant(_clock.Elapsed) is { } granted)
            _granted.Add(granted);
        if (_store is not null)
            SaveWhatChanged();
        if (_store is null || _saveIsOverdue)
            HandOut(_granted);
        var now = _clock.Elapsed; // read once: the clock goes on, and the timer refuses a negative delay
        if (_ledger.NextGrant(now) is { } due)
            Timers.StartSingleTimer(
                GrantDue,
                Wake.Instance,
                due <= now ? TimeSpan.Zero
                    : due - now < LongestSleep ? due - now
                    : LongestSleep);
        else
            Timers.Cancel(GrantDue);
    }

    private void LookForRoom()
    {
        if (_room is null || _ledger.Waiting == 0 || _clock.Elapsed < _lookAgain)
            return;
        _lookAgain = _clock.Elapsed + RoomLasts;
        var found = _room.Look(_ledger.HandshakesInFlight);
        _ledger.SetRoom(found, _lookAgain);
        if (found.Dials == 0 && !_isShort)
            Context.GetLogger().Warning("dials wait for room, {0} now: {1}", _ledger.Waiting, found.Why);
        else if (found.Dials >= _ledger.Waiting && _isShort)
            Context.GetLogger().Info("there is room for all dials again");
        _isShort = found.Dials == 0 || (_isShort && found.Dials < _ledger.Waiting); // one line, however often a single place comes free
    }

    private static void HandOut(List<(IActorRef Holder, PermitGranted Permit)> permits)
    {
        foreach (var (holder, permit) in permits)
            holder.Tell(permit);
        permits.Clear();
    }

    // One save at a time; what is granted meanwhile shares the next one.
    private void SaveWhatChanged()
    {
        _changed |= _granted.Count > 0;
        if (_saving || !_changed)
            return;
        (_granted, _beingSaved) = (_beingSaved, _granted);
        (_saving, _changed) = (true, false);
        Timers.StartSingleTimer(SaveOverdue, SaveIsOverdue.Instance, SaveDeadline);
        _store!
            .SaveAsync(_ledger.Save(_clock.Elapsed))
            .PipeTo(Self, success: () => new SaveEnded(this, Failure: null), failure: error => new SaveEnded(this, error.Message));
    }

    private void SaveIsLate()
    {
        _saveIsOverdue = true;
        HandOut(_beingSaved);
        Warn($"it takes longer than {SaveDeadline}");
    }

    private void SaveIsOver(string? why)
    {
        Timers.Cancel(SaveOverdue);
        (_saving, _saveIsOverdue) = (false, false);
        HandOut(_beingSaved);
        if (why is not null)
            Warn(why);
        else if (_saveFailed)
            Context.GetLogger().Info("the governor's state is saved again");
        _saveFailed = why is not null;
    }

    // Warns once for failures in a row: a full disk would fill the log too.
    private void Warn(string why)
    {
        if (!_saveFailed)
            Context.GetLogger().Warning("the governor's state is not saved, a crash now would give back what is spent: {0}", why);
        _saveFailed = true;
    }

    private object Answer(object query)
    {
        var now = _clock.Elapsed;
        return query switch
        {
            GetGovernor report => _ledger.Report(report.Most, now, at => DateAfter(at - now)),
            GetPlace place => PlaceOf(place.Endpoint, now),
            _ => throw new InvalidOperationException($"{query} is no query"),
        };
    }

    private QueuePlace PlaceOf(EndpointId endpoint, TimeSpan now) =>
        _ledger.PlaceOf(endpoint, now) is var (place, why, until)
            ? new QueuePlace(endpoint, place, why, until is { } at ? DateAfter(at - now) : null)
            : new QueuePlace(endpoint, 0, "", null);

    // A pause that outlasts the calendar is shown with its last date: a query must not crash the governor.
    private DateTimeOffset DateAfter(TimeSpan wait) =>
        wait < DateTimeOffset.MaxValue - _clock.UtcNow ? _clock.UtcNow + wait : DateTimeOffset.MaxValue;

    private sealed record Wake
    {
        public static readonly Wake Instance = new();
    }

    private sealed record SaveIsOverdue
    {
        public static readonly SaveIsOverdue Instance = new();
    }

    private sealed record SaveEnded(ConnectGovernor By, string? Failure) : INoSerializationVerificationNeeded;
}
