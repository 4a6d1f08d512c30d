using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.State;

/// <summary>
/// Keeps what survives a restart in one SQLite database: the governor's budgets and pauses, sessions of endpoints, paused endpoints, and
/// subscriptions that were added at runtime. One thread of its own opens, reads and writes it, so that a disk that does not answer blocks
/// no other thread; what changes during a write shares the next one. A database that cannot be used is no reason not to start, and one
/// that cannot be written costs no dial: both are told once, and again when it works; until then it is tried every second.
/// </summary>
internal sealed class StateDatabase : IGovernorStore, IPausedStore, ISubscriptionStore, IDisposable
{
    /// <summary>Longest wait at the start for a disk that does not answer.</summary>
    public static readonly TimeSpan LoadDeadline = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait at the end for the last write.</summary>
    private static readonly TimeSpan CloseDeadline = TimeSpan.FromSeconds(1);

    /// <summary>The clocks of machines that are corrected now and then differ by less.</summary>
    private static readonly TimeSpan ClockError = TimeSpan.FromMinutes(1);

    /// <summary>Of endpoints in one line of the log.</summary>
    private const int MostNamed = 10;

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<DatabaseFile> _open;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly ManualResetEventSlim _isOpened = new(), _isClosed = new();
    private StateParts _all = StateParts.None, _unwritten = StateParts.None;
    private TaskCompletionSource<bool> _written = NewWrite();
    private Thread? _thread;
    private bool _isEnding, _isOverdue;

    // Of the writing thread alone.
    private DatabaseFile? _file;
    private bool _isTold;
    private long _failedAt;

    /// <param name="path">The file.</param>
    /// <param name="former">The JSON file of earlier versions, which a new database takes over; null for none.</param>
    /// <param name="time">The wall clock, which alone outlives a process.</param>
    /// <param name="log">Hears what cannot be used or written.</param>
    public StateDatabase(string path, string? former, TimeProvider time, ILogger log)
        : this(path, time, log, new DatabaseOpening(path, former, time, log).Open)
    {
    }

    internal StateDatabase(string path, TimeProvider time, ILogger log, Func<DatabaseFile> open) =>
        (_path, _time, _log, _open) = (path, time, log, open);

    /// <summary>The sessions that the database has, or is to have after the next write.</summary>
    public ValueList<EndpointSession> Sessions => Known().Sessions ?? [];

    /// <summary>The subscriptions that were added at runtime, in no order.</summary>
    public IReadOnlyList<AddedSubscription> Subscriptions =>
        [.. Known().Subscriptions.Where(one => one.Value is not null).Select(one => new AddedSubscription(one.Key, one.Value!.Value))];

    /// <summary>The sessions of these endpoints; those of other endpoints go with the next write.</summary>
    public ValueList<EndpointSession> LoadSessions(IEnumerable<EndpointId> endpoints)
    {
        var wanted = endpoints.ToHashSet();
        ValueList<EndpointSession> sessions = [.. Sessions.Where(session => wanted.Contains(session.Endpoint))];
        lock (_gate)
            _all = _all with { Sessions = sessions };
        return sessions;
    }

    public (GovernorState State, TimeSpan Age)? Load()
    {
        if (Known().Governor is not { } saved)
            return null;
        var age = _time.GetUtcNow() - saved.SavedAt;
        if (age < -ClockError)
            _log.GovernorStateOfFuture(_path, saved.SavedAt);
        return (saved.State, age > TimeSpan.Zero ? age : TimeSpan.Zero);
    }

    /// <summary>Completes when the state is written, or cannot be: that is told here, and holds up no dial.</summary>
    public Task SaveAsync(GovernorState state) => Change(new StateParts { Governor = new GovernorPart(_time.GetUtcNow(), state) });

    /// <summary>Replaces the saved sessions. False when they cannot be written now; they are with the next write.</summary>
    public Task<bool> SaveAsync(ValueList<EndpointSession> sessions) => Change(new StateParts { Sessions = sessions });

    IReadOnlyCollection<EndpointId> IPausedStore.Load() => Known().Paused ?? [];

    void IPausedStore.Save(ValueList<EndpointId> paused) => _ = Change(new StateParts { Paused = paused });

    IReadOnlyCollection<SubscriptionKey> ISubscriptionStore.Load() =>
        [.. Subscriptions.OrderBy(added => added.AddedAt).Select(added => added.Name)];

    void ISubscriptionStore.Add(SubscriptionKey key) => _ = AddAsync(key);

    void ISubscriptionStore.Remove(SubscriptionKey key) => _ = RemoveAsync(key);

    /// <summary>Adds a key of a subscription, or dates it anew. False as for sessions.</summary>
    public Task<bool> AddAsync(SubscriptionKey name) => Change(Of(name, _time.GetUtcNow()));

    /// <summary>Removes a key of a subscription, if there is such a one. False as for sessions.</summary>
    public Task<bool> RemoveAsync(SubscriptionKey name) => Change(Of(name, null));

    /// <summary>Completes when all that has been given until now is written, cannot be, or is not within a time.</summary>
    /// <returns>Whether it is written. What is not is with the first write that works.</returns>
    public async Task<bool> WrittenAsync(TimeSpan deadline)
    {
        try
        {
            return await Change(StateParts.None).WaitAsync(deadline, _time);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Logs which endpoints begin paused, because an operator has paused them in an earlier process.</summary>
    public void TellOfPaused(IEnumerable<EndpointSettings> endpoints)
    {
        var paused = (Known().Paused ?? []).ToHashSet();
        var names = endpoints.Where(endpoint => endpoint.Enabled && paused.Contains(endpoint.Id)).Select(endpoint => endpoint.Id).ToArray();
        if (names.Length > 0)
            _log.EndpointsStayPaused(names.Length, string.Join(", ", names.Take(MostNamed)) + (names.Length > MostNamed ? ", ..." : ""));
    }

    /// <summary>Writes what is left and closes the database, unless the disk does not answer in time.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnding = true;
            if (_thread is null)
                _isClosed.Set();
        }
        _wake.Set();
        _isClosed.Wait(CloseDeadline);
    }

    private static StateParts Of(SubscriptionKey name, DateTimeOffset? addedAt) =>
        new() { Subscriptions = StateParts.None.Subscriptions.SetItem(name, addedAt) };

    private static TaskCompletionSource<bool> NewWrite() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task<bool> Change(StateParts change)
    {
        lock (_gate)
        {
            if (_isEnding)
                return Task.FromResult(false);
            Begin();
            (_all, _unwritten) = (_all.Then(change), _unwritten.Then(change));
            _wake.Set();
            return _written.Task;
        }
    }

    /// <summary>Everything that is known. The first call waits for the database, within a bound.</summary>
    private StateParts Known()
    {
        lock (_gate)
            Begin();
        var isOpened = _isOpened.Wait(_isOverdue ? TimeSpan.Zero : LoadDeadline);
        lock (_gate)
        {
            if (!isOpened && !_isOverdue && !_isEnding)
                _log.StateOverdue(_path, LoadDeadline.TotalSeconds);
            _isOverdue |= !isOpened;
            return _all;
        }
    }

    private void Begin()
    {
        if (_thread is not null || _isEnding)
            return;
        _thread = new Thread(Run) { IsBackground = true, Name = "state" };
        _thread.Start();
    }

    private void Run()
    {
        Attempt(() =>
        {
            _file = _open();
            lock (_gate)
            {
                if (!_isOverdue)
                    _all = _file.Found.Then(_all);
            }
        });
        _isOpened.Set();
        for (var isEnding = false; !isEnding;)
        {
            _wake.WaitOne(_isTold ? TryAgain : Timeout.InfiniteTimeSpan);
            lock (_gate)
                isEnding = _isEnding;
            Write(isEnding);
        }
        Close();
        _isClosed.Set();
    }

    private void Write(bool isLast)
    {
        StateParts change;
        TaskCompletionSource<bool> written;
        lock (_gate)
        {
            (change, _unwritten) = (_unwritten, StateParts.None);
            (written, _written) = (_written, NewWrite());
        }
        var mayTry = !_isTold || isLast || _time.GetElapsedTime(_failedAt) >= TryAgain;
        var isWritten = mayTry ? Attempt(() => Put(change)) : change.IsNone;
        if (!isWritten)
        {
            lock (_gate)
                _unwritten = change.Then(_unwritten);
        }
        written.SetResult(isWritten);
    }

    private void Put(StateParts change)
    {
        if (_file is { IsMoved: true })
            Close();
        if (_file is null)
        {
            _file = _open();
            lock (_gate)
                change = _all; // the file is another one, or has changed meanwhile
        }
        if (!change.IsNone)
            _file.Write(change);
    }

    private bool Attempt(Action act)
    {
        try
        {
            act();
            if (_isTold)
                _log.StateKeptAgain(_path);
            _isTold = false;
            return true;
        }
        catch (Exception problem) // of the disk, of SQLite or of its library: none of them may end the process, which this thread would do
        {
            if (!_isTold)
                _log.StateNotKept(_path, problem.Message);
            (_isTold, _failedAt) = (true, _time.GetTimestamp());
            Close();
            return false;
        }
    }

    private void Close()
    {
        var file = _file;
        _file = null;
        file?.Dispose();
    }
}
