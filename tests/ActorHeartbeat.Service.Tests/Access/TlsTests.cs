using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Service.Access;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>TLS of the API: files that change, and client certificates.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tls-");
    private readonly TestAuthority _authority = new();

    private string Tls => Path.Combine(_folder.FullName, "tls");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_new_certificate_is_served_without_a_restart_and_no_connection_is_dropped()
    {
        Save("CN=first");
        var time = new FakeTimeProvider();
        await using var service = await Start(time: time);
        var served = new List<string>();
        using var old = Client(served);
        Assert.Equal(200, await Status(old));

        Save("CN=second");
        time.Advance(TimeSpan.FromSeconds(2));
        using var fresh = Client(served);

        Assert.Equal((200, 200), (await Status(fresh), await Status(old)));
        Assert.Equal(["CN=first", "CN=second"], served); // the old connection made no other handshake
    }

    [Fact]
    public async Task While_key_and_certificate_do_not_fit_the_former_pair_serves_on()
    {
        Save("CN=first");
        var time = new FakeTimeProvider();
        await using var service = await Start(time: time);
        var served = new List<string>();

        await File.WriteAllTextAsync($"{Tls}.crt", _authority.Server("CN=second").Certificate);
        time.Advance(TimeSpan.FromSeconds(2));
        using var between = Client(served);
        Assert.Equal(200, await Status(between));
        Save("CN=third");
        time.Advance(TimeSpan.FromSeconds(2));
        using var after = Client(served);
        Assert.Equal(200, await Status(after));

        Assert.Equal(["CN=first", "CN=third"], served);
    }

    [Theory]
    [InlineData("CN=looker", 200, 403)]
    [InlineData("CN=desk, O=Example", 200, 409)]
    [InlineData("CN=stranger", 401, 401)]
    [InlineData("CN=desk", 401, 401)]
    [InlineData("CN=desk, O=Example, OU=x", 401, 401)]
    public async Task The_subject_of_a_client_certificate_has_a_role(string subject, int get, int command)
    {
        Save("CN=first");
        await using var service = await Start(withClients: true);
        using var certificate = _authority.Client(subject);
        using var client = Client([], certificate);

        Assert.Equal((get, command), (await Status(client), await Status(client, "POST", "/v1/endpoints/off/refresh")));
    }

    [Fact]
    public async Task Without_a_client_certificate_a_key_does_as_well()
    {
        Save("CN=first");
        await using var service = await Start(withClients: true);
        using var client = Client([]);

        Assert.Equal(401, await Status(client));
        client.DefaultRequestHeaders.Authorization = new("Bearer", GuardedService.Reader);
        Assert.Equal(200, await Status(client));
    }

    [Theory]
    [InlineData("other authority")]
    [InlineData("server certificate")]
    [InlineData("expired")]
    public async Task A_client_certificate_that_is_not_good_does_not_come_in(string flaw)
    {
        Save("CN=first");
        await using var service = await Start(withClients: true);
        using var other = new TestAuthority();
        using var certificate = flaw switch
        {
            "other authority" => other.Client("CN=looker"),
            "server certificate" => _authority.Client("CN=looker", usage: "1.3.6.1.5.5.7.3.1"),
            _ => _authority.Client("CN=looker", shift: TimeSpan.FromHours(-13)),
        };
        using var client = Client([], certificate);

        await Assert.ThrowsAsync<HttpRequestException>(() => Status(client));
    }

    [Fact]
    public async Task Plain_http_is_not_answered_where_tls_is()
    {
        Save("CN=first");
        await using var service = await Start();
        using var client = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync($"http://127.0.0.1:{_url.Port}/healthz/live"));
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_named_at_the_start()
    {
        Save("CN=first");
        await File.WriteAllTextAsync($"{Tls}.key", "no key");

        var wrong = await Assert.ThrowsAsync<InvalidDataException>(() => Read(new FakeTimeProvider()));
        File.Delete($"{Tls}.key");
        var missing = await Assert.ThrowsAsync<InvalidDataException>(() => Read(new FakeTimeProvider()));

        Assert.Contains($"{Tls}.key", wrong.Message, StringComparison.Ordinal);
        Assert.StartsWith($"http.tls.key: {Tls}.key: ", missing.Message, StringComparison.Ordinal);
    }

    private Uri _url = new("https://127.0.0.1");

    private void Save(string subject)
    {
        var (certificate, key) = _authority.Server(subject);
        File.WriteAllText($"{Tls}.crt", certificate);
        File.WriteAllText($"{Tls}.key", key);
        File.WriteAllText($"{Tls}.ca", _authority.Pem);
    }

    private async Task<RunningService> Start(bool withClients = false, TimeProvider? time = null)
    {
        var clients = $$"""
            http.tls.client-ca = "{{Tls}}.ca"
            http.access.certificates {
              looker { role = read, subject = "CN=looker" }
              desk { role = operate, subject = "CN=desk, O=Example" }
            }
            """;
        var service = await RunningService.Start(
            beside: $$"""
                actor-heartbeat {
                  http.tls { certificate = "{{Tls}}.crt", key = "{{Tls}}.key" }
                  {{(withClients ? clients : "")}}
                }
                {{(withClients ? GuardedService.Keys : "")}}
                """,
            time: time);
        _url = service.Url;
        return service;
    }

    private Task<ServerCertificate> Read(TimeProvider time) => ServerCertificate.ReadAsync(
        new() { Certificate = $"{Tls}.crt", Key = $"{Tls}.key" }, time, NullLogger.Instance);

    private HttpClient Client(List<string> served, X509Certificate2? certificate = null)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, theirs, _, _) =>
                {
                    served.Add(theirs!.Subject); // a server has one
                    return true;
                },
            },
        };
        if (certificate is not null)
            handler.SslOptions.ClientCertificates = [certificate];
        return new HttpClient(handler) { BaseAddress = _url, Timeout = RunningService.Deadline };
    }

    private static async Task<int> Status(HttpClient client, string method = "GET", string path = "/v1/endpoints")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
