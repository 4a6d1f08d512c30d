using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorHeartbeat.TestKit;

/// <summary>The plain HTTP resources of the feed server; <see cref="FeedPath.Describe"/> documents them.</summary>
internal sealed class FeedResources(FeedServer server)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public void Map(IApplicationBuilder application) =>
        application.Use(next => context => Find(context.Request) is { } resource ? resource(context) : next(context));

    private RequestDelegate? Find(HttpRequest request) => (request.Method, request.Path.Value) switch
    {
        ("GET", "/") => context => context.Response.WriteAsync(FeedPath.Describe(), context.RequestAborted),
        ("GET", "/clients") => context => WriteAsync(context.Response, Clients()),
        ("GET", "/history") => context => WriteAsync(context.Response, server.Histories),
        ("GET", "/faults") => context => WriteAsync(context.Response, server.Faults.Active.Select(FaultCommand.Of)),
        ("POST", "/faults") => AddFaultAsync,
        ("DELETE", "/faults") => HealAsync,
        _ => null,
    };

    private object Clients()
    {
        var clients = server
            .Clients.Select(client => new
            {
                client.Name,
                Path = client.Path.Path,
                client.Connection,
                client.Since,
            })
            .ToArray();
        return new { Count = clients.Length, Clients = clients };
    }

    private Task HealAsync(HttpContext context)
    {
        var (name, path) = (context.Request.Query["name"], context.Request.Query["path"]);
        server.Faults.Heal(name.Count + path.Count == 0 ? null : new FaultTarget(name, path));
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private async Task AddFaultAsync(HttpContext context)
    {
        var response = context.Response;
        // A JSON content type cannot be sent across sites without a preflight,
        // which this server never answers: a web page cannot command it.
        if (!context.Request.HasJsonContentType())
        {
            await RefuseAsync(response, 415, "send application/json").ConfigureAwait(false);
            return;
        }
        try
        {
            var command = await context.Request.ReadFromJsonAsync<FaultCommand>(Json, context.RequestAborted).ConfigureAwait(false);
            if ((command ?? new FaultCommand()).Reject() is { } reason)
                await RefuseAsync(response, 400, reason).ConfigureAwait(false);
            else
                await WriteAsync(response, await command!.RunAsync(server).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (JsonException wrong)
        {
            await RefuseAsync(response, 400, wrong.Message).ConfigureAwait(false);
        }
    }

    private static Task WriteAsync(HttpResponse response, object body) =>
        response.WriteAsJsonAsync(body, Json, response.HttpContext.RequestAborted);

    private static Task RefuseAsync(HttpResponse response, int status, string reason)
    {
        response.StatusCode = status;
        return WriteAsync(response, new { Error = reason });
    }
}
