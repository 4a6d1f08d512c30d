using System.Buffers;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Makes one HTTP request over a connection of its own, which TLS, proxy and addresses of the endpoint decide.</summary>
internal static class HttpAsker
{
    /// <exception cref="DialException">There is no answer, or one that is too large.</exception>
    public static async Task<HttpResult.Answered> AskAsync(
        HttpQuestion question, SharedHandlers.Lease lease, DialContext context, CancellationToken cancellation)
    {
        var dial = new DialRequest(question.Settings, question.Url, question.Headers);
        using var attempt = new DialAttempt(dial, NoObserver.Instance, lease.Tls, context, cancellation) { Asked = "request" };
        try
        {
            using var request = RequestOf(question);
            request.Options.Set(DialAttempt.Key, attempt);
            attempt.ServerName = request.Headers.Host;
            using var invoker = new HttpMessageInvoker(lease.PlainHandler, disposeHandler: false);
            using var response = await invoker.SendAsync(request, cancellation).ConfigureAwait(false);
            var body = await ReadAsync(response, question.Settings.Limits.Message, cancellation).ConfigureAwait(false);
            return new HttpResult.Answered((int)response.StatusCode, body)
            {
                RetryAfter = response.Headers.NonValidated.TryGetValues("Retry-After", out var times) ? times.First() : null,
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or DialException)
        {
            var failure = attempt.Judge(exception, cancellation.IsCancellationRequested);
            attempt.Dialed?.Failed();
            throw new DialException(failure, exception);
        }
        finally
        {
            await attempt.AbandonAsync().ConfigureAwait(false);
        }
    }

    private static HttpRequestMessage RequestOf(HttpQuestion question)
    {
        var request = new HttpRequestMessage(new HttpMethod(question.Method), WireUrl.Of(question.Url));
        if (question.Body is { } body)
            request.Content = new ReadOnlyMemoryContent(body);
        foreach (var (name, value) in question.Headers)
        {
            // A header that is neither of the request nor of its content has a name that HTTP does not allow, which the settings refuse.
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancellation)
    {
        var body = new ArrayBufferWriter<byte>();
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        while (await stream.ReadAsync(body.GetMemory(4096), cancellation).ConfigureAwait(false) is > 0 and var count)
        {
            body.Advance(count);
            if (body.WrittenCount > most)
                throw new DialException(FailureLayer.Http, $"the answer is larger than limits.message, {most} bytes");
        }
        return body.WrittenMemory;
    }

    /// <summary>Nobody looks at the connection of a request.</summary>
    private sealed class NoObserver : IConnectionObserver
    {
        public static readonly NoObserver Instance = new();

        public LimitSettings Limits { get; } = new();

        public void OnActivity()
        {
        }

        public ValueTask OnMessageAsync(MessageKind kind, ReadOnlyMemory<byte> payload) => default;

        public void OnPong(ReadOnlySpan<byte> payload)
        {
        }

        public void OnEnded(ConnectionEnd end)
        {
        }
    }
}
