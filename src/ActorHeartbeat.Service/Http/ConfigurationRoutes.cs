using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Running;

namespace ActorHeartbeat.Service.Http;

/// <summary>Shows the running configuration, and reloads it.</summary>
internal sealed class ConfigurationRoutes(ReloaderClient reloader, ConnectionsClient connections, ServiceState state)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("/v1/config", Show);
        routes.MapPost("/v1/config/reload", Reload);
    }

    private async Task Show(HttpContext http)
    {
        var running = await reloader.State(http.RequestAborted);
        var added = await connections.GetAddedKeysAsync(http.RequestAborted);
        await http.Answer(json => ConfigurationPage.Write(json, running, added));
    }

    private async Task Reload(HttpContext http)
    {
        if (state.IsDraining)
        {
            await http.Refuse(Problem.Draining);
            return;
        }
        var (dryRun, dryRunProblem) = Flag(http.Request.Query, "dry-run");
        var (force, forceProblem) = Flag(http.Request.Query, "force");
        if ((dryRunProblem ?? forceProblem ?? await http.Discard()) is { } problem)
        {
            await http.Refuse(problem);
            return;
        }
        var report = await reloader.Reload(new Reload(ReloadTrigger.Http, dryRun, force), http.RequestAborted);
        var status = report.Outcome switch
        {
            ReloadOutcome.Invalid => StatusCodes.Status422UnprocessableEntity,
            ReloadOutcome.Unanswered => StatusCodes.Status503ServiceUnavailable,
            ReloadOutcome.TooManyRemoved => StatusCodes.Status409Conflict,
            ReloadOutcome.TooManyWaiting => StatusCodes.Status429TooManyRequests,
            _ => StatusCodes.Status200OK,
        };
        if (http.Request.Headers.Accept.ToString().StartsWith(Responses.PlainText, StringComparison.OrdinalIgnoreCase))
            await http.Answer(report.ToText(), status);
        else
            await http.Answer(report.Write, status);
    }

    /// <summary>Reads a flag such as <c>?dry-run</c>, <c>?dry-run=true</c> or <c>=false</c>; 1 and 0 are accepted, too.</summary>
    private static (bool Value, Problem? Problem) Flag(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var values))
            return (false, null);
        return values.ToString() switch
        {
            "" or "true" or "1" => (true, null),
            "false" or "0" => (false, null),
            var other => (false, Problem.BadRequest($"{name} is \"{other}\"", $"write ?{name} or ?{name}=true")),
        };
    }
}
