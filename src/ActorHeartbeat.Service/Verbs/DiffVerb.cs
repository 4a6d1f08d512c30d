using System.CommandLine;
using System.Text.Json;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Reports what a reload would add, remove, reconnect and change live.</summary>
internal static class DiffVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var file = Inputs.File(description: "The configuration that would be loaded; with OTHER, the one that runs");
        var other = new Argument<string?>("OTHER")
        {
            Description = "The configuration that would replace FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var url = Inputs.Url("Compare with what a running service shows, for example http://127.0.0.1:8080; masked values look alike");
        var format = Inputs.Format();
        var verb = new Command("diff", "Say what loading a configuration would change: against another file, or against a running service")
        {
            file,
            other,
            url,
            format,
        };
        verb.Validators.Add(given =>
        {
            if (given.GetResult(url) is null == given.GetValue(other) is null)
                given.AddError("diff compares with either OTHER or --url");
        });
        verb.SetAction(
            async (parsed, stop) =>
                parsed.GetValue(url) is { } service
                    ? await WithService(parsed, service, parsed.GetRequiredValue(file), parsed.GetValue(format), stop)
                    : VerbOutput.Print(
                        new ConfigurationVerbs(path => ConfigurationLoader.Load(path), parsed.GetValue(format)).Diff(
                            parsed.GetRequiredValue(file), parsed.GetValue(other)!),
                        parsed)); // not null: the validator has checked it
        return verb;
    }

    private static async Task<int> WithService(ParseResult parsed, Uri service, string path, VerbFormat format, CancellationToken stop)
    {
        var console = parsed.InvocationConfiguration;
        var read = ConfigurationLoader.Load(path);
        if (read.Configuration is not { } configuration)
            return VerbOutput.Print(new ConfigurationVerbs(_ => read, format).Check(path), parsed);
        try
        {
            using var client = ServiceClient.Create(service, Patience);
            using var page = JsonDocument.Parse(await client.GetByteArrayAsync(new Uri("/v1/config", UriKind.Relative), stop));
            var diff = ConfigurationPage.DiffAgainst(page.RootElement, configuration);
            var added = ConfigurationPage.AddedKeys(page.RootElement);
            await console.Output.WriteAsync(
                format == VerbFormat.Json
                    ? VerbOutput.Json(json => DiffReport.Write(json, diff, () => AddedKeysReport.Write(json, added, configuration)))
                    : AddedKeysReport.Print(added, configuration) + DiffReport.Print(diff));
            return diff.IsEmpty ? ExitCode.Good : ExitCode.Different;
        }
        catch (Exception problem) when (problem is HttpRequestException or TaskCanceledException or JsonException or InvalidDataException)
        {
            await console.Error.WriteLineAsync($"{service}: no configuration from there: {NoAnswer.Reason(problem)}");
            return ExitCode.Runtime;
        }
    }
}
