using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Logging;
using Akka.Actor;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace ActorHeartbeat.Service.Http;

/// <summary>Reports every failure as a problem, never as an empty answer or a stack trace.</summary>
internal sealed class ProblemsInJson(RequestDelegate next, ILogger log)
{
    public async Task Invoke(HttpContext http)
    {
        try
        {
            if (http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Length > HttpLimits.Target)
            {
                await http.Refuse(Problem.TargetTooLong);
                return;
            }
            await next(http);
            if (!http.Response.HasStarted && Explain(http) is { } problem)
                await http.Refuse(problem);
        }
        catch (OperationCanceledException over)
            when (http.RequestAborted.IsCancellationRequested || over.InnerException is ConnectionAbortedException)
        {
            // The caller is gone, or its place was needed.
        }
        catch (AskTimeoutException) when (!http.Response.HasStarted)
        {
            await http.Refuse(Problem.NoAnswer);
        }
        catch (BadHttpRequestException problem) when (!http.Response.HasStarted)
        {
            await http.Refuse(new Problem(problem.StatusCode, "Bad request", problem.Message, "send a well-formed request"));
        }
        catch (Exception failure)
        {
            log.RequestFailed(failure, http.Request.Method, http.Request.Path);
            if (http.Response.HasStarted)
                http.Abort();
            else
                await http.Refuse(
                    new Problem(
                        StatusCodes.Status500InternalServerError, "Internal error", "the request failed because of a bug", "see the log"));
        }
    }

    private static Problem? Explain(HttpContext http) =>
        http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => Problem.UnknownResource(http.Request.Path),
            StatusCodes.Status405MethodNotAllowed => new Problem(
                StatusCodes.Status405MethodNotAllowed,
                "Wrong method",
                $"{http.Request.Method} is not for {http.Request.Path}",
                $"use {http.Response.Headers.Allow}"),
            _ => null,
        };
}
