using System.Net.Security;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// The framework's HTTP handler, set up so that no request is served by a connection that was opened for another.
/// With a pooled lifetime of zero each request has its own pool, so the initial request of a connection is the one
/// that uses it. The attempt handles names, TCP, proxy and TLS: its connection is already secured where it must be.
/// </summary>
internal static class UpgradeHandler
{
    public static SocketsHttpHandler Create()
    {
        var handler = CreatePlain();
        handler.ConnectCallback = static async (context, _) =>
        {
            var attempt = AttemptOf(context.InitialRequestMessage);
            var stream = await attempt.ConnectAsync().ConfigureAwait(false);
            // Of a network stream the handler would ask for the remote address, of which the socket keeps another copy then.
            return stream is SslStream ? stream : attempt.Upgrade(stream);
        };
        handler.PlaintextStreamFilter = static (context, _) => new ValueTask<Stream>(
            context.PlaintextStream as HandshakeStream ?? AttemptOf(context.InitialRequestMessage).Upgrade(context.PlaintextStream));
        return handler;
    }

    /// <summary>The same for requests that upgrade nothing.</summary>
    public static SocketsHttpHandler CreatePlain() =>
        new()
        {
            PooledConnectionLifetime = TimeSpan.Zero,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = static async (context, _) =>
                await AttemptOf(context.InitialRequestMessage).ConnectAsync().ConfigureAwait(false),
        };

    private static DialAttempt AttemptOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(DialAttempt.Key, out var attempt)
            ? attempt
            : throw new InvalidOperationException("The handler serves dial attempts only.");
}
