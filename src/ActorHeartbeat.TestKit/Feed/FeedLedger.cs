namespace ActorHeartbeat.TestKit;

/// <summary>The connected clients, and the record of each name so far.</summary>
internal sealed class FeedLedger(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, FeedRecord> _records = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Completes at the next change. Take it before reading the records.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    public IReadOnlyList<FeedClient> Clients
    {
        get
        {
            lock (_lock)
                return [.. _records.Values.SelectMany(record => record.Live)];
        }
    }

    public IReadOnlyList<FeedHistory> Histories
    {
        get
        {
            lock (_lock)
                return [.. _records.Values.Select(record => record.ToHistory())];
        }
    }

    public FeedHistory History(string name)
    {
        lock (_lock)
            return _records.TryGetValue(name, out var record) ? record.ToHistory() : new FeedHistory(name);
    }

    public void Refused(string name, string path, int status) => Change(name, record =>
    {
        record.Attempted(new FeedAttempt(time.GetUtcNow(), path, status));
        record.Refusals++;
    });

    /// <summary>Numbers the connection and returns the older ones of the same name, which the caller closes.</summary>
    public IReadOnlyList<FeedClient> Joined(string name, string path, Func<int, FeedClient> connect) => Change(name, record =>
    {
        record.Attempted(new FeedAttempt(time.GetUtcNow(), path, 101));
        var client = connect((int)++record.Accepts);
        FeedClient[] older = [.. record.Live];
        record.Live.Add(client);
        if (client.PeerIsGone())
            return []; // gone before it was numbered: the others may be the newer ones
        record.Peak = Math.Max(record.Peak, 1 + older.Count(one => !one.PeerIsGone()));
        record.Replaced += older.Length;
        return older;
    });

    public void Left(FeedClient client) => Change(client.Name, record => record.Live.Remove(client));

    public void Count(string name, Action<FeedRecord> count) => Change(name, count);

    public long NextTick(string name) => Change(name, record => ++record.Ticks);

    private void Change(string name, Action<FeedRecord> change) => Change(name, record =>
    {
        change(record);
        return true;
    });

    private T Change<T>(string name, Func<FeedRecord, T> change)
    {
        TaskCompletionSource changed;
        T result;
        lock (_lock)
        {
            if (!_records.TryGetValue(name, out var record))
                _records.Add(name, record = new FeedRecord(name));
            result = change(record);
            changed = _changed;
            _changed = NewSignal();
        }
        changed.SetResult();
        return result;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The mutable half of a <see cref="FeedHistory"/>; touched under the ledger's lock only.</summary>
internal sealed class FeedRecord(string name)
{
    private readonly Queue<FeedAttempt> _attempts = new();

    public List<FeedClient> Live { get; } = [];
    public int Peak { get; set; }
    public long Accepts { get; set; }
    public long Refusals { get; set; }
    public long Replaced { get; set; }
    public long Removed { get; set; }
    public long Pings { get; set; }
    public long Heartbeats { get; set; }
    public long Messages { get; set; }
    public long Ticks { get; set; }
    public int? LastCloseCode { get; set; }

    public void Attempted(FeedAttempt attempt)
    {
        if (_attempts.Count == FeedHistory.KeptAttempts)
            _attempts.Dequeue();
        _attempts.Enqueue(attempt);
    }

    public FeedHistory ToHistory() => new(name)
    {
        Live = Live.Count,
        Peak = Peak,
        Accepts = Accepts,
        Refusals = Refusals,
        Replaced = Replaced,
        Removed = Removed,
        Pings = Pings,
        Heartbeats = Heartbeats,
        Messages = Messages,
        Ticks = Ticks,
        LastCloseCode = LastCloseCode,
        Attempts = [.. _attempts],
    };
}
