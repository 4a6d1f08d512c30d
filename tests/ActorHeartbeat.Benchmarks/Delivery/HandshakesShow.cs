using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Benchmarks.Peers;
using ActorHeartbeat.Benchmarks.Transport;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// What a start over TLS costs: the processor time of this process until all supervised endpoints are open, against that of the same
/// handshakes of TLS and WebSocket without anything around them, in alternating rounds of one run. The server is another process.
/// </summary>
internal static class HandshakesShow
{
    private const double Most = 1.2;

    /// <summary>Rounds until what runs is compiled well.</summary>
    private const int WarmUp = 3;

    /// <summary>As many at once as the supervisor has under way by default.</summary>
    private const int AtOnce = 64;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static async Task<int> RunAsync(int connections, int rounds)
    {
        using var certificate = new PeerCertificate();
        using var server = new ChildProcess("transport", "secure-server", certificate.Certificate, certificate.Key);
        var port = int.Parse(await server.ReadLineAsync(), CultureInfo.InvariantCulture);
        var pairs = new List<(double Bare, double Ours)>();
        for (var round = -WarmUp; round < rounds; round++)
        {
            var pair = (await BareAsync(port, certificate, connections), await OursAsync(port, certificate, connections));
            if (round >= 0)
                pairs.Add(pair);
        }
        var (bare, ours) = pairs.OrderBy(pair => pair.Ours / pair.Bare).ElementAt(pairs.Count / 2);
        return DeliveryShows.Verdict(
            (ours <= bare * Most,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{connections:n0} connections over TLS: {ours / bare:0.00} x (at most {Most}), "
                    + $"{ours:0.000} ms against {bare:0.000} ms each")));
    }

    private static async Task<double> OursAsync(int port, PeerCertificate certificate, int connections)
    {
        var url = new Uri($"wss://localhost:{port}/feed");
        await using var supervised = new Supervised(connections, _ => url, new TlsSettings { CaFile = certificate.Certificate });
        var cpu = Environment.CpuUsage.TotalTime;
        await supervised.StartAsync();
        while (!Enumerable.Range(0, connections).All(index => supervised.Feeds.Find(Supervised.IdOf(index))?.Epoch > 0))
            await Task.Delay(Look, TimeProvider.System);
        var used = Environment.CpuUsage.TotalTime - cpu;
        await supervised.DrainAsync();
        return used.TotalMilliseconds / connections;
    }

    private static async Task<double> BareAsync(int port, PeerCertificate certificate, int connections)
    {
        using var root = X509CertificateLoader.LoadCertificateFromFile(certificate.Certificate);
        using var room = new SemaphoreSlim(AtOnce);
        var cpu = Environment.CpuUsage.TotalTime;
        var streams = await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            await room.WaitAsync();
            var stream = await ConnectAsync(port, root);
            room.Release();
            return stream;
        }));
        var used = Environment.CpuUsage.TotalTime - cpu;
        Array.ForEach(streams, stream => stream.Dispose());
        return used.TotalMilliseconds / connections;
    }

    private static async Task<SslStream> ConnectAsync(int port, X509Certificate2 root)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("localhost", port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(root);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = trust });
        await stream.WriteAsync(
            "GET /feed HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"u8.ToArray());
        await stream.WriteAsync("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"u8.ToArray());
        var buffer = new byte[1024];
        for (var length = 0; !buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8);)
            length += await stream.ReadAsync(buffer.AsMemory(length)) is > 0 and var count ? count : throw new IOException("no answer");
        return stream;
    }
}
