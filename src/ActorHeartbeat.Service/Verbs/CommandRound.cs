using System.Globalization;
using System.Net;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Gives one command to many endpoints, a few at a time, at the rate that the service allows.</summary>
internal sealed class CommandRound(ServiceApi api, string name, string? body, CommandReport report, Terminal terminal)
{
    private const int AtATime = 8;

    /// <summary>The fewest endpoints for which the progress is shown.</summary>
    private const int Many = 20;

    /// <summary>A service that keeps refusing by its rate is not waited for longer than this many times.</summary>
    private const int MostTries = 100;

    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(1);

    private int _done;

    public async Task Run(IReadOnlyList<EndpointView> endpoints, CancellationToken stop)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime };
        await Parallel.ForEachAsync(endpoints, options, async (endpoint, _) =>
        {
            try
            {
                giveUp.Token.ThrowIfCancellationRequested();
                var answer = await Command(endpoint.Id, giveUp.Token);
                report.Add(endpoint, answer);
                if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                    await giveUp.CancelAsync(); // nor may the others
            }
            catch (ServiceProblem problem)
            {
                report.AddFailed(endpoint, problem.Message);
            }
            catch (OperationCanceledException)
            {
                report.AddFailed(endpoint, "not done: the round was stopped");
            }
            await ShowProgress(endpoints.Count);
        });
        if (endpoints.Count >= Many && terminal.Ask is not null)
            await report.Error.WriteLineAsync();
    }

    private async Task<ApiAnswer> Command(string id, CancellationToken stop)
    {
        for (var tries = 1; ; tries++)
        {
            var answer = await api.Command(HttpMethod.Post, $"/v1/endpoints/{id}/{name}", body, stop);
            if (answer.Status != HttpStatusCode.TooManyRequests || tries == MostTries)
                return answer;
            // A bare delay of a verb, as long as the service says.
            await Task.Delay(answer.RetryAfter?.Delta ?? DefaultWait, TimeProvider.System, stop);
        }
    }

    private async Task ShowProgress(int all)
    {
        var done = Interlocked.Increment(ref _done);
        if (all >= Many && terminal.Ask is not null && (done == all || done % (all / Many) == 0))
            await report.Error.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"\r{name}: {done} of {all}"));
    }
}
