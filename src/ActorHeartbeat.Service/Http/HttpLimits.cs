namespace ActorHeartbeat.Service.Http;

/// <summary>Bounds of the HTTP side. Beyond them requests are refused, never queued.</summary>
internal static class HttpLimits
{
    /// <summary>Bytes of a request body: one message of the default <c>limits.message</c> in base64, and the JSON around it.</summary>
    public const int Body = 1536 * 1024;

    /// <summary>Connections to the API at once, streams included.</summary>
    public const int Connections = 2048;
}
