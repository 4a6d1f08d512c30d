using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorHeartbeat.Service.Contract;

/// <summary>A refused request (RFC 9457), with a remedy.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">The kind of problem, the same for all of its kind.</param>
/// <param name="Detail">The details of this occurrence.</param>
/// <param name="Remedy">What the caller can do.</param>
internal sealed record Problem(int Status, string Title, string Detail, string Remedy)
{
    public const string MediaType = "application/problem+json";

    /// <summary>Always about:blank: the status gives the kind (RFC 9457 section 4.2.1).</summary>
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "about:blank";

    public static Problem UnknownEndpoint(string id) => new(
        StatusCodes.Status404NotFound, "Unknown endpoint", $"there is no endpoint \"{id}\"", "GET /v1/endpoints lists all of them");

    public static Problem UnknownKey(string detail, string remedy) => new(
        StatusCodes.Status404NotFound, "Unknown subscription or key", detail, remedy);

    public static Problem TooManyStreams(int most) => new(
        StatusCodes.Status503ServiceUnavailable,
        "Too many streams",
        $"{most} streams are open, and the other places are kept for requests that end",
        "one stream by /v1/events can carry many endpoints; a browser with the console is a stream, too");

    public static Problem UnknownResource(string path) => new(
        StatusCodes.Status404NotFound, "Unknown resource", $"there is nothing at {path}", "GET / lists what there is");

    public static Problem TooLarge(string detail, string remedy) =>
        new(StatusCodes.Status413PayloadTooLarge, "Body too large", detail, remedy);

    public static Problem BadRequest(string detail, string remedy) => new(StatusCodes.Status400BadRequest, "Bad request", detail, remedy);

    public static Problem Refused(string detail, string remedy) =>
        new(StatusCodes.Status409Conflict, "Refused in this state", detail, remedy);

    public static Problem Forbidden(string detail, string remedy) => new(StatusCodes.Status403Forbidden, "Forbidden", detail, remedy);

    public static readonly Problem TargetTooLong = new(
        StatusCodes.Status414UriTooLong,
        "Path too long",
        "path and query are longer than 16 KiB",
        "a key has less; filter events by subscription instead of by many keys");

    public static readonly Problem Draining = new(
        StatusCodes.Status503ServiceUnavailable,
        "Shutting down",
        "the service is shutting down and takes no commands",
        "send it to the service that takes over");

    public static readonly Problem NoAnswer = new(
        StatusCodes.Status503ServiceUnavailable,
        "No answer",
        "the supervisor did not answer in time",
        "try again; if it lasts, see /healthz/live and the log");

    /// <summary>The detail in the body of a refusal; the body itself where it has none.</summary>
    public static string DetailOf(string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("detail", out var detail)
                ? detail.ToString()
                : body;
        }
        catch (JsonException)
        {
            return body;
        }
    }
}
