using System.Text.Json;

namespace ActorHeartbeat.Configuration.Errors;

/// <summary>Prints errors as text and as JSON.</summary>
public static class ErrorReport
{
    /// <summary>Maximum number of errors that are printed; more would teach nothing new.</summary>
    public const int MostShown = 50;

    /// <summary>One error after the other, without a newline at the end; empty for none.</summary>
    public static string Print(ConfigurationErrors errors)
    {
        var shown = string.Join('\n', errors.Take(MostShown));
        return errors.Total > MostShown ? $"{shown}\nand {errors.Total - MostShown} more errors" : shown;
    }

    /// <summary>Writes the same errors as a JSON array.</summary>
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
