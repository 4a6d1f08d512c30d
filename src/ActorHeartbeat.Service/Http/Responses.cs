using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Http;

/// <summary>Answers in the API's JSON.</summary>
internal static class Responses
{
    public const string Json = "application/json; charset=utf-8";

    public const string PlainText = "text/plain";

    /// <summary>Seconds after which a refused request may come again: a reload, or a stream that ends, takes about as long.</summary>
    private const string RetryAfter = "2";

    public static Task Answer<T>(this HttpContext http, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        Begin(http, status, Json);
        return http.Response.WriteAsync(JsonSerializer.Serialize(value, type) + "\n", http.RequestAborted);
    }

    /// <summary>Answers with lines for eyes.</summary>
    public static Task Answer(this HttpContext http, string text, int status)
    {
        Begin(http, status, PlainText + "; charset=utf-8");
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>Answers with the JSON that <paramref name="write"/> writes.</summary>
    public static async Task Answer(this HttpContext http, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        Begin(http, status, Json);
        await using (var json = new Utf8JsonWriter(http.Response.BodyWriter, ServiceJson.Relaxed))
            write(json);
        await http.Response.WriteAsync("\n", http.RequestAborted);
    }

    /// <param name="http">The request.</param>
    /// <param name="problem">Why it is refused.</param>
    /// <param name="retryAfter">When it may come again, where that is known; told in whole seconds.</param>
    public static Task Refuse(this HttpContext http, Problem problem, TimeSpan? retryAfter = null)
    {
        Begin(http, problem.Status, Problem.MediaType);
        if (retryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return http.Response.WriteAsync(JsonSerializer.Serialize(problem, ServiceJson.Contract.Problem) + "\n", http.RequestAborted);
    }

    private static void Begin(HttpContext http, int status, string mediaType)
    {
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            http.Response.Headers.RetryAfter = RetryAfter;
        http.Response.StatusCode = status;
        http.Response.ContentType = mediaType;
        http.Response.Headers.CacheControl = "no-store";
    }
}
