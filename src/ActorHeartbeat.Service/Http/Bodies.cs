using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorHeartbeat.Service.Contract;
using Microsoft.AspNetCore.Http.Features;

namespace ActorHeartbeat.Service.Http;

/// <summary>Reads request bodies.</summary>
internal static class Bodies
{
    /// <summary>Reads the body of a command that needs none, within the bound. Returns the problem with it; null for none.</summary>
    public static async Task<Problem?> Discard(this HttpContext http)
    {
        try
        {
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            return null;
        }
        catch (IOException broken) when (http.ProblemOf(broken, "send no body: this command needs none") is { } problem)
        {
            return problem;
        }
    }

    /// <summary>Reads the body. Returns the body, null when there is none, or the problem with it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="type">The type of the body.</param>
    /// <param name="example">A valid body, for the remedy.</param>
    /// <param name="most">Bytes of the body; null for what the configuration says.</param>
    public static async Task<(T? Body, Problem? Problem)> Read<T>(
        this HttpContext http, JsonTypeInfo<T> type, string example, long? most = null)
        where T : class
    {
        var remedy = $"send Content-Type: application/json and a body such as {example}";
        if (http.Request.ContentLength is 0 || (http.Request.ContentLength is null && http.Request.Headers.TransferEncoding.Count == 0))
            return (null, null);
        // A foreign page can post text/plain and forms, but not JSON without a preflight.
        if (!http.Request.HasJsonContentType())
            return (
                null,
                new Problem(
                    StatusCodes.Status415UnsupportedMediaType, "Not JSON", $"the body's type is \"{http.Request.ContentType}\"", remedy));
        var bound = http.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (most is not null && bound is { IsReadOnly: false })
            bound.MaxRequestBodySize = most;
        try
        {
            return await JsonSerializer.DeserializeAsync(http.Request.Body, type, http.RequestAborted) is { } body
                ? (body, null)
                : (null, Problem.BadRequest("the body is null", remedy));
        }
        catch (JsonException problem)
        {
            return (null, Problem.BadRequest($"the body is not what is expected: {problem.Message}", remedy));
        }
        catch (IOException broken) when (http.ProblemOf(broken, remedy) is { } problem)
        {
            return (null, problem);
        }
    }

    /// <summary>What is wrong with a body that could not be read; null for what Kestrel answers itself.</summary>
    private static Problem? ProblemOf(this HttpContext http, IOException broken, string remedy) => broken switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem.TooLarge(
            broken.Message,
            $"a body may have {http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize} bytes at most"),
        BadHttpRequestException => null,
        // Kestrel tells some bodies that end in the middle, or whose chunks are none, in this way.
        _ => Problem.BadRequest($"the body cannot be read: {broken.Message}", remedy),
    };
}
