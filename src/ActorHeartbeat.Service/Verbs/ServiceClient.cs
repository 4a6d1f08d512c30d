using System.Net.Http.Headers;
using System.Net.Sockets;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Talks to a running service, at an address or a socket file, with the key of the environment.</summary>
internal static class ServiceClient
{
    /// <summary>Holds the key.</summary>
    public const string KeyVariable = "ACTORHEARTBEAT_KEY";

    /// <summary>Holds the path of a file with the key; read again for each request, so that a rotated key needs no restart.</summary>
    public const string KeyFileVariable = "ACTORHEARTBEAT_KEY_FILE";

    /// <summary>The scheme of a socket file: <c>unix:/run/actorheartbeat.sock</c>.</summary>
    public const string SocketScheme = "unix";

    /// <param name="service">http, https or unix.</param>
    /// <param name="timeout">The longest time for an answer.</param>
    public static HttpClient Create(Uri service, TimeSpan timeout) => new(new WithKey(HandlerFor(service)))
    {
        BaseAddress = service.Scheme == SocketScheme ? new Uri("http://localhost") : service,
        Timeout = timeout,
    };

    // A redirect would take the key elsewhere.
    private static SocketsHttpHandler HandlerFor(Uri service) => service.Scheme == SocketScheme
        ? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectCallback = (_, cancellation) => Connect(service.AbsolutePath, cancellation),
        }
        : new SocketsHttpHandler { AllowAutoRedirect = false };

    private static async ValueTask<Stream> Connect(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Uri.UnescapeDataString(path)), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class WithKey(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (await Key(cancellationToken) is { Length: > 0 } key)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            return await base.SendAsync(request, cancellationToken);
        }

        private static async Task<string?> Key(CancellationToken cancellation)
        {
            if (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key)
                return key;
            if (Environment.GetEnvironmentVariable(KeyFileVariable) is not { Length: > 0 } path)
                return null;
            try
            {
                return (await File.ReadAllTextAsync(path, cancellation)).Trim();
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new HttpRequestException($"{KeyFileVariable}: {problem.Message}", problem);
            }
        }
    }
}
