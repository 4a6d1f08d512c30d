using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorHeartbeat.Configuration.Show;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Prints the result of a verb.</summary>
internal static class VerbOutput
{
    /// <summary>
    /// The exit code that <see cref="ConfigurationVerbs.Diff"/> returns for differences. Here that code stands for a wrong command line.
    /// </summary>
    private const int DifferentThere = 2;

    public static int Print(VerbResult result, ParseResult parsed)
    {
        var console = parsed.InvocationConfiguration;
        (result.IsError ? console.Error : console.Output).Write(result.Output);
        return result.ExitCode == DifferentThere ? ExitCode.Different : result.ExitCode;
    }

    /// <summary>One JSON value on one line, without a limit of depth: the readers have already bounded the depth.</summary>
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
