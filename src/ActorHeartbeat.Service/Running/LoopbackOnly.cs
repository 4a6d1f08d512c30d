using System.Net;
using ActorHeartbeat.Configuration;

namespace ActorHeartbeat.Service.Running;

/// <summary>The API has no keys yet, so it is served to this machine only.</summary>
internal static class LoopbackOnly
{
    /// <summary>Why the address cannot be listened on; null when it can.</summary>
    public static string? Reject(ListenAddress listen) => Find(listen) is not null ? null :
        $"http.listen: {listen} is not a loopback address, and the API would be open to everybody who reaches it; "
        + "listen on 127.0.0.1 and put a proxy that authenticates in front of it";

    public static IPEndPoint Resolve(ListenAddress listen) =>
        new(Find(listen) ?? throw new ArgumentException(Reject(listen), nameof(listen)), listen.Port);

    private static IPAddress? Find(ListenAddress listen)
    {
        if (string.Equals(listen.Host, "localhost", StringComparison.OrdinalIgnoreCase))
            return IPAddress.Loopback;
        return IPAddress.TryParse(listen.Host, out var address) && IPAddress.IsLoopback(address) ? address : null;
    }
}
