using System.Net;

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
        handler.PlaintextStreamFilter = static (context, _) =>
            new ValueTask<Stream>(AttemptOf(context.InitialRequestMessage).Upgrade(context.PlaintextStream));
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

/// <summary>
/// Sends the upgrade request of one attempt, and replaces the stream of the HTTP connection with the tapped stream under it.
/// </summary>
internal sealed class UpgradeInvoker(HttpMessageHandler handler, DialAttempt attempt) : HttpMessageInvoker(handler, disposeHandler: false)
{
    /// <exception cref="DialException">The answer is a refusal.</exception>
    public override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Options.Set(DialAttempt.Key, attempt);
        request.Headers.Host ??= WireUrl.HostHeader(attempt.Url);
        attempt.Offer = HandshakeOffer.Of(request.Headers) with { ShowsNames = attempt.ShowsMessages };
        attempt.ServerName = request.Headers.Host;
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            response.Content = new TappedContent(response.Content, attempt);
            return response;
        }

        using (response)
            throw new DialException(await attempt.RefusedAsync(response, cancellationToken).ConfigureAwait(false));
    }

    private sealed class TappedContent(HttpContent upgraded, DialAttempt attempt) : HttpContent
    {
        protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
        {
            var stream = attempt.Attach();
            upgraded.Dispose();
            return stream;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                upgraded.Dispose();
            base.Dispose(disposing);
        }
    }
}
