using ActorHeartbeat.Hocon.Reading;
using ActorHeartbeat.Hocon.Writing;

namespace ActorHeartbeat.Hocon.Tests;

/// <summary>
/// Short forms for tests: they take text and return JSON or error lines. The environment has only the variables that the test gives.
/// </summary>
internal static class Reading
{
    public static string Json(string text, params (string Name, string Value)[] environment)
    {
        var result = Load(text, environment);
        return result.Value is { } value ? HoconWriter.ToJson(value) : "errors: " + string.Join(" | ", result.Errors);
    }

    /// <summary>The errors, one per line; empty for none.</summary>
    public static string Errors(string text) => string.Join('\n', Load(text).Errors);

    public static HoconResult Load(string text, params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(variable => variable.Name, variable => variable.Value);
        return HoconDocument.Load(text, "text", new HoconOptions { Environment = variables.GetValueOrDefault, ReadFile = _ => null });
    }
}
