using System.Buffers;
using System.Globalization;
using System.Text;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Finds the HTTP proxy for a URL, and opens a tunnel through it with CONNECT (RFC 9110 section 9.3.6).</summary>
internal static class ProxyTunnel
{
    private const int MaxAnswer = 8 * 1024;

    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    /// <summary>The proxy for <paramref name="url"/>, or null for a direct connection.</summary>
    public static Uri? Find(ProxySettings settings, Uri url) => settings.Kind switch
    {
        ProxyKind.None => null,
        ProxyKind.Fixed => settings.Url,
        _ => HttpClient.DefaultProxy.IsBypassed(url) ? null : HttpClient.DefaultProxy.GetProxy(url),
    };

    /// <summary>Asks the proxy at the other end of <paramref name="stream"/> to connect it to <paramref name="host"/>.</summary>
    /// <exception cref="DialException">The proxy refuses, or is not an HTTP proxy.</exception>
    public static async Task OpenAsync(Stream stream, Uri proxy, string host, int port, CancellationToken cancellation)
    {
        var authority = host.Contains(':') ? $"[{host}]:{port}" : $"{host}:{port}";
        var authorization = Credentials(proxy) is { } credentials ? $"Proxy-Authorization: Basic {credentials}\r\n" : "";
        var request = $"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{authorization}\r\n";
        var answer = ArrayPool<byte>.Shared.Rent(MaxAnswer);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellation).ConfigureAwait(false);
            var length = await ReadHeadAsync(stream, answer, cancellation).ConfigureAwait(false);
            if (Status(answer.AsSpan(0, length)) is not (>= 200 and < 300) and var status)
                throw Refused(
                    proxy, status is { } code ? $"refused the tunnel to {authority} with HTTP {code}" : "did not answer as an HTTP proxy");
        }
        catch (IOException exception)
        {
            throw Refused(proxy, $"closed the connection before the tunnel to {authority} was open", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
        }
    }

    public static DialException Refused(Uri proxy, string why, Exception? inner = null) =>
        new(FailureLayer.Proxy, $"proxy {proxy.Host}:{proxy.Port} {why}", inner);

    /// <summary>Reads the head of the answer. In the tunnel the client sends first, so nothing may follow the head.</summary>
    private static async Task<int> ReadHeadAsync(Stream stream, byte[] answer, CancellationToken cancellation)
    {
        var length = 0;
        while (length < MaxAnswer && !answer.AsSpan(0, length).EndsWith(EndOfHead))
        {
            var count = await stream.ReadAsync(answer.AsMemory(length, MaxAnswer - length), cancellation).ConfigureAwait(false);
            if (count == 0)
                throw new EndOfStreamException();
            length += count;
            // A refusal may carry a page; only its status matters.
            if (answer.AsSpan(0, length).IndexOf(EndOfHead) >= 0)
                break;
        }

        return length;
    }

    private static int? Status(ReadOnlySpan<byte> answer) =>
        answer.StartsWith("HTTP/1."u8)
        && answer.Length >= 12
        && int.TryParse(answer.Slice(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : null;

    private static string? Credentials(Uri proxy)
    {
        var userInfo =
            proxy.UserInfo.Length > 0 ? Uri.UnescapeDataString(proxy.UserInfo)
            : HttpClient.DefaultProxy.Credentials?.GetCredential(proxy, "Basic") is { } credential
                ? $"{credential.UserName}:{credential.Password}"
            : null;
        return userInfo is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(userInfo));
    }
}
