using System.Text.Json;
using System.Text.Json.Serialization;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// The governor's state in a small JSON file, replaced as a whole: written beside it, flushed to the disk, renamed over it. A file that
/// cannot be read or understood is said and ignored. Age is measured by the wall clock, the only one that outlives a process; where
/// that went backwards no time counts as passed.
/// </summary>
internal sealed class GovernorFile(string path, TimeProvider time, ILogger log) : IGovernorStore
{
    /// <summary>Past what the governor ever saves: such a file is none of ours.</summary>
    private const int LargestFile = 4 * 1024 * 1024;

    private const int Version = 1, LongestReason = 200;

    private Task _last = Task.CompletedTask;

    public (GovernorState State, TimeSpan Age)? Load()
    {
        try
        {
            if (!File.Exists(path))
                return null;
            using var stream = File.OpenRead(path);
            if (stream.Length > LargestFile)
                throw new JsonException($"it has {stream.Length} bytes, at most {LargestFile} are expected");
            var document = JsonSerializer.Deserialize(stream, GovernorFileJson.Default.GovernorDocument) ?? throw new JsonException("it says null");
            var state = Checked(document);
            var age = time.GetUtcNow() - document.SavedAt;
            return (state, age > TimeSpan.Zero ? age : TimeSpan.Zero);
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            log.GovernorStateIgnored(path, problem.Message);
            return null;
        }
    }

    // On the thread pool, one after the other: a flush to the disk takes as long as the disk likes, also when the governor crashes meanwhile.
    public Task SaveAsync(GovernorState state) =>
        _last = _last.ContinueWith(_ => Replace(state), CancellationToken.None, TaskContinuationOptions.DenyChildAttach, TaskScheduler.Default);

    private void Replace(GovernorState state)
    {
        var document = new GovernorDocument(
            Version,
            time.GetUtcNow(),
            [.. state.Budgets.Select(budget => new BudgetEntry(budget.Key, budget.Tokens))],
            [.. state.Pauses.Select(pause => new PauseEntry(pause.Key, pause.For, pause.Why.Length <= LongestReason ? pause.Why : pause.Why[..LongestReason]))]);
        var beside = path + ".new";
        using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(stream, document, GovernorFileJson.Default.GovernorDocument);
            stream.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }

    private static GovernorState Checked(GovernorDocument document)
    {
        if (document.Version != Version)
            throw new JsonException($"it is of version {document.Version}, {Version} is expected");
        if (document.Budgets.Any(budget => budget is not { Tokens: >= 0 }) || document.Pauses.Any(pause => pause is null))
            throw new JsonException("an entry is missing, or a budget has less than nothing left");
        return new GovernorState(
            [.. document.Budgets.Select(budget => new SavedBudget(budget.Key, budget.Tokens))],
            [.. document.Pauses.Select(pause => new SavedPause(pause.Key, pause.For, pause.Why))]);
    }
}

internal sealed record GovernorDocument(int Version, DateTimeOffset SavedAt, IReadOnlyList<BudgetEntry> Budgets, IReadOnlyList<PauseEntry> Pauses);

internal sealed record BudgetEntry(string Key, double Tokens);

internal sealed record PauseEntry(string Key, TimeSpan For, string Why);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GovernorDocument))]
internal sealed partial class GovernorFileJson : JsonSerializerContext;
