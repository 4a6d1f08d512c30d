using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>Accepts every handshake over TLS and is silent then.</summary>
internal static class SecureServer
{
    /// <summary>Prints its port and serves until its input ends.</summary>
    /// <param name="certificate">The certificate's file, in PEM.</param>
    /// <param name="key">The file of its key.</param>
    public static async Task RunAsync(string certificate, string key)
    {
        using var own = X509Certificate2.CreateFromPemFile(certificate, key);
        var context = SslStreamCertificateContext.Create(own, null, offline: true);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 4096);
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        var end = Task.Run(Console.ReadLine); // Console.In reads synchronously, even its async methods
        while (true)
        {
            var accepting = listener.AcceptSocketAsync();
            if (await Task.WhenAny(accepting, end) == end)
                return;
            _ = ServeAsync(await accepting, context);
        }
    }

    private static async Task ServeAsync(Socket socket, SslStreamCertificateContext certificate)
    {
        await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = certificate });
            await ServerHandshake.AcceptAsync(stream);
            while (await stream.ReadAsync(new byte[64]) > 0)
            {
                // A Close frame gets no answer.
            }
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException)
        {
            // The client has closed the connection.
        }
    }
}
