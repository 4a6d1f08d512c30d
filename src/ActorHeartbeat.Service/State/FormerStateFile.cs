using System.Text.Json;
using System.Text.Json.Serialization;
using ActorHeartbeat.Files;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.Logging;

namespace ActorHeartbeat.Service.State;

/// <summary>
/// The JSON file in which earlier versions kept the governor's state and sessions. It is read once, by the database that takes it over. A
/// file that cannot be read or parsed is told and stays as it is; an entry that cannot have been saved is told and left out.
/// </summary>
internal static class FormerStateFile
{
    /// <summary>Larger than any file that was saved: a larger file comes from elsewhere.</summary>
    public const int Largest = 16 * 1024 * 1024;

    private const int Version = 2, OldestVersion = 1;

    /// <summary>Whether a file is one of these.</summary>
    public static bool IsOne(string path)
    {
        try
        {
            Parse(path);
            return true;
        }
        catch (Exception none) when (IsOfFile(none))
        {
            return false;
        }
    }

    /// <summary>What the file has; null when it has nothing that can be read.</summary>
    public static StateParts? Read(string path, ILogger log)
    {
        try
        {
            var document = Parse(path);
            var sessions = SessionEntries.Read(document.Sessions, out var problem);
            if (problem is not null)
                log.SessionsIgnored(path, problem);
            return new StateParts { Governor = new GovernorPart(document.SavedAt, Checked(document, path, log)), Sessions = [.. sessions] };
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception problem) when (IsOfFile(problem))
        {
            log.FormerStateIgnored(path, problem.Message);
            return null;
        }
    }

    private static bool IsOfFile(Exception problem) => problem is JsonException or IOException or UnauthorizedAccessException;

    private static FormerDocument Parse(string path)
    {
        var document = JsonSerializer.Deserialize(RegularFile.Read(path, Largest), StateJson.Default.FormerDocument)
            ?? throw new JsonException("it says null");
        return document.Version is >= OldestVersion and <= Version
            ? document
            : throw new JsonException($"it is of version {document.Version}, {Version} is expected");
    }

    private static GovernorState Checked(FormerDocument document, string path, ILogger log)
    {
        var entries = new GovernorEntries();
        var budgets = entries.Read(document.Budgets, StateJson.Default.BudgetEntry, GovernorEntries.Problem);
        var pauses = entries.Read(document.Pauses, StateJson.Default.PauseEntry, GovernorEntries.Problem);
        entries.Tell(path, log);
        return new GovernorState([.. budgets.Select(budget => budget.Save())], [.. pauses.Select(pause => pause.Save())]);
    }
}

/// <summary>The content of the file. Entries are read one by one, so that a wrong entry does not invalidate the others.</summary>
internal sealed record FormerDocument(
    int Version, DateTimeOffset SavedAt, IReadOnlyList<JsonElement> Budgets, IReadOnlyList<JsonElement> Pauses)
{
    /// <summary>A list of <see cref="SessionEntry"/>, or anything else that stands there: it does not invalidate the others.</summary>
    public JsonElement? Sessions { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(FormerDocument))]
[JsonSerializable(typeof(BudgetEntry))]
[JsonSerializable(typeof(PauseEntry))]
[JsonSerializable(typeof(SessionEntry))]
internal sealed partial class StateJson : JsonSerializerContext;
