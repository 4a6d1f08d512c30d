using ActorHeartbeat.Hocon.Reading;
using ActorHeartbeat.Hocon.Writing;

namespace ActorHeartbeat.Hocon.Tests;

/// <summary>Short forms for tests: text in, JSON or error lines out. The environment is only what the test gives.</summary>
internal static class Reading
{
    public static string Json(string text, params (string Name, string Value)[] environment)
    {
        var result = Load(text, environment);
        return result.Value is { } value ? HoconWriter.ToJson(value) : "errors: " + string.Join(" | ", result.Errors);
    }

    /// <summary>The errors, one a line; empty when there are none.</summary>
    public static string Errors(string text) => string.Join('\n', Load(text).Errors);

    public static HoconResult Load(string text, params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(variable => variable.Name, variable => variable.Value);
        return HoconDocument.Load(text, "text", new HoconOptions { Environment = variables.GetValueOrDefault, ReadFile = _ => null });
    }
}
