using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Asks a running service, and says in one line what went wrong.</summary>
internal sealed class ServiceApi(Uri service, TimeSpan patience) : IDisposable
{
    /// <summary>How far its clock may be from ours before ages are counted by its clock.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client = ServiceClient.Create(service, patience);

    /// <summary>The longest time for an answer; the supervisor behind it has 5 s.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(12);

    /// <summary>All endpoints, each with its JSON as it came.</summary>
    /// <exception cref="ServiceProblem">There is no such answer.</exception>
    public async Task<FleetAnswer> Endpoints(CancellationToken stop)
    {
        var answer = await Get("/v1/endpoints", stop);
        return Read(() =>
        {
            using var document = JsonDocument.Parse(answer.Body);
            var endpoints = document.RootElement.GetProperty("endpoints").EnumerateArray()
                .Select(json => (json.Deserialize(ClientJson.Default.EndpointView)!, json.GetRawText())); // never the word null
            return new FleetAnswer([.. endpoints], answer.At);
        });
    }

    /// <exception cref="ServiceProblem">There is no such answer.</exception>
    public async Task<ApiAnswer> Get(string path, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var answer = await Send(request, stop);
        return answer.IsGood ? answer : throw new ServiceProblem($"{service}: {path}: {answer.Refusal}", answer.Status);
    }

    /// <summary>A command; its refusal is an answer too.</summary>
    /// <exception cref="ServiceProblem">There is no answer.</exception>
    public async Task<ApiAnswer> Command(HttpMethod method, string path, string? json, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return await Send(request, stop);
    }

    /// <exception cref="ServiceProblem">The body is something else.</exception>
    public T Read<T>(ApiAnswer answer, JsonTypeInfo<T> type) => Read(() => JsonSerializer.Deserialize(answer.Body, type)!); // never null

    public void Dispose() => _client.Dispose();

    private T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ServiceProblem($"{service}: what answers there is no service of ours: {problem.Message}", null);
        }
    }

    private async Task<ApiAnswer> Send(HttpRequestMessage request, CancellationToken stop)
    {
        try
        {
            using var response = await _client.SendAsync(request, stop);
            var (body, local) = (await response.Content.ReadAsStringAsync(stop), TimeProvider.System.GetUtcNow());
            var at = response.Headers.Date is { } date && (date - local).Duration() > Skew ? date : local;
            return new ApiAnswer(response.StatusCode, body, at, response.Headers.RetryAfter);
        }
        catch (Exception problem) when (problem is HttpRequestException or HttpIOException
            || (problem is TaskCanceledException && !stop.IsCancellationRequested))
        {
            throw new ServiceProblem($"{service}: no answer: {NoAnswer.Reason(problem)}", null);
        }
    }
}

/// <param name="Body">JSON.</param>
/// <param name="At">When it came, by our clock, or by that of the service where they differ.</param>
internal sealed record ApiAnswer(HttpStatusCode Status, string Body, DateTimeOffset At, RetryConditionHeaderValue? RetryAfter)
{
    public bool IsGood => (int)Status is >= 200 and < 300;

    /// <summary>Status, detail and remedy of a refusal in one line.</summary>
    public string Refusal
    {
        get
        {
            try
            {
                using var problem = JsonDocument.Parse(Body);
                var remedy = Status == HttpStatusCode.Unauthorized
                    ? $"; {ServiceClient.KeyVariable} has the key, or {ServiceClient.KeyFileVariable} names its file"
                    : problem.RootElement.TryGetProperty("remedy", out var found) ? $"; {found}"
                    : "";
                return PeerText.Of($"{(int)Status}: {Problem.DetailOf(Body)}{remedy}");
            }
            catch (Exception problem) when (problem is JsonException or InvalidOperationException)
            {
                return PeerText.Of($"{(int)Status}: {Body}");
            }
        }
    }
}

/// <param name="Endpoints">Each with its JSON as it came.</param>
internal sealed record FleetAnswer(IReadOnlyList<(EndpointView View, string Json)> Endpoints, DateTimeOffset At);

/// <summary>Thrown when a service gives no answer, or refuses; the message names the service and the reason.</summary>
internal sealed class ServiceProblem(string message, HttpStatusCode? status) : Exception(message)
{
    /// <summary>The refusal; null when there was no answer.</summary>
    public HttpStatusCode? Status => status;
}
