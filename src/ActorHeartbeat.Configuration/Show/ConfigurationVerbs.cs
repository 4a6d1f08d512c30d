using System.Text.Json;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Configuration.Show;

/// <summary>The output format of a verb.</summary>
public enum VerbFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON value on one line, for a pipeline.</summary>
    Json,
}

/// <summary>The output of a verb and the exit code of the process.</summary>
/// <param name="ExitCode">0 for yes, 1 for errors, 2 for <c>diff</c> when there are differences.</param>
/// <param name="Output">The text to print, newline included.</param>
/// <param name="IsError">Whether it belongs to standard error.</param>
public sealed record VerbResult(int ExitCode, string Output, bool IsError = false);

/// <summary>The verbs check, show and diff without a console.</summary>
/// <param name="load">Reads a file.</param>
/// <param name="format">The output format.</param>
public sealed class ConfigurationVerbs(Func<string, LoadResult> load, VerbFormat format)
{
    private const int Good = 0;
    private const int Refused = 1;
    private const int Different = 2;

    /// <summary>
    /// Checks whether a file can be used, and reports every error if not. Warnings of keys without effect do not change the exit code.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="added">Reads the keys of subscriptions that were added at runtime, where the configuration keeps them.</param>
    public VerbResult Check(string path, Func<ServiceConfiguration, IReadOnlyCollection<SubscriptionKey>>? added = null) =>
        With(path, configuration =>
        {
            var keys = added?.Invoke(configuration) ?? [];
            return format == VerbFormat.Json
                ? Line(Good, json => WriteCheck(json, configuration, keys))
                : new VerbResult(
                    Good,
                    $"{path}: good: {configuration.Endpoints.Count} endpoints, {configuration.Groups.Count} groups, "
                        + $"{Files(configuration.Files)}\n{AddedKeysReport.Print(keys, configuration)}{Warnings(configuration.Warnings)}");
        });

    /// <summary>Every key of one endpoint, or of all when <paramref name="id"/> is null, with its value and its origin.</summary>
    public VerbResult Show(string path, string? id) => With(path, configuration =>
    {
        var chosen = configuration.Endpoints.Select(endpoint => endpoint.Id).Where(each => id is null || each.Value == id).ToArray();
        if (id is not null && chosen.Length == 0)
            return Unknown(path, id, configuration);
        var shown = chosen.Select(each => configuration.Show(each)!); // the ids are the configuration's own
        return format == VerbFormat.Json
            ? Line(Good, json => WriteShown(json, shown))
            : new VerbResult(Good, string.Join('\n', shown.Select(settings => $"{settings.Id}\n{settings.ToText()}")));
    });

    /// <summary>The effect of a reload from one file to the other.</summary>
    public VerbResult Diff(string oldPath, string newPath) => With(oldPath, old => With(newPath, @new =>
            {
                var diff = ConfigurationDiff.Between(old, @new);
                var exitCode = diff.IsEmpty ? Good : Different;
                return format == VerbFormat.Json
                    ? Line(exitCode, json => DiffReport.Write(json, diff))
                    : new VerbResult(exitCode, DiffReport.Print(diff));
            }));

    private VerbResult With(string path, Func<ServiceConfiguration, VerbResult> then)
    {
        var result = load(path);
        if (result.Configuration is { } configuration)
            return then(configuration);
        return format == VerbFormat.Json
            ? Line(Refused, json => WriteErrors(json, result.Errors))
            : new VerbResult(Refused, ErrorReport.Print(result.Errors) + "\n", IsError: true);
    }

    private VerbResult Unknown(string path, string id, ServiceConfiguration configuration)
    {
        var meant = Nearest.To(id, configuration.Endpoints.Select(endpoint => endpoint.Id.Value)) is { } near
            ? $"; did you mean \"{near}\"?"
            : "";
        var error = new ConfigurationError(path, 0, 0, $"endpoints.{id}", $"no such endpoint{meant}");
        return format == VerbFormat.Json
            ? Line(Refused, json => WriteErrors(json, new ConfigurationErrors([error], 1)))
            : new VerbResult(Refused, $"{error}\n", IsError: true);
    }

    // A missing optional include is no error, but a misspelled name in it is worth seeing.
    private static string Files(SourceFiles files)
    {
        var missing = files.All.Where(file => file.ContentHash is null).Select(file => file.Path).ToArray();
        return $"{files.All.Count - missing.Length} files{(missing.Length > 0 ? $"; not there: {string.Join(", ", missing)}" : "")}";
    }

    private static string Warnings(ConfigurationErrors warnings) =>
        warnings.Total == 0 ? "" : ErrorReport.PrintWarnings(warnings) + "\n";

    private static void WriteCheck(
        Utf8JsonWriter json, ServiceConfiguration configuration, IReadOnlyCollection<SubscriptionKey> added)
    {
        json.WriteStartObject();
        json.WriteBoolean("good", true);
        json.WriteNumber("endpoints", configuration.Endpoints.Count);
        json.WriteNumber("groups", configuration.Groups.Count);
        json.WriteStartArray("files");
        foreach (var file in configuration.Files.All.Where(file => file.ContentHash is not null))
            json.WriteStringValue(file.Path);
        json.WriteEndArray();
        json.WriteStartArray("missing");
        foreach (var file in configuration.Files.All.Where(file => file.ContentHash is null))
            json.WriteStringValue(file.Path);
        json.WriteEndArray();
        json.WriteString("hash", configuration.Hash);
        json.WritePropertyName("addedKeys");
        AddedKeysReport.Write(json, added, configuration);
        json.WritePropertyName("warnings");
        ErrorReport.Write(json, configuration.Warnings);
        json.WriteNumber("warningCount", configuration.Warnings.Total);
        json.WriteEndObject();
    }

    private static void WriteErrors(Utf8JsonWriter json, ConfigurationErrors errors)
    {
        json.WriteStartObject();
        json.WriteBoolean("good", false);
        json.WriteNumber("count", errors.Total);
        json.WritePropertyName("errors");
        ErrorReport.Write(json, errors);
        json.WriteEndObject();
    }

    private static void WriteShown(Utf8JsonWriter json, IEnumerable<EffectiveSettings> shown)
    {
        json.WriteStartArray();
        foreach (var settings in shown)
            settings.Write(json);
        json.WriteEndArray();
    }

    private static VerbResult Line(int exitCode, Action<Utf8JsonWriter> write) => new(exitCode, JsonText.Of(write) + "\n");
}
