using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Access;

/// <summary>What the audit log tells of a request. It has no body, no header and no value of a query: these may hold a secret.</summary>
/// <param name="Who">The caller; null for a stranger.</param>
/// <param name="By">What proves it.</param>
/// <param name="From">The address it comes from; <c>socket</c> for a socket file.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, up to <see cref="LongestPath"/> characters.</param>
/// <param name="Query">The first names in the query, up to <see cref="LongestName"/> characters of each.</param>
/// <param name="Status">The answer; null where the request failed before one.</param>
internal sealed record AuditLine(
    string? Who, string? By, string From, string Method, string Path, IReadOnlyList<string> Query, int? Status)
{
    private const int LongestPath = 1024;
    private const int MostNames = 16, LongestName = 64;

    public static AuditLine Of(HttpContext http, bool isAnswered)
    {
        var caller = http.Features.Get<Caller>();
        var path = http.Request.Path.Value ?? "";
        return new AuditLine(
            caller?.Name,
            caller is null ? null : Spelling.Kebab(caller.By),
            http.Connection.RemoteIpAddress?.ToString() ?? "socket",
            http.Request.Method,
            path.Length > LongestPath ? path[..LongestPath] : path,
            [.. http.Request.Query.Keys.Take(MostNames)],
            isAnswered ? http.Response.StatusCode : null);
    }

    /// <summary>The line. It begins with the instance, as every line of a file that <see cref="Sinks.LineFile"/> owns does.</summary>
    public byte[] ToJson(string instance, DateTimeOffset time)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = JavaScriptEncoder.Default }))
        {
            json.WriteStartObject();
            json.WriteString("instance", instance);
            json.WriteString("time", time.UtcDateTime);
            json.WriteString("who", Who);
            json.WriteString("by", By);
            json.WriteString("from", From);
            json.WriteString("method", Method);
            json.WriteString("path", Path);
            json.WriteStartArray("query");
            foreach (var name in Query)
                json.WriteStringValue(name.Length > LongestName ? name[..LongestName] : name);
            json.WriteEndArray();
            json.WritePropertyName("status");
            if (Status is { } status)
                json.WriteNumberValue(status);
            else
                json.WriteNullValue();
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }
}
