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
        return Find(document.RootElement.GetProperty("configuration").GetProperty("settings"), Key) is { } path and not "off" ? path : null;
    }

    /// <summary>A setting by its key; null when it has its default.</summary>
    private static string? Find(JsonElement settings, string key) =>
        settings.TryGetProperty(key, out var value) ? value.GetString() : null;
}
