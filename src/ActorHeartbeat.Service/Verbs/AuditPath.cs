using System.Text.Json;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Where a running service writes its audit log.</summary>
internal static class AuditPath
{
    private const string Key = "http.access.audit.path";

    /// <returns>The path; null when it keeps none.</returns>
    public static async Task<string?> Of(ServiceApi api, CancellationToken stop)
    {
        var page = await api.Get("/v1/config", stop);
        using var document = JsonDocument.Parse(page.Body);
        var settings = document.RootElement.GetProperty("configuration").GetProperty("settings"); // those that are no default
        return settings.TryGetProperty(Key, out var value) && value.GetString() is { } path and not "off" ? path : null;
    }
}
