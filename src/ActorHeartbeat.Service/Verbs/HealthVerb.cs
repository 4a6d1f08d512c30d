using System.CommandLine;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Queries the health of a running service: for a container's HEALTHCHECK, in an image without curl.</summary>
internal static class HealthVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12); // the watchdog behind it has 10 s

    public static Command Create()
    {
        var url = Inputs.Url($"Where the service is (default {Inputs.DefaultService})");
        var probe = new Option<string>("--probe")
        {
            Description = "What to ask: live, ready or startup",
            HelpName = "live|ready|startup",
            DefaultValueFactory = _ => "live",
        };
        probe.AcceptOnlyFromAmong("live", "ready", "startup");
        var verb = new Command("health", "Ask a running service how it is: exit 0 when it is well, 3 when it is not or cannot be reached")
        {
            url,
            probe,
        };
        verb.SetAction(
            (parsed, stop) =>
                Ask(
                    parsed.GetValue(url) ?? Inputs.DefaultService,
                    $"/healthz/{parsed.GetValue(probe)}",
                    parsed.InvocationConfiguration,
                    stop));
        return verb;
    }

    private static async Task<int> Ask(Uri service, string path, InvocationConfiguration console, CancellationToken stop)
    {
        try
        {
            using var client = ServiceClient.Create(service, Patience);
            using var answer = await client.GetAsync(path, stop);
            await console.Output.WriteAsync(await answer.Content.ReadAsStringAsync(stop));
            return answer.IsSuccessStatusCode ? ExitCode.Good : ExitCode.Runtime;
        }
        catch (Exception problem) when (problem is HttpRequestException or TaskCanceledException)
        {
            await console.Error.WriteLineAsync($"{service}: {path}: {NoAnswer.Reason(problem)}");
            return ExitCode.Runtime;
        }
    }
}
