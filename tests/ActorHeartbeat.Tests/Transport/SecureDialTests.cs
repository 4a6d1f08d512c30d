using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

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
        var observer = new RecordingObserver();

        var (connection, peer) = await ConnectAsync(server, observer, settings => settings with
        {
            Tls = new TlsSettings
            {
                Verify = verify,
                CaFile = verify ? Pem(_certificate) : null,
            }
        });

        Assert.True(connection.TryPing(42));
        await peer.SendAsync(Opcodes.Pong, (await peer.ReadAsync())!.Payload);
        await peer.SendAsync(Opcodes.Binary, new byte[300_000]);
        Assert.Equal(SendStatus.Sent, await connection.SendAsync(OutboundMessage.Text("hello")));
        Assert.Equal("hello"u8.ToArray(), (await peer.ReadAsync())!.Payload);
        Assert.Equal(42, await observer.PongAsync());
        Assert.Equal(300_000, (await observer.MessageAsync()).Length);
        peer.Reset();
        Assert.Equal(FailureLayer.Tcp, (await observer.EndAsync()).Failure!.Layer);
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
        Assert.StartsWith($"wss://127.0.0.1:1: ca-file {missing} cannot be used: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, SharedHandlers);
    }

    [Theory]
    [InlineData("/dev/zero", "it is a device, not a regular file")]
    [InlineData("/proc", "it is a directory, not a regular file")]
    public async Task A_certificate_file_that_never_ends_or_is_none_is_refused_before_it_is_read(string path, string why)
    {
        var failure = await FailAsync(Endpoint(new Uri("wss://127.0.0.1:1/")) with { Tls = new TlsSettings { ClientCert = path } });

        Assert.Equal(FailureLayer.Tls, failure.Layer);
        Assert.Equal($"wss://127.0.0.1:1: client-cert {path} cannot be used: {why}", failure.Message);
    }

    [Fact]
    public async Task A_certificate_file_that_is_too_large_is_not_read()
    {
        var large = Path.Combine(_directory, "large.pem");
        await File.WriteAllBytesAsync(large, new byte[(1024 * 1024) + 1]);

        var failure = await FailAsync(Endpoint(new Uri("wss://127.0.0.1:1/")) with { Tls = new TlsSettings { CaFile = large } });

        Assert.EndsWith("it has 1048577 bytes, at most 1048576 are read", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca-file", "it has no certificate in PEM")]
    [InlineData("client-cert", "it has no key; put it there, or name its file in client-key")]
    [InlineData("client-key", "its key is encrypted; take one that is not")]
    [InlineData("other key", "its key cannot be read, or is not that of the first certificate in client-cert: ")]
    [InlineData("no key", "it has no key")]
    public async Task A_file_without_what_is_read_from_it_says_what_is_missing(string flawed, string why)
    {
        using var other = LoopbackServer.CreateCertificate();
        var client = Pem(_certificate);
        var tls = flawed switch
        {
            "ca-file" => new TlsSettings { CaFile = Written("") },
            "client-cert" => new TlsSettings { ClientCert = client },
            "client-key" => new TlsSettings { ClientCert = client, ClientKey = Written(Encrypted(_certificate)) },
            "no key" => new TlsSettings { ClientCert = client, ClientKey = client },
            _ => new TlsSettings { ClientCert = client, ClientKey = Pem(other, withKey: true) },
        };

        var failure = await FailAsync(Endpoint(new Uri("wss://127.0.0.1:1/")) with { Tls = tls });

        Assert.Equal(FailureLayer.Tls, failure.Layer);
        var file = tls.ClientKey ?? tls.ClientCert ?? tls.CaFile;
        var key = tls.ClientKey is not null ? "client-key" : tls.ClientCert is not null ? "client-cert" : "ca-file";
        Assert.StartsWith($"wss://127.0.0.1:1: {key} {file} cannot be used: {why}", failure.Message, StringComparison.Ordinal);

        static string Encrypted(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!
            .ExportEncryptedPkcs8PrivateKeyPem("word", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1));
    }

    [Fact]
    public async Task A_client_certificate_is_presented()
    {
        using var server = new LoopbackServer(_certificate) { AskForClientCertificate = true };
        var file = Pem(_certificate, withKey: true);

        var (connection, peer) = await ConnectAsync(server, new RecordingObserver(), settings => settings with
        {
            Tls = new TlsSettings
            {
                Verify = false,
                ClientCert = file,
            }
        });

        Assert.Equal(_certificate.Thumbprint, peer.ClientCertificate?.GetCertHashString());
        connection.Abort();
    }

    [Fact]
    public async Task The_whole_chain_of_the_file_is_presented_with_a_key_of_a_file_of_its_own()
    {
        using var chain = new TestChain();
        using var server = new LoopbackServer(_certificate) { AskForClientCertificate = true };
        var file = Write("tls.crt", chain.LeafPem + "\n" + chain.IntermediatePem);
        var tls = new TlsSettings { Verify = false, ClientCert = file, ClientKey = Write("tls.key", chain.KeyPem) };

        var (connection, peer) = await ConnectAsync(server, new RecordingObserver(), settings => settings with { Tls = tls });

        Assert.Equal(["CN=leaf", "CN=intermediate"], peer.ClientChain);
        connection.Abort();
    }

    [Fact]
    public async Task A_certificate_renewed_on_disk_is_presented_by_the_next_dial_while_the_old_connection_stays()
    {
        using var renewed = LoopbackServer.CreateCertificate();
        using var server = new LoopbackServer(_certificate) { AskForClientCertificate = true };
        var tls = new TlsSettings { Verify = false, ClientCert = Pem(_certificate, withKey: true) };
        var (first, peer) = await ConnectAsync(server, new RecordingObserver(), settings => settings with { Tls = tls });

        File.Copy(Pem(renewed, withKey: true), tls.ClientCert, overwrite: true);
        var (second, again) = await ConnectAsync(server, new RecordingObserver(), settings => settings with { Tls = tls });

        Assert.Equal(
            (_certificate.Thumbprint, renewed.Thumbprint),
            (peer.ClientCertificate?.GetCertHashString(), again.ClientCertificate?.GetCertHashString()));
        Assert.True(first.TryPing(1));
        first.Abort();
        second.Abort();
    }

    [Fact]
    public async Task The_server_name_is_asked_for_and_checked_and_the_servers_own_certificate_can_be_what_is_trusted()
    {
        using var chain = new TestChain(serverName: "feed.example");
        using var server = new LoopbackServer(chain.Leaf);
        var tls = new TlsSettings { CaFile = Write("server.pem", chain.LeafPem), ServerName = "feed.example" };

        var (connection, peer) = await ConnectAsync(server, new RecordingObserver(), settings => settings with { Tls = tls });

        Assert.Equal("feed.example", peer.ServerName);
        connection.Abort();
        var accepting = server.AcceptAsync();
        var failure = await FailAsync(Endpoint(server.Url) with { Tls = tls with { ServerName = "other.example" } });
        Assert.Equal(
            $"{Origin(server.Url)}: TLS: the server's certificate (subject CN=leaf, issuer CN=intermediate, for feed.example) " +
            "is refused for other.example: RemoteCertificateNameMismatch, RemoteCertificateChainErrors (PartialChain)",
            failure.Message);
        await Task.WhenAny(accepting).WaitAsync(WebSocketPeer.Patience);
    }

    [Fact]
    public async Task A_TLS_failure_reports_the_alert_the_versions_and_the_presented_certificates()
    {
        using var server = new LoopbackServer(_certificate) { AskForClientCertificate = true };
        var file = Pem(_certificate, withKey: true);
        var settings = Endpoint(server.Url) with { Tls = new TlsSettings { Verify = false, ClientCert = file } };
        using var plain = new LoopbackServer();

        var dialing = FailAsync(settings with { Url = new Uri($"wss://127.0.0.1:{plain.Port}/") });
        using var peer = await plain.AcceptAsync();
        await peer.FirstByteAsync();
        await peer.WriteAsync((byte[])[21, 3, 3, 0, 2, 2, 70]); // the alert protocol_version (RFC 8446 section 6)

        var message = (await dialing).Message;
        Assert.Contains("alert protocol version", message, StringComparison.Ordinal);
        const string Presented = "(offered TLS 1.2 and 1.3; client certificate CN=127.0.0.1, issued by CN=127.0.0.1, valid until ";
        Assert.Contains(Presented, message, StringComparison.Ordinal);
    }

    /// <summary>Since TLS 1.3 the client takes the handshake for done before the server looks at its certificate.</summary>
    [Theory]
    [InlineData(true, "(client certificate CN=127.0.0.1, issued by CN=127.0.0.1, valid until ")]
    [InlineData(false, "(the server wants a client certificate, tls.client-cert names none)")]
    public async Task A_server_that_hangs_up_after_it_asked_for_a_certificate_is_reported_with_it(bool presents, string what)
    {
        using var server = new LoopbackServer(_certificate) { AskForClientCertificate = true };
        var file = presents ? Pem(_certificate, withKey: true) : null;

        var dialing = FailAsync(Endpoint(server.Url) with { Tls = new TlsSettings { Verify = false, ClientCert = file } });
        (await server.AcceptAsync()).Dispose();

        Assert.Contains(what, (await dialing).Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// To find it out, a handshake does without the keys of the one before it: only servers that are not known are asked.
    /// </summary>
    [Fact]
    public async Task A_server_that_once_asked_for_no_certificate_and_now_does_is_reported_with_it_the_second_time()
    {
        const string Wanted = "the server wants a client certificate";
        using var content = new LoopbackServer(_certificate);
        using var server = new LoopbackServer(_certificate) { AskForClientCertificate = true };
        var tls = new TlsSettings { Verify = false };
        var (connection, _) = await ConnectAsync(content, new RecordingObserver(), settings => settings with { Tls = tls });

        var (first, second) = (await HungUpAsync(), await HungUpAsync());

        Assert.DoesNotContain(Wanted, first, StringComparison.Ordinal);
        Assert.Contains(Wanted, second, StringComparison.Ordinal);
        connection.Abort();

        async Task<string> HungUpAsync()
        {
            var dialing = FailAsync(Endpoint(server.Url) with { Tls = tls });
            (await server.AcceptAsync()).Dispose();
            return (await dialing).Message;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _certificate.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string Pem(X509Certificate2 certificate, bool withKey = false) => Written(
        certificate.ExportCertificatePem() + "\n" + (withKey ? certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() : ""));

    private string Written(string text)
    {
        var path = Path.Combine(_directory, $"{Guid.NewGuid():N}.pem");
        File.WriteAllText(path, text);
        return path;
    }
}
