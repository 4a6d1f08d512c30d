using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Supervision;

/// <summary>
/// Decides who may dial now, over all endpoints: rate and burst, handshakes in flight, budgets of groups, pauses that servers asked for.
/// The decision is the ledger's; the actor gives it time, tells the holders, and notices when one dies.
/// </summary>
public sealed class ConnectGovernor : UntypedActor, IWithTimers
{
    private const string GrantDue = "grant-due", SaveDue = "save-due";

    /// <summary>At most so much of a budget's use can be forgotten by a crash of the process.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(1);

    private readonly GovernorLedger<IActorRef> _ledger;
    private readonly SchedulerClock _clock;
    private readonly IGovernorStore? _store;
    private readonly HashSet<IActorRef> _watched = [];

    /// <param name="ledger">Configured; outlives this actor.</param>
    /// <param name="clock">The scheduler's clock.</param>
    /// <param name="store">Where the state is kept over restarts of the process; null keeps none.</param>
    public ConnectGovernor(GovernorLedger<IActorRef> ledger, SchedulerClock clock, IGovernorStore? store)
    {
        _ledger = ledger;
        _clock = clock;
        _store = store;
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by the runtime before the first message

    public static Props Props(GovernorLedger<IActorRef> ledger, SchedulerClock clock, IGovernorStore? store) =>
        Akka.Actor.Props.Create(() => new ConnectGovernor(ledger, clock, store));

    protected override void PreStart()
    {
        foreach (var holder in _ledger.Holders)
            WatchOnce(holder);
        GrantWhatIsPermitted();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RequestPermit request:
                WatchOnce(Sender);
                _ledger.Request(Sender, request, _clock.Elapsed);
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
            case Terminated dead:
                _watched.Remove(dead.ActorRef);
                _ledger.Gone(dead.ActorRef);
                break;
            case PauseScope pause:
                _ledger.Pause(pause.Scope, pause.Key, _clock.Elapsed + pause.For, pause.Why);
                SaveSoon();
                break;
            case ConfigureGovernor configuration:
                _ledger.Configure(configuration.Settings, configuration.Groups, _clock.Elapsed);
                break;
            case GetPlace query:
                Sender.Tell(PlaceOf(query.Endpoint));
                return;
            case Wake:
                break;
            case SaveNow:
                Save();
                return;
            case Saved:
                return;
            case Status.Failure failed:
                Context.GetLogger().Warning("governor state not saved: {0}", failed.Cause.Message);
                return;
            default:
                Unhandled(message);
                return;
        }
        GrantWhatIsPermitted();
    }

    private void GrantWhatIsPermitted()
    {
        var granted = false;
        while (_ledger.Grant(_clock.Elapsed) is var (holder, permit))
        {
            holder.Tell(permit);
            granted = true;
        }
        if (granted)
            SaveSoon();
        if (_ledger.NextGrant(_clock.Elapsed) is { } due)
            Timers.StartSingleTimer(GrantDue, Wake.Instance, due > _clock.Elapsed ? due - _clock.Elapsed : TimeSpan.Zero);
        else
            Timers.Cancel(GrantDue);
    }

    private void WatchOnce(IActorRef holder)
    {
        if (_watched.Add(holder))
            Context.Watch(holder);
    }

    private QueuePlace PlaceOf(EndpointId endpoint)
    {
        var now = _clock.Elapsed;
        return _ledger.PlaceOf(endpoint, now) is var (place, why, until)
            ? new QueuePlace(endpoint, place, why, until is { } at ? _clock.UtcNow + (at - now) : null)
            : new QueuePlace(endpoint, 0, "", null);
    }

    private void SaveSoon()
    {
        if (_store is not null && !Timers.IsTimerActive(SaveDue))
            Timers.StartSingleTimer(SaveDue, SaveNow.Instance, SaveInterval);
    }

    private void Save() => _store!.SaveAsync(_ledger.Save(_clock.Elapsed)).PipeTo(Self, success: () => Saved.Instance, failure: error => new Status.Failure(error));

    private sealed record Wake
    {
        public static readonly Wake Instance = new();
    }

    private sealed record SaveNow
    {
        public static readonly SaveNow Instance = new();
    }

    private sealed record Saved
    {
        public static readonly Saved Instance = new();
    }
}
