using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorHeartbeat.Configuration.Show;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Prints what a verb came to.</summary>
internal static class VerbOutput
{
    /// <summary>
    /// What <see cref="ConfigurationVerbs.Diff"/> returns for differences; here that would be the code for a wrong command line.
    /// </summary>
    private const int DifferentThere = 2;

    public static int Print(VerbResult result, ParseResult parsed)
    {
        var console = parsed.InvocationConfiguration;
        (result.IsError ? console.Error : console.Output).Write(result.Output);
        return result.ExitCode == DifferentThere ? ExitCode.Different : result.ExitCode;
    }

    /// <summary>One JSON value on one line, as deep as it is: what the readers let through has been bounded by them.</summary>
    public static string Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (
            var json = new Utf8JsonWriter(
                bytes,
                new JsonWriterOptions
                {
                    Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                    SkipValidation = true,
                    MaxDepth = int.MaxValue,
                }))
            write(json);
        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }
}
