using System.Text.Json;
using System.Text.Json.Serialization;
using ActorHeartbeat.Configuration.Files;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Sinks;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// The governor's state in a small JSON file, replaced as a whole: written beside it, flushed to the disk, renamed over it. A file that
/// cannot be read or understood is said and ignored, and so is each entry that the governor cannot have saved. Age is measured by
/// the wall clock, the only one that outlives a process; where that went backwards no time counts as passed. One process owns the file:
/// the saves of another fail.
/// </summary>
internal sealed class GovernorFile(string path, TimeProvider time, ILogger log) : IGovernorStore, IDisposable
{
    /// <summary>Past what the governor ever saves: such a file is none of ours.</summary>
    private const int LargestFile = 4 * 1024 * 1024;

    private const int Version = 1, LongestReason = 200;

    /// <summary>A start waits no longer for a disk that does not answer.</summary>
    private static readonly TimeSpan LoadDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Clocks of machines that are set right now and then differ by less.</summary>
    private static readonly TimeSpan ClockError = TimeSpan.FromMinutes(1);

    private Task _last = Task.CompletedTask;
    private FileLock? _lock;

    public (GovernorState State, TimeSpan Age)? Load()
    {
        try
        {
            // The seam is synchronous and asked once, before anything dials; the reader has threads of its own and bounds the wait.
#pragma warning disable VSTHRD002
            var content = BoundedFileReader.Shared.ReadAsync(path, LargestFile, LoadDeadline).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
            var document = JsonSerializer.Deserialize(content, GovernorFileJson.Default.GovernorDocument)
                ?? throw new JsonException("it says null");
            if (document.Version != Version)
                throw new JsonException($"it is of version {document.Version}, {Version} is expected");
            return (Checked(document), AgeOf(document));
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

    // On the thread pool, one after the other: a flush takes as long as the disk likes, also when the governor crashes meanwhile.
    public Task SaveAsync(GovernorState state) => _last = _last.ContinueWith(
        _ => Replace(state), CancellationToken.None, TaskContinuationOptions.DenyChildAttach, TaskScheduler.Default);

    public void Dispose() => _lock?.Dispose();

    private void Replace(GovernorState state)
    {
        _lock ??= FileLock.Take(Path.GetFullPath(path), "supervisor.state-file");
        var document = new GovernorDocument(
            Version,
            time.GetUtcNow(),
            [.. state.Budgets.Select(ElementOf)],
            [.. state.Pauses.Select(ElementOf)]);
        var beside = path + ".new";
        File.Delete(beside); // what a crash has left, or a link that another has laid
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

/// <summary>Entries are read one by one, so that one that is wrong costs no other.</summary>
internal sealed record GovernorDocument(
    int Version, DateTimeOffset SavedAt, IReadOnlyList<JsonElement> Budgets, IReadOnlyList<JsonElement> Pauses);

internal sealed record BudgetEntry(string Key, double Tokens);

internal sealed record PauseEntry(string Key, TimeSpan For, string Why);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GovernorDocument))]
[JsonSerializable(typeof(BudgetEntry))]
[JsonSerializable(typeof(PauseEntry))]
internal sealed partial class GovernorFileJson : JsonSerializerContext;
