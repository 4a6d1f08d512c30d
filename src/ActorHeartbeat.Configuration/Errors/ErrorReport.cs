using System.Text.Json;

namespace ActorHeartbeat.Configuration.Errors;

/// <summary>Prints errors and warnings as text and as JSON.</summary>
public static class ErrorReport
{
    /// <summary>Maximum number of errors that are printed; more would teach nothing new.</summary>
    public const int MostShown = 50;

    /// <summary>One error after the other, without a newline at the end; empty for none.</summary>
    public static string Print(ConfigurationErrors errors) => Print(errors, "", "errors");

    /// <summary>The same for warnings, each of which begins with the word.</summary>
    public static string PrintWarnings(ConfigurationErrors warnings) => Print(warnings, "warning: ", "warnings");

    private static string Print(ConfigurationErrors errors, string before, string what)
    {
        var shown = string.Join('\n', errors.Take(MostShown).Select(error => $"{before}{error}"));
        return errors.Total > MostShown ? $"{shown}\nand {errors.Total - MostShown} more {what}" : shown;
    }

    /// <summary>Writes the same errors or warnings as a JSON array.</summary>
    public static void Write(Utf8JsonWriter json, ConfigurationErrors errors)
    {
        json.WriteStartArray();
        foreach (var error in errors.Take(MostShown))
        {
            json.WriteStartObject();
            json.WriteString("file", error.File);
            json.WriteNumber("line", error.Line);
            json.WriteNumber("column", error.Column);
            json.WriteString("key", error.KeyPath);
            json.WriteString("message", error.Message);
            if (error.Hint.Length > 0)
                json.WriteString("hint", error.Hint);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
