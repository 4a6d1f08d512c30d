using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.Logging;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActorHeartbeat.Service.Http;

/// <summary>Bounds of the HTTP side. Beyond them requests are refused, never queued.</summary>
internal static class HttpLimits
{
    /// <summary>Bytes of a request body that holds no message.</summary>
    public const long Body = 64 * 1024;

    /// <summary>Bytes of a request's path and query, enough for the longest key: of a longer one the refusal says so.</summary>
    public const int Target = 16 * 1024;

    /// <summary>Bytes of a request line that is read at all: the web server refuses a longer one itself, without a word.</summary>
    public const int RequestLine = 4 * Target;

    /// <summary>JSON may write a byte of UTF-8 as six characters, such as <c>\u0001</c>; base64 takes less.</summary>
    private const long LongestSpelling = 6;

    /// <summary>Connections to the listener for health alone.</summary>
    public const int HealthConnections = 16;

    /// <summary>
    /// A guest who sends a body or takes an answer more slowly is dropped: with Kestrel's own 240 bytes a second, one who reads nothing of
    /// 60 KiB keeps his place for four minutes. Guests on this machine are fast, and its buffers alone hold megabytes for each; others may
    /// have a line of 128 kbit/s. Streams wait for their reader.
    /// </summary>
    public static MinDataRate SlowestGuest(ListenAddress? listen) =>
        new(listen is { IsOpenToOthers: true } ? 16 * 1024 : 1024 * 1024, gracePeriod: TimeSpan.FromSeconds(5));

    private const int LeastConnections = 16, MostConnections = 2048;

    /// <summary>What the process has open by itself: two for each assembly, and its pipes, files and sockets.</summary>
    private const int DescriptorsOfProcess = 256;

    /// <summary>An endpoint has two sockets during a rotation.</summary>
    private const int DescriptorsOfEndpoint = 2;

    /// <summary>
    /// Connections to the API at once, streams included: what the limit of file descriptors leaves beside the endpoints and the process,
    /// at least 16 and at most 2048. The endpoints come first, because they are what the service is for.
    /// </summary>
    /// <param name="descriptorLimit">The limit of file descriptors; null for none.</param>
    /// <param name="endpoints">The endpoints of the configuration.</param>
    public static int Connections(int? descriptorLimit, int endpoints) =>
        descriptorLimit is not { } limit
            ? MostConnections
            : (int)Math.Clamp(
                limit - DescriptorsOfProcess - ProcessRoom.DescriptorsKept(limit) - ((long)DescriptorsOfEndpoint * endpoints),
                LeastConnections,
                MostConnections);

    /// <summary>Bytes of a message that a request may send: as many as the endpoint accepts from its peer, and 1 MiB in any case.</summary>
    /// <param name="accepted">The endpoint's <c>limits.message</c>.</param>
    public static int Message(int accepted) => Math.Max(accepted, 1024 * 1024);

    /// <summary>Bytes of a body that holds a message of this size, however its text is spelled.</summary>
    public static long BodyOf(int message) => (message * LongestSpelling) + Body;

    /// <summary>Why the process cannot run with a limit of file descriptors; null when it can.</summary>
    public static string? Refuse(int? descriptorLimit) =>
        descriptorLimit < Needed(endpoints: 1)
            ? $"the limit of file descriptors is {descriptorLimit}, and the service needs {Needed(endpoints: 1)} at least; raise it with "
                + "ulimit -n or LimitNOFILE"
            : null;

    /// <summary>Says how the file descriptors are divided when they are scarce.</summary>
    public static void Report(ILogger log, int? descriptorLimit, int endpoints)
    {
        if (descriptorLimit is not { } limit || Connections(limit, endpoints) is var connections && connections == MostConnections)
            return;
        log.DescriptorsDivided(limit, ProcessRoom.DescriptorsKept(limit), connections);
        if (limit - ProcessRoom.DescriptorsKept(limit) - DescriptorsOfProcess < endpoints)
            log.DescriptorsTooFew(limit, endpoints, Needed(endpoints));
    }

    private static int Needed(int endpoints)
    {
        var used = DescriptorsOfProcess + LeastConnections + (DescriptorsOfEndpoint * endpoints);
        return used + ProcessRoom.DescriptorsKept(used * 8 / 7); // an eighth of the sum is kept
    }
}
