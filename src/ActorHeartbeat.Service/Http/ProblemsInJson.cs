using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Logging;
using Akka.Actor;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace ActorHeartbeat.Service.Http;

/// <summary>Reports every failure as a problem, never as an empty answer or a stack trace.</summary>
internal sealed class ProblemsInJson(RequestDelegate next, ILogger log)
{
    private const string NoSuchPage = "<p>There is no such page. <a href=\"/\">All endpoints</a></p>";

    public async Task Invoke(HttpContext http)
    {
        try
        {
            if (http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Length > HttpLimits.Target)
            {
                await http.Refuse(Problem.TargetTooLong);
                return;
            }
            if (HasDots(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget))
            {
                await http.Refuse(Problem.BadRequest("the path has . or .. between its slashes", "write the path without them"));
                return;
            }
            await next(http);
            if (!http.Response.HasStarted && Explain(http) is { } problem)
                await (IsForEyes(http) ? PlainPage.Write(http, NoSuchPage) : http.Refuse(problem));
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

    /// <summary>
    /// Whether the server takes a part of the path away (RFC 3986 section 5.2.4), so that another route answers than was written.
    /// </summary>
    private static bool HasDots(string target)
    {
        var path = target.AsSpan(0, target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? query : target.Length);
        foreach (var range in path.Split('/'))
        {
            if (path[range] is { Length: > 0 and <= 6 } part
                && part.ToString().Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..")
                return true;
        }
        return false;
    }

    /// <summary>Whether somebody in a browser has mistyped an address.</summary>
    private static bool IsForEyes(HttpContext http) =>
        http.Response.StatusCode == StatusCodes.Status404NotFound
        && HttpMethods.IsGet(http.Request.Method)
        && IndexPage.AsksForPage(http.Request);

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
