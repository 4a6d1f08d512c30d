using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Supervision;

/// <summary>Who waits, who holds a permit, and what is left of each budget. The governor's state, apart from its actor: it survives a crash of it.</summary>
/// <typeparam name="THolder">What a permit belongs to.</typeparam>
public sealed class GovernorLedger<THolder>
    where THolder : notnull
{
    private const string Global = "global";

    /// <summary>Waiting so long is worth one step of priority, so that nobody starves.</summary>
    private static readonly TimeSpan WaitPerPriority = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ScopePause> _pauses = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Host, string? Group), Lane> _lanes = [];
    private readonly Dictionary<THolder, Waiter> _waiting = [];
    private readonly HashSet<THolder> _handshakes = [];
    private readonly Dictionary<THolder, string?> _connections = [];
    private readonly Dictionary<string, int> _connectionsOfGroup = new(StringComparer.Ordinal);
    private SupervisorSettings _settings = new();
    private IReadOnlyDictionary<string, GroupSettings> _groups = new Dictionary<string, GroupSettings>();
    private long _order;

    public int Waiting => _waiting.Count;

    /// <summary>Everybody who waits, dials or is connected.</summary>
    public IReadOnlyCollection<THolder> Holders => [.. _waiting.Keys.Union(_connections.Keys)];

    public int HandshakesInFlight => _handshakes.Count;

    /// <summary>New budgets from now on; what was spent stays spent.</summary>
    public void Configure(SupervisorSettings settings, IReadOnlyDictionary<string, GroupSettings> groups, TimeSpan now)
    {
        _settings = settings;
        _groups = groups;
        SetBucket(Global, settings.ConnectRate, settings.ConnectBurst, now);
        foreach (var group in groups.Values)
        {
            if (group.ConnectRate is { } rate)
                SetBucket(GroupKey(group.Name), rate, group.ConnectBurst, now);
            else
                _buckets.Remove(GroupKey(group.Name));
        }
        foreach (var lane in _lanes.Values)
            lane.Priority = PriorityOf(lane.Group);
    }

    /// <summary>Takes a place; asking again keeps it and renews the number that comes back with the permit.</summary>
    public void Request(THolder holder, RequestPermit request, TimeSpan now)
    {
        if (_waiting.TryGetValue(holder, out var before))
        {
            before.Request = request;
            return;
        }
        var lane = LaneOf(request.Host, request.Group);
        _waiting[holder] = new Waiter(holder, lane, lane.Waiters.AddLast(holder), _order++, now) { Request = request };
    }

    public void Cancel(THolder holder)
    {
        if (!_waiting.Remove(holder, out var waiter))
            return;
        waiter.Lane.Waiters.Remove(waiter.Place);
        if (waiter.Lane.Waiters.Count == 0)
            _lanes.Remove((waiter.Lane.Host, waiter.Lane.Group));
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

    public void Pause(GovernorScope scope, string key, TimeSpan until, string why)
    {
        var name = ScopeKey(scope, key);
        if (!_pauses.TryGetValue(name, out var pause) || pause.Until < until)
            _pauses[name] = new ScopePause(until, why);
    }

    /// <summary>Grants the next permit: highest priority first, then first come; a lane that cannot go does not hold up the others.</summary>
    public (THolder Holder, PermitGranted Permit)? Grant(TimeSpan now)
    {
        if (_waiting.Count == 0 || _handshakes.Count >= _settings.MaxConnecting || _buckets[Global].Wait(now) > TimeSpan.Zero || IsPaused(Global, now, out _))
            return null;
        Waiter? best = null;
        foreach (var lane in _lanes.Values)
        {
            if (Blocked(lane, now, out _, out _))
                continue;
            var head = _waiting[lane.Waiters.First!.Value];
            if (best is null || IsBefore(head, best, now))
                best = head;
        }
        if (best is null)
            return null;
        Spend(best, now);
        return (best.Holder, new PermitGranted(best.Request.Endpoint, best.Request.Request));
    }

    /// <summary>When <see cref="Grant"/> may succeed without anything else happening; null when only an event can change that.</summary>
    public TimeSpan? NextGrant(TimeSpan now)
    {
        if (_waiting.Count == 0 || _handshakes.Count >= _settings.MaxConnecting)
            return null;
        var general = now + _buckets[Global].Wait(now);
        if (IsPaused(Global, now, out var pause) && pause.Until > general)
            general = pause.Until;
        TimeSpan? next = null;
        foreach (var lane in _lanes.Values)
        {
            TimeSpan? until = Blocked(lane, now, out var lifted, out _) ? lifted : now;
            if (until < general)
                until = general;
            if (until is not null && (next is null || until < next))
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
        var place = 1 + _waiting.Values.Count(other => other != waiter && IsBefore(other, waiter, now));
        if (Blocked(waiter.Lane, now, out var until, out var why))
            return (place, why, until);
        if (IsPaused(Global, now, out var pause))
            return (place, pause.Why, pause.Until);
        if (_handshakes.Count >= _settings.MaxConnecting)
            return (place, $"{_settings.MaxConnecting} handshakes are in flight (supervisor.max-connecting)", null);
        var wait = _buckets[Global].Wait(now);
        return (place, $"supervisor.connect-rate {_settings.ConnectRate}", now + wait);
    }

    /// <summary>What a restart must not forget: how much of each budget is spent, and who is paused. Times are from now.</summary>
    public GovernorState Save(TimeSpan now) => new(
        [.. _buckets.Select(bucket => new SavedBudget(bucket.Key, bucket.Value.RefilledAt(now).Tokens))],
        [.. _pauses.Where(pause => pause.Value.Until > now).Select(pause => new SavedPause(pause.Key, pause.Value.Until - now, pause.Value.Why))]);

    /// <summary>Takes up what <see cref="Save"/> wrote <paramref name="age"/> ago. Call after <see cref="Configure"/>.</summary>
    public void Restore(GovernorState state, TimeSpan age, TimeSpan now)
    {
        foreach (var saved in state.Budgets)
        {
            if (_buckets.TryGetValue(saved.Key, out var bucket))
                _buckets[saved.Key] = (bucket with { Tokens = Math.Clamp(saved.Tokens, 0, bucket.Burst), At = now - age }).RefilledAt(now);
        }
        foreach (var saved in state.Pauses)
        {
            if (saved.For > age)
                _pauses[saved.Key] = new ScopePause(now + saved.For - age, saved.Why);
        }
    }

    private void Spend(Waiter waiter, TimeSpan now)
    {
        Cancel(waiter.Holder);
        _buckets[Global] = _buckets[Global].Take(now)!.Value;
        if (waiter.Lane.Group is { } group)
        {
            if (_buckets.TryGetValue(GroupKey(group), out var bucket))
                _buckets[GroupKey(group)] = bucket.Take(now)!.Value;
            _connectionsOfGroup[group] = _connectionsOfGroup.GetValueOrDefault(group) + 1;
        }
        _handshakes.Add(waiter.Holder);
        _connections[waiter.Holder] = waiter.Lane.Group;
    }

    /// <summary>Whether a lane's own scopes hold it up, until when (null: until a connection ends), and why.</summary>
    private bool Blocked(Lane lane, TimeSpan now, out TimeSpan? until, out string why)
    {
        (until, why) = (null, "");
        var blocked = false;
        if (IsPaused(lane.HostKey, now, out var pause) || (lane.GroupKey is { } key && IsPaused(key, now, out pause)))
            (blocked, until, why) = (true, pause.Until, pause.Why);
        if (lane.Group is not { } group)
            return blocked;
        if (_groups.TryGetValue(group, out var settings) && settings.MaxConnections is { } most && _connectionsOfGroup.GetValueOrDefault(group) >= most)
        {
            (until, why) = (null, $"group {group} has its {most} connections (max-connections)");
            return true;
        }
        if (_buckets.TryGetValue(lane.GroupKey!, out var bucket) && bucket.Wait(now) is var wait && wait > TimeSpan.Zero && (until is null || now + wait > until))
            (blocked, until, why) = (true, now + wait, $"group {group} connect-rate {bucket.Rate}");
        return blocked;
    }

    private bool IsPaused(string key, TimeSpan now, out ScopePause pause)
    {
        if (!_pauses.TryGetValue(key, out pause))
            return false;
        if (pause.Until > now)
            return true;
        _pauses.Remove(key);
        return false;
    }

    private static bool IsBefore(Waiter one, Waiter other, TimeSpan now)
    {
        double mine = Rank(one, now), theirs = Rank(other, now);
        return mine > theirs || (mine == theirs && one.Order < other.Order);
    }

    private static double Rank(Waiter waiter, TimeSpan now) => waiter.Lane.Priority + Math.Floor((now - waiter.Since) / WaitPerPriority);

    private Lane LaneOf(string host, string? group)
    {
        if (!_lanes.TryGetValue((host, group), out var lane))
            _lanes[(host, group)] = lane = new Lane(host, group, ScopeKey(GovernorScope.Host, host), group is null ? null : GroupKey(group)) { Priority = PriorityOf(group) };
        return lane;
    }

    private int PriorityOf(string? group) => group is not null && _groups.TryGetValue(group, out var settings) ? settings.Priority : 0;

    private void SetBucket(string key, Rate rate, double burst, TimeSpan now) =>
        _buckets[key] = _buckets.TryGetValue(key, out var bucket) ? bucket.With(rate, burst, now) : TokenBucket.Full(rate, burst, now);

    private static string GroupKey(string group) => ScopeKey(GovernorScope.Group, group);

    private static string ScopeKey(GovernorScope scope, string key) => scope switch
    {
        GovernorScope.Group => $"group:{key}",
        GovernorScope.Host => $"host:{key}",
        _ => Global,
    };

    private readonly record struct ScopePause(TimeSpan Until, string Why);

    private sealed class Lane(string host, string? group, string hostKey, string? groupKey)
    {
        public string Host { get; } = host;

        public string? Group { get; } = group;

        public string HostKey { get; } = hostKey;

        public string? GroupKey { get; } = groupKey;

        public int Priority { get; set; }

        public LinkedList<THolder> Waiters { get; } = [];
    }

    private sealed class Waiter(THolder holder, Lane lane, LinkedListNode<THolder> place, long order, TimeSpan since)
    {
        public THolder Holder { get; } = holder;

        public Lane Lane { get; } = lane;

        public LinkedListNode<THolder> Place { get; } = place;

        public long Order { get; } = order;

        public TimeSpan Since { get; } = since;

        public required RequestPermit Request { get; set; }
    }
}
