using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>A listener on loopback, over TLS when it has a certificate.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly X509Certificate2? _certificate;

    /// <param name="certificate">The certificate of the server; null for plain TCP.</param>
    /// <param name="address">The address to listen on; null for 127.0.0.1 and any port.</param>
    public LoopbackServer(X509Certificate2? certificate = null, IPEndPoint? address = null)
    {
        _certificate = certificate;
        _listener = new TcpListener(address ?? new IPEndPoint(IPAddress.Loopback, 0));
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
        List<string> sent = [];
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = _certificate,
            ClientCertificateRequired = AskForClientCertificate,
            RemoteCertificateValidationCallback = (_, own, chain, _) =>
            {
                // The client's other certificates are in the extra store of the chain.
                var others = chain?.ChainPolicy.ExtraStore.Select(extra => extra.Subject) ?? [];
                sent = [.. new[] { own?.Subject }.Concat(others).OfType<string>().Distinct()];
                return true;
            },
        }).WaitAsync(WebSocketPeer.Patience);
        return new WebSocketPeer(socket, secured)
        {
            ClientCertificate = secured.RemoteCertificate,
            ClientChain = sent,
            ServerName = secured.TargetHostName,
        };
    }

    public async Task<WebSocketPeer> AcceptUpgradedAsync()
    {
        var peer = await AcceptAsync();
        await peer.UpgradeAsync();
        return peer;
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Creates a self-signed certificate, which can serve as its own authority.</summary>
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
