using System.CommandLine;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Runs a verb that asks a running service.</summary>
internal static class Asking
{
    /// <summary>A service that gives no answer, or refuses, is one line and <see cref="ExitCode.Runtime"/>.</summary>
    public static async Task<int> Run(ParseResult parsed, Option<Uri> url, Func<ServiceApi, Task<int>> ask)
    {
        using var api = new ServiceApi(parsed.GetValue(url) ?? Inputs.DefaultService, ServiceApi.Patience);
        try
        {
            return await ask(api);
        }
        catch (ServiceProblem problem)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(problem.Message);
            return ExitCode.Runtime;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Runtime; // stopped before there was an answer
        }
    }
}
