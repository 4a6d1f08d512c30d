using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>A listener on loopback; over TLS when it has a certificate.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;

    public LoopbackServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
    }

    public bool AskForClientCertificate { get; init; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Url => new($"{(_certificate is null ? "ws" : "wss")}://127.0.0.1:{Port}/feed");

    public async Task<WebSocketPeer> AcceptAsync()
    {
        var socket = await _listener.AcceptSocketAsync().WaitAsync(WebSocketPeer.Patience);
        socket.NoDelay = true;
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (_certificate is null)
            return new WebSocketPeer(socket, stream);
        var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = _certificate,
            ClientCertificateRequired = AskForClientCertificate,
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        }).WaitAsync(WebSocketPeer.Patience);
        return new WebSocketPeer(socket, secured) { ClientCertificate = secured.RemoteCertificate };
    }

    public async Task<WebSocketPeer> AcceptUpgradedAsync()
    {
        var peer = await AcceptAsync();
        await peer.UpgradeAsync();
        return peer;
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Self-signed, so that it can stand for its own authority.</summary>
    public static X509Certificate2 CreateCertificate(string address = "127.0.0.1")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={address}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
