using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Transport;

public class SecureDialTests : DialerTestBase
{
    private readonly X509Certificate2 _certificate = LoopbackServer.CreateCertificate();
    private readonly string _directory = Directory.CreateTempSubdirectory("actorheartbeat-tls-").FullName;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wss_connects_when_the_authority_is_named_or_nothing_is_verified(bool verify)
    {
        using var server = new LoopbackServer(_certificate);
        var sink = new RecordingSink();

        var (connection, peer) = await ConnectAsync(server, sink, settings => settings with { Tls = new TlsSettings { Verify = verify, CaFile = verify ? Pem(_certificate) : null } });

        Assert.True(connection.TryPing(42));
        await peer.SendAsync(Opcodes.Pong, (await peer.ReadAsync())!.Payload);
        await peer.SendAsync(Opcodes.Binary, new byte[300_000]);
        Assert.Equal(SendStatus.Sent, await connection.SendAsync(OutboundMessage.Text("hello")));
        Assert.Equal("hello"u8.ToArray(), (await peer.ReadAsync())!.Payload);
        Assert.Equal(42, await sink.PongAsync());
        Assert.Equal(300_000, (await sink.MessageAsync()).Length);
        peer.Reset();
        Assert.Equal(FailureLayer.Tcp, (await sink.EndAsync()).Failure!.Layer);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_a_TLS_failure_with_its_reason()
    {
        using var server = new LoopbackServer(_certificate);
        var accepting = server.AcceptAsync();

        var failure = await FailAsync(Endpoint(server.Url));

        Assert.Equal(FailureLayer.Tls, failure.Layer);
        Assert.Contains("UntrustedRoot", failure.Message, StringComparison.Ordinal);
        await Task.WhenAny(accepting).WaitAsync(WebSocketPeer.Patience);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_a_TLS_failure_with_its_reason()
    {
        using var other = LoopbackServer.CreateCertificate("127.0.0.9");
        using var server = new LoopbackServer(other);
        var accepting = server.AcceptAsync();

        var failure = await FailAsync(Endpoint(server.Url) with { Tls = new TlsSettings { CaFile = Pem(other) } });

        Assert.Equal(FailureLayer.Tls, failure.Layer);
        Assert.Contains("RemoteCertificateNameMismatch", failure.Message, StringComparison.Ordinal);
        await Task.WhenAny(accepting).WaitAsync(WebSocketPeer.Patience);
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_is_a_TLS_failure()
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(new Uri($"wss://127.0.0.1:{server.Port}/")));
        using var peer = await server.AcceptAsync();

        await peer.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n");

        Assert.Equal(FailureLayer.Tls, (await dialing).Layer);
    }

    [Fact]
    public async Task A_certificate_file_that_cannot_be_read_is_a_TLS_failure_that_names_it()
    {
        var missing = Path.Combine(_directory, "missing.pem");

        var failure = await FailAsync(Endpoint(new Uri("wss://127.0.0.1:1/")) with { Tls = new TlsSettings { CaFile = missing } });

        Assert.Equal(FailureLayer.Tls, failure.Layer);
        Assert.StartsWith($"wss://127.0.0.1:1/: ca-file {missing} cannot be used: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, SharedHandlers);
    }

    [Fact]
    public async Task A_client_certificate_is_presented()
    {
        using var server = new LoopbackServer(_certificate) { AskForClientCertificate = true };
        var file = Pem(_certificate, withKey: true);

        var (connection, peer) = await ConnectAsync(server, new RecordingSink(), settings => settings with { Tls = new TlsSettings { Verify = false, ClientCert = file } });

        Assert.Equal(_certificate.Thumbprint, peer.ClientCertificate?.GetCertHashString());
        connection.Abort();
    }

    public override void Dispose()
    {
        base.Dispose();
        _certificate.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string Pem(X509Certificate2 certificate, bool withKey = false)
    {
        var path = Path.Combine(_directory, $"{Guid.NewGuid():N}.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem() + "\n" + (withKey ? certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() : ""));
        return path;
    }
}
