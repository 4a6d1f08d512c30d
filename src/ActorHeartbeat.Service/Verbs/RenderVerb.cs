using System.CommandLine;
using System.Text.Json;
using ActorHeartbeat.Hocon;
using ActorHeartbeat.Hocon.Reading;
using ActorHeartbeat.Hocon.Writing;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Prints resolved HOCON files: any HOCON, not only configurations of this product, and also a root list.</summary>
internal static class RenderVerb
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "HOCON files", Arity = ArgumentArity.OneOrMore };
        var text = new Option<bool>("--text") { Description = "Print normalized HOCON instead of one line of JSON per file" };
        var verb = new Command(
            "render",
            "Resolve HOCON files and print one JSON line for each: {\"file\":..., \"value\":...} or {\"file\":..., \"errors\":[...]}. "
                + "It knows no keys: secrets are printed as well")
        {
            files,
            text,
        };
        verb.SetAction(parsed => Render(parsed.GetRequiredValue(files), parsed.GetValue(text), parsed.InvocationConfiguration));
        return verb;
    }

    private static int Render(string[] files, bool asText, InvocationConfiguration console)
    {
        var exitCode = ExitCode.Good;
        foreach (var file in files)
        {
            var result = HoconDocument.LoadFile(file);
            if (!result.IsValid)
                exitCode = ExitCode.WrongConfiguration;
            if (!asText)
                console.Output.Write(VerbOutput.Json(json => Write(json, file, result)));
            else if (result.Value is { } value)
                console.Output.Write(HoconWriter.ToText(value).TrimEnd('\n') + "\n");
            else
                console.Error.Write(string.Concat(result.Errors.Select(error => $"{error}\n")));
        }
        return exitCode;
    }

    private static void Write(Utf8JsonWriter json, string file, HoconResult result)
    {
        json.WriteStartObject();
        json.WriteString("file", file);
        if (result.Value is { } value)
        {
            json.WritePropertyName("value");
            HoconWriter.WriteJson(json, value);
        }
        else
            WriteErrors(json, result.Errors);
        json.WriteEndObject();
    }

    private static void WriteErrors(Utf8JsonWriter json, IReadOnlyList<HoconError> errors)
    {
        json.WriteStartArray("errors");
        foreach (var error in errors)
        {
            json.WriteStartObject();
            json.WriteString("file", error.Origin.Source);
            json.WriteNumber("line", error.Origin.Line);
            json.WriteNumber("column", error.Origin.Column);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
