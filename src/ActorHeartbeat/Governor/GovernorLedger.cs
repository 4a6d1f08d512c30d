using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Governor;

/// <summary>
/// The governor's state: the requests that wait, the permits in use, and what is
/// left of each budget. It is separate from the actor and survives its crash.
/// </summary>
/// <typeparam name="THolder">What a permit belongs to.</typeparam>
public sealed class GovernorLedger<THolder>
    where THolder : notnull
{
    /// <summary>The most places for those who wait that are kept while nobody does.</summary>
    private const int Roomy = 256;

    private readonly DialBudgets _budgets = new();
    private readonly Dictionary<(bool IsGroup, string Name), PermitQueue<THolder>> _queues = [];
    private readonly Dictionary<THolder, PermitWaiter<THolder>> _waiting = [];
    private readonly HashSet<THolder> _handshakes = [];
    private readonly Dictionary<THolder, string?> _connections = [];
    private readonly Dictionary<string, int> _connectionsOfGroup = new(StringComparer.Ordinal);
    private SupervisorSettings _settings = new();
    private IReadOnlyDictionary<string, GroupSettings> _groups = new Dictionary<string, GroupSettings>();
    private int _roomLeft = int.MaxValue;
    private DialHold _noRoom;
    private long _order;

    public int Waiting => _waiting.Count;

    /// <summary>The holders that wait, dial or are connected.</summary>
    public IReadOnlyCollection<THolder> Holders => [.. _waiting.Keys.Union(_connections.Keys)];

    public int HandshakesInFlight => _handshakes.Count;

    /// <summary>Hosts whose budget is remembered: fewer than the larger of 1,024 and twice the hosts that the last sweep left.</summary>
    internal int KnownHosts => _budgets.KnownHosts;

    /// <summary>Sets new budgets; what was spent stays spent.</summary>
    public void Configure(SupervisorSettings settings, IReadOnlyDictionary<string, GroupSettings> groups, TimeSpan now)
    {
        (_settings, _groups) = (settings, groups);
        _budgets.Configure(settings, groups, now);
        foreach (var queue in _queues.Values)
        {
            queue.Priority = PriorityOf(queue.Group);
            queue.WakeAll();
        }
    }

    /// <summary>
    /// Takes a place in the queue. A repeated request keeps its place and renews the number that comes back with the permit. A
    /// request for another group or host takes a place at the end of that line: a permit spends the budgets of what is dialed.
    /// </summary>
    public void Request(THolder holder, RequestPermit request, TimeSpan now)
    {
        if (_waiting.TryGetValue(holder, out var before) && (before.Request.Group, before.Request.Host) == (request.Group, request.Host))
        {
            before.Request = request;
            return;
        }
        Cancel(holder);
        _waiting[holder] = QueueOf(request.Group).Add(holder, request, _order++, now);
    }

    public void Cancel(THolder holder)
    {
        if (!_waiting.Remove(holder, out var waiter))
            return;
        if (_waiting.Count == 0 && _waiting.Capacity > Roomy)
            _waiting.TrimExcess(); // a burst of thousands is over
        var queue = waiter.Lane.Queue;
        queue.Remove(waiter);
        if (queue.IsEmpty)
            _queues.Remove(KeyOf(queue.Group));
    }

    /// <summary>Sets how many dials the process has room for until somebody looks again.</summary>
    /// <param name="room">What was found.</param>
    /// <param name="until">When that is out of date.</param>
    public void SetRoom(RoomForDials room, TimeSpan until) => (_roomLeft, _noRoom) = (room.Dials, new DialHold(until, room.Why));

    /// <summary>
    /// Refuses a request with <see cref="RequestPermit.OrRefuse"/> when its group is full, or the process has no room.
    /// </summary>
    /// <returns>Why it is refused; null when it has no place, or keeps it.</returns>
    public string? Refuse(THolder holder, TimeSpan now)
    {
        if (!_waiting.TryGetValue(holder, out var waiter)
            || !waiter.Request.OrRefuse
            || WhyFull(waiter.Lane.Queue, now) is not { } why)
            return null;
        Cancel(holder);
        return why;
    }

    public void HandshakeOver(THolder holder) => _handshakes.Remove(holder);

    public void ConnectionGone(THolder holder)
    {
        _handshakes.Remove(holder);
        if (_connections.Remove(holder, out var group) && group is not null && --_connectionsOfGroup[group] == 0)
            _connectionsOfGroup.Remove(group);
    }

    public void Gone(THolder holder)
    {
        Cancel(holder);
        ConnectionGone(holder);
    }

    public void Pause(GovernorScope scope, string key, TimeSpan until, string why, TimeSpan now) =>
        _budgets.Pause(scope, key, until, why, now);

    /// <summary>
    /// Grants the next permit: highest priority first, then first come. A request that cannot go does not hold up the others.
    /// </summary>
    public (THolder Holder, PermitGranted Permit)? Grant(TimeSpan now)
    {
        if (_waiting.Count == 0 || _handshakes.Count >= _settings.MaxConnecting || Overall(now) is not null)
            return null;
        PermitWaiter<THolder>? best = null;
        foreach (var queue in _queues.Values)
        {
            if (HoldOfGroup(queue, now) is null && queue.First(_budgets, now) is { } first && (best is null || first.IsBefore(best, now)))
                best = first;
        }
        if (best is null)
            return null;
        Spend(best, now);
        return (best.Holder, new PermitGranted(best.Request.Endpoint, best.Request.Request));
    }

    /// <summary>When <see cref="Grant"/> may next succeed by time alone; null when only an event can make it succeed.</summary>
    public TimeSpan? NextGrant(TimeSpan now)
    {
        if (_waiting.Count == 0 || _handshakes.Count >= _settings.MaxConnecting)
            return null;
        var general = Overall(now)?.Until ?? now;
        TimeSpan? next = null;
        foreach (var queue in _queues.Values)
        {
            var ofGroup = HoldOfGroup(queue, now);
            if (ofGroup is { Until: null })
                continue;
            var ofHost = queue.First(_budgets, now) is null ? queue.WakesAt!.Value : now; // a queue has waiters, in line or asleep
            var until = new[] { general, ofGroup?.Until ?? now, ofHost }.Max();
            if (next is null || until < next)
                next = until;
        }
        return next;
    }

    /// <summary>An endpoint's place in the queue, counted from 1, and why it waits; null when it does not.</summary>
    public (int Place, string Why, TimeSpan? Until)? PlaceOf(EndpointId endpoint, TimeSpan now)
    {
        var waiter = _waiting.Values.FirstOrDefault(candidate => candidate.Request.Endpoint == endpoint);
        if (waiter is null)
            return null;
        var (why, until) = HoldOf(waiter, now);
        return (1 + _waiting.Values.Count(other => other.IsBefore(waiter, now)), why, until);
    }

    /// <summary>How every budget stands, and who waits.</summary>
    /// <param name="most">So many hosts, and so many of those that wait, are named.</param>
    /// <param name="now">The time.</param>
    /// <param name="date">The date of a time.</param>
    public GovernorReport Report(int most, TimeSpan now, Func<TimeSpan, DateTimeOffset> date)
    {
        var inLine = _waiting.Values.Order(PermitWaiter<THolder>.InLine(now)).Take(most).Select((waiter, index) =>
        {
            var (why, until) = HoldOf(waiter, now);
            return new QueuePlace(waiter.Request.Endpoint, index + 1, why, until is { } at ? date(at) : null);
        });
        return new GovernorReport(
            Waiting,
            HandshakesInFlight,
            _settings.MaxConnecting,
            _roomLeft <= 0 ? _noRoom.Why : null,
            [.. _budgets.Report(_groups.Values, most, now, date).Select(budget => budget with
            {
                Connections = budget.Scope == GovernorScope.Group ? _connectionsOfGroup.GetValueOrDefault(budget.Name) : 0,
            })],
            [.. inLine]);
    }

    /// <summary>
    /// The state that must survive a restart: what is left of each budget, and
    /// which scopes are paused. Durations count from <paramref name="now"/>.
    /// </summary>
    public GovernorState Save(TimeSpan now) => _budgets.Save(now);

    /// <summary>
    /// Takes up what <see cref="Save"/> wrote <paramref name="age"/> ago, also for budgets that the next configuration brings.
    /// </summary>
    public void Restore(GovernorState state, TimeSpan age, TimeSpan now) => _budgets.Restore(state, age, now);

    private void Spend(PermitWaiter<THolder> waiter, TimeSpan now)
    {
        var (lane, queue) = (waiter.Lane, waiter.Lane.Queue);
        Cancel(waiter.Holder);
        _budgets.Spend(lane.HostKey, queue.GroupKey, now);
        ConnectionGone(waiter.Holder); // a holder that is granted twice still has one connection
        if (queue.Group is { } group)
            _connectionsOfGroup[group] = _connectionsOfGroup.GetValueOrDefault(group) + 1;
        _handshakes.Add(waiter.Holder);
        _roomLeft--;
        _connections[waiter.Holder] = queue.Group;
    }

    private DialHold? Overall(TimeSpan now) => DialBudgets.LaterOf(_budgets.Overall(now), _roomLeft <= 0 ? _noRoom : null);

    /// <summary>What holds up a request that waits, and until when; without a time only an event can end it.</summary>
    private (string Why, TimeSpan? Until) HoldOf(PermitWaiter<THolder> waiter, TimeSpan now)
    {
        if (DialBudgets.LaterOf(_budgets.OfHost(waiter.Lane.HostKey, now), HoldOfGroup(waiter.Lane.Queue, now)) is { } own)
            return (own.Why, own.Until);
        if (_handshakes.Count >= _settings.MaxConnecting)
            return ($"{_settings.MaxConnecting} handshakes are in flight (supervisor.max-connecting)", null);
        return Overall(now) is { } general
            ? (general.Why, general.Until)
            : ($"supervisor.connect-rate {_settings.ConnectRate}", now);
    }

    private string? WhyFull(PermitQueue<THolder> queue, TimeSpan now) =>
        _roomLeft <= 0 ? _noRoom.Why
        : HoldOfGroup(queue, now) is { Until: null, Why: var why } ? why
        : null;

    private DialHold? HoldOfGroup(PermitQueue<THolder> queue, TimeSpan now)
    {
        if (queue.Group is not { } group)
            return null;
        return
            _groups.TryGetValue(group, out var settings)
            && settings.MaxConnections is { } most
            && _connectionsOfGroup.GetValueOrDefault(group) >= most
            ? new DialHold(null, $"group {group} has its {most} connections (max-connections)")
            : _budgets.OfGroup(queue.GroupKey!, now);
    }

    private PermitQueue<THolder> QueueOf(string? group)
    {
        if (!_queues.TryGetValue(KeyOf(group), out var queue))
            _queues[KeyOf(group)] = queue = new PermitQueue<THolder>(group) { Priority = PriorityOf(group) };
        return queue;
    }

    private static (bool IsGroup, string Name) KeyOf(string? group) => (group is not null, group ?? "");

    private int PriorityOf(string? group) => group is not null && _groups.TryGetValue(group, out var settings) ? settings.Priority : 0;
}
