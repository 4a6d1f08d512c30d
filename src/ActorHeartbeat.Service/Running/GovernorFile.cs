using System.Text.Json;
using System.Text.Json.Serialization;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Files;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Sinks;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Keeps the governor's state and the sessions of endpoints in a small JSON file, which is replaced as a whole: written beside it, flushed
/// to the disk, renamed over it. A file that cannot be read or parsed is logged and ignored, and so is each entry that cannot have been
/// saved. Each part is written as it was saved last, the governor's with its own time. Age is measured by the wall clock, the only clock
/// that outlives a process; if it went backwards, no time counts as passed. One process owns the file: the saves of another process fail.
/// </summary>
internal sealed class GovernorFile(string path, TimeProvider time, ILogger log) : IGovernorStore, IDisposable
{
    /// <summary>Larger than any file that is saved: a larger file comes from elsewhere.</summary>
    private const int LargestFile = 16 * 1024 * 1024;

    private const int Version = 2, OldestVersion = 1, LongestReason = 200;

    /// <summary>Longest wait at the start for a disk that does not answer.</summary>
    private static readonly TimeSpan LoadDeadline = TimeSpan.FromSeconds(5);

    /// <summary>The clocks of machines that are corrected now and then differ by less.</summary>
    private static readonly TimeSpan ClockError = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;
    private FileLock? _lock;
    private Tuple<GovernorDocument?>? _read; // by the start, for the governor
    private GovernorPart? _governor;
    private ValueList<EndpointSession> _sessions = [];

    /// <summary>The sessions that the file has, or is to have after the next save.</summary>
    public ValueList<EndpointSession> Sessions
    {
        get
        {
            lock (_gate)
                return _sessions;
        }
    }

    public (GovernorState State, TimeSpan Age)? Load()
    {
        if ((Interlocked.Exchange(ref _read, null) ?? Tuple.Create(Read())).Item1 is not { } document)
            return null;
        lock (_gate)
            _governor ??= new GovernorPart(document.SavedAt, document.Budgets, document.Pauses);
        return (Checked(document), AgeOf(document));
    }

    /// <summary>
    /// Reads the sessions of these endpoints. Called once, before <see cref="Load"/>, which does not read the file again.
    /// </summary>
    public ValueList<EndpointSession> LoadSessions(IEnumerable<EndpointId> endpoints)
    {
        var document = Read();
        _read = Tuple.Create(document);
        var sessions = SessionEntries.Read(document?.Sessions, endpoints.ToHashSet(), out var problem);
        if (problem is not null)
            log.SessionsIgnored(path, problem);
        lock (_gate)
            return _sessions = [.. sessions];
    }

    public Task SaveAsync(GovernorState state)
    {
        var part = new GovernorPart(time.GetUtcNow(), [.. state.Budgets.Select(ElementOf)], [.. state.Pauses.Select(ElementOf)]);
        lock (_gate)
        {
            _governor = part;
            return Enqueue();
        }
    }

    /// <summary>Replaces the saved sessions; as <see cref="SaveAsync(GovernorState)"/>.</summary>
    public Task SaveAsync(ValueList<EndpointSession> sessions)
    {
        lock (_gate)
        {
            _sessions = sessions;
            return Enqueue();
        }
    }

    public void Dispose() => _lock?.Dispose();

    // Runs saves on the thread pool, one after the other: a flush may take long, and the governor may crash meanwhile.
    private Task Enqueue()
    {
        var (governor, sessions) = (_governor, _sessions);
        return _last = _last.ContinueWith(
            _ => Replace(governor, sessions), CancellationToken.None, TaskContinuationOptions.DenyChildAttach, TaskScheduler.Default);
    }

    private GovernorDocument? Read()
    {
        try
        {
            // The interface is synchronous and called once, before any dial; the reader has its own threads and bounds the wait.
#pragma warning disable VSTHRD002
            var content = BoundedFileReader.Shared.ReadAsync(path, LargestFile, LoadDeadline).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
            var document = JsonSerializer.Deserialize(content, GovernorFileJson.Default.GovernorDocument)
                ?? throw new JsonException("it says null");
            return document.Version is >= OldestVersion and <= Version
                ? document
                : throw new JsonException($"it is of version {document.Version}, {Version} is expected");
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            log.GovernorStateIgnored(path, problem.Message);
            return null;
        }
    }

    private void Replace(GovernorPart? governor, ValueList<EndpointSession> sessions)
    {
        _lock ??= FileLock.Take(Path.GetFullPath(path), "supervisor.state-file");
        governor ??= new GovernorPart(time.GetUtcNow(), [], []);
        var written = SessionEntries.Write(sessions, out var leftOut);
        if (leftOut > 0)
            log.SessionsLeftOut(path, leftOut);
        var document = new GovernorDocument(Version, governor.SavedAt, governor.Budgets, governor.Pauses)
        {
            Sessions = JsonSerializer.SerializeToElement(written, GovernorFileJson.Default.IReadOnlyListJsonElement),
        };
        var beside = path + ".new";
        File.Delete(beside); // left by a crash, or a link that another process has placed
        using (var stream = NativeFiles.OpenToAppend(beside, create: true))
        {
            JsonSerializer.Serialize(stream, document, GovernorFileJson.Default.GovernorDocument);
            stream.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }

    private static JsonElement ElementOf(SavedBudget budget) =>
        JsonSerializer.SerializeToElement(new BudgetEntry(budget.Key, budget.Tokens), GovernorFileJson.Default.BudgetEntry);

    private static JsonElement ElementOf(SavedPause pause) =>
        JsonSerializer.SerializeToElement(new PauseEntry(pause.Key, pause.For, Bounded(pause.Why)), GovernorFileJson.Default.PauseEntry);

    private static string Bounded(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason];

    private GovernorState Checked(GovernorDocument document)
    {
        var entries = new GovernorEntries();
        var budgets = entries.Read(document.Budgets, GovernorFileJson.Default.BudgetEntry, GovernorEntries.Problem);
        var pauses = entries.Read(document.Pauses, GovernorFileJson.Default.PauseEntry, GovernorEntries.Problem);
        foreach (var (problem, entry) in entries.Ignored)
            log.GovernorEntryIgnored(path, problem, entry);
        if (entries.More > 0)
            log.GovernorEntriesIgnored(path, entries.More);
        return new GovernorState(
            [.. budgets.Select(budget => new SavedBudget(budget.Key, budget.Tokens))],
            [.. pauses.Select(pause => new SavedPause(pause.Key, pause.For, Bounded(pause.Why)))]);
    }

    private TimeSpan AgeOf(GovernorDocument document)
    {
        var age = time.GetUtcNow() - document.SavedAt;
        if (age < -ClockError)
            log.GovernorStateOfFuture(path, document.SavedAt);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }
}

/// <summary>The content of the file. Entries are read one by one, so that a wrong entry does not invalidate the others.</summary>
internal sealed record GovernorDocument(
    int Version, DateTimeOffset SavedAt, IReadOnlyList<JsonElement> Budgets, IReadOnlyList<JsonElement> Pauses)
{
    /// <summary>A list of <see cref="SessionEntry"/>, or anything else that stands there: it does not invalidate the others.</summary>
    public JsonElement? Sessions { get; init; }
}

/// <summary>The governor's part as it was saved last. Its pauses count from its own time.</summary>
internal sealed record GovernorPart(DateTimeOffset SavedAt, IReadOnlyList<JsonElement> Budgets, IReadOnlyList<JsonElement> Pauses);

internal sealed record BudgetEntry(string Key, double Tokens);

internal sealed record PauseEntry(string Key, TimeSpan For, string Why);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(GovernorDocument))]
[JsonSerializable(typeof(BudgetEntry))]
[JsonSerializable(typeof(PauseEntry))]
[JsonSerializable(typeof(SessionEntry))]
[JsonSerializable(typeof(IReadOnlyList<JsonElement>))]
internal sealed partial class GovernorFileJson : JsonSerializerContext;
