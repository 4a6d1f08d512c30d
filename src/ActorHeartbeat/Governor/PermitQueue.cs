namespace ActorHeartbeat.Governor;

/// <summary>A request that waits for a permit.</summary>
internal sealed class PermitWaiter<THolder>(THolder holder, PermitLane<THolder> lane, long order, TimeSpan since)
{
    /// <summary>The wait that counts as one step of priority, so that no request starves.</summary>
    private static readonly TimeSpan WaitPerPriority = TimeSpan.FromSeconds(10);

    public THolder Holder { get; } = holder;

    public PermitLane<THolder> Lane { get; } = lane;

    /// <summary>A unique number in the order of the requests.</summary>
    public long Order { get; } = order;

    public LinkedListNode<PermitWaiter<THolder>>? Place { get; set; }

    public required RequestPermit Request { get; set; }

    /// <summary>Whether this one goes first: higher priority, then first come.</summary>
    public bool IsBefore(PermitWaiter<THolder> other, TimeSpan now)
    {
        double mine = Rank(now), theirs = other.Rank(now);
        return mine > theirs || (mine == theirs && Order < other.Order);
    }

    /// <summary>The order in which they go.</summary>
    public static IComparer<PermitWaiter<THolder>> InLine(TimeSpan now) =>
        Comparer<PermitWaiter<THolder>>.Create((one, other) =>
            other.Rank(now).CompareTo(one.Rank(now)) is not 0 and var order ? order : one.Order.CompareTo(other.Order));

    private double Rank(TimeSpan now) => Lane.Queue.Priority + Math.Floor((now - since) / WaitPerPriority);
}

/// <summary>The waiters of one group for the same host, first come first.</summary>
internal sealed class PermitLane<THolder>(PermitQueue<THolder> queue, string host)
{
    public PermitQueue<THolder> Queue { get; } = queue;

    public string Host { get; } = host;

    public string HostKey { get; } = DialBudgets.KeyOf(Endpoints.GovernorScope.Host, host);

    public LinkedList<PermitWaiter<THolder>> Waiters { get; } = [];

    public PermitWaiter<THolder> First => Waiters.First!.Value; // a lane without waiters is removed

    /// <summary>Until when the lane is set aside because its host is held up; null while it is in line.</summary>
    public TimeSpan? SleepsUntil { get; set; }
}

/// <summary>
/// The waiters of one group, by host. Within a group only the order of the requests counts, so lanes stand in the order of their first
/// waiters. A lane whose host is held up is set aside until that is over. The next permit costs a logarithm of the number of hosts.
/// </summary>
internal sealed class PermitQueue<THolder>(string? group)
{
    private readonly Dictionary<string, PermitLane<THolder>> _lanes = new(StringComparer.Ordinal);
    private readonly SortedSet<PermitLane<THolder>> _inLine = new(
        Comparer<PermitLane<THolder>>.Create((one, other) => one.First.Order.CompareTo(other.First.Order)));
    private readonly SortedSet<PermitLane<THolder>> _asleep = new(
        Comparer<PermitLane<THolder>>.Create(
            (one, other) =>
                one.SleepsUntil!.Value.CompareTo(other.SleepsUntil!.Value) is not 0 and var order
                    ? order
                    : one.First.Order.CompareTo(other.First.Order)));

    public string? Group { get; } = group;

    public string? GroupKey { get; } = group is null ? null : DialBudgets.KeyOf(Endpoints.GovernorScope.Group, group);

    public int Priority { get; set; }

    public bool IsEmpty => _lanes.Count == 0;

    public PermitWaiter<THolder> Add(THolder holder, RequestPermit request, long order, TimeSpan now)
    {
        if (!_lanes.TryGetValue(request.Host, out var lane))
            _lanes[request.Host] = lane = new PermitLane<THolder>(this, request.Host);
        var waiter = new PermitWaiter<THolder>(holder, lane, order, now) { Request = request };
        waiter.Place = lane.Waiters.AddLast(waiter);
        if (lane.Waiters.Count == 1)
            _inLine.Add(lane);
        return waiter;
    }

    public void Remove(PermitWaiter<THolder> waiter)
    {
        var lane = waiter.Lane;
        var line = lane.SleepsUntil is null ? _inLine : _asleep;
        line.Remove(lane); // a lane is sorted by its first waiter, which may be this one
        lane.Waiters.Remove(waiter.Place!);
        if (lane.Waiters.Count > 0)
            line.Add(lane);
        else
            _lanes.Remove(lane.Host);
    }

    /// <summary>The first waiter whose host is not held up; null when there is none before <see cref="WakesAt"/>.</summary>
    public PermitWaiter<THolder>? First(DialBudgets budgets, TimeSpan now)
    {
        while (_asleep.Min is { } sleeper && sleeper.SleepsUntil <= now)
            Wake(sleeper);
        while (_inLine.Min is { } lane)
        {
            if (budgets.OfHost(lane.HostKey, now) is not { } hold)
                return lane.First;
            _inLine.Remove(lane);
            lane.SleepsUntil = hold.Until;
            _asleep.Add(lane);
        }
        return null;
    }

    /// <summary>When the first of the held-up hosts is free again; null when no host is held up.</summary>
    public TimeSpan? WakesAt => _asleep.Min?.SleepsUntil;

    /// <summary>Puts every lane back in line: the budgets of hosts may have changed.</summary>
    public void WakeAll()
    {
        while (_asleep.Min is { } sleeper)
            Wake(sleeper);
    }

    private void Wake(PermitLane<THolder> lane)
    {
        _asleep.Remove(lane);
        lane.SleepsUntil = null;
        _inLine.Add(lane);
    }
}
