using System.Text.Json;

namespace ActorHeartbeat.Configuration.Errors;

/// <summary>Prints errors for eyes and for machines.</summary>
public static class ErrorReport
{
    /// <summary>More than this many teach nothing new: they are counted, not printed.</summary>
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
