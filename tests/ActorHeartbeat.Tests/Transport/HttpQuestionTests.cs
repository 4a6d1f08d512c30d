using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>HTTP requests over real sockets: TLS, proxy and bounds are those of a dial.</summary>
public class HttpQuestionTests : DialerTestBase
{
    [Fact]
    public async Task A_request_goes_out_as_it_is_and_brings_status_body_and_retry_after()
    {
        using var server = new LoopbackServer();
        var asking = AskAsync(Question(server, "POST", "/a?b=%2f", "{\"x\":1}"));
        using var peer = await server.AcceptAsync();
        await peer.ReadRequestAsync();

        Assert.StartsWith("POST /a?b=%2f HTTP/1.1\r\n", peer.Request, StringComparison.Ordinal);
        Assert.Equal(($"127.0.0.1:{server.Port}", "k", "application/json", "7"),
            (peer.Header("Host"), peer.Header("X-Key"), peer.Header("Content-Type"), peer.Header("Content-Length")));
        await peer.WriteAsync("HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno");

        var answer = Assert.IsType<HttpResult.Answered>(await asking);
        Assert.Equal((429, "7", "no"), (answer.Status, answer.RetryAfter, Encoding.UTF8.GetString(answer.Body.Span)));
        Assert.True(await peer.DrainAsync()); // nothing is left of the connection
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var server = new LoopbackServer();
        var asking = AskAsync(Question(server, "GET", "/"));
        using var peer = await server.AcceptAsync();
        await peer.ReadRequestAsync();
        await peer.WriteAsync($"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{server.Port}/b\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(302, Assert.IsType<HttpResult.Answered>(await asking).Status);
    }

    [Fact]
    public async Task Https_is_verified_like_a_dial()
    {
        using var certificate = LoopbackServer.CreateCertificate();
        using var server = new LoopbackServer(certificate);
        var trusting = Question(server, "GET", "/") with { Url = new Uri($"https://127.0.0.1:{server.Port}/") };
        var authority = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(authority, certificate.ExportCertificatePem());
            var asking = AskAsync(trusting with { Settings = trusting.Settings with { Tls = new TlsSettings { CaFile = authority } } });
            using (var peer = await server.AcceptAsync())
            {
                await peer.ReadRequestAsync();
                await peer.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
                Assert.Equal("ok"u8.ToArray(), Assert.IsType<HttpResult.Answered>(await asking).Body.ToArray());
            }

            var accepting = server.AcceptAsync();
            Assert.Equal(FailureLayer.Tls, Assert.IsType<HttpResult.Failed>(await AskAsync(trusting)).Failure.Layer);
            await Task.WhenAny(accepting).WaitAsync(WebSocketPeer.Patience);
        }
        finally
        {
            File.Delete(authority);
        }
    }

    [Theory]
    [InlineData("", FailureLayer.Tcp, "without a whole answer to the request")]
    [InlineData("SSH-2.0-hello\r\n\r\n", FailureLayer.Protocol, "the answer to the request is not HTTP")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart", FailureLayer.Tcp, "without a whole answer to the request")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nmuch-more", FailureLayer.Http, "larger than limits.message, 8 bytes")]
    public async Task No_whole_answer_is_a_failure_that_says_what_happened(string answer, FailureLayer layer, string why)
    {
        using var server = new LoopbackServer();
        var question = Question(server, "GET", "/");
        var asking = AskAsync(question with { Settings = question.Settings with { Limits = new LimitSettings { Message = 8 } } });
        using (var peer = await server.AcceptAsync())
        {
            await peer.ReadRequestAsync();
            await peer.WriteAsync(answer);
        }

        var failure = Assert.IsType<HttpResult.Failed>(await asking).Failure;
        Assert.Equal(layer, failure.Layer);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_when_the_attempt_is()
    {
        using var server = new LoopbackServer();
        using var attempt = new CancellationTokenSource();
        var asking = AskAsync(Question(server, "GET", "/"), attempt.Token);
        using var peer = await server.AcceptAsync();
        await peer.ReadRequestAsync();

        await attempt.CancelAsync();

        var failure = Assert.IsType<HttpResult.Failed>(await asking).Failure;
        Assert.Equal(FailureLayer.Timeout, failure.Layer);
        Assert.Contains("while the server did not answer the request", failure.Message, StringComparison.Ordinal);
        Assert.True(await peer.DrainAsync());
    }

    [Fact]
    public async Task A_request_goes_through_the_proxy_of_the_endpoint()
    {
        using var proxy = new LoopbackServer();
        var settings = Endpoint(new Uri("ws://feed.invalid/")) with
        {
            Proxy = new ProxySettings(ProxyKind.Fixed, new Uri($"http://127.0.0.1:{proxy.Port}")),
        };
        var asking = AskAsync(new HttpQuestion(settings, "GET", new Uri("http://api.invalid:81/t"), [], null));
        using var peer = await proxy.AcceptAsync();
        await peer.ReadRequestAsync();
        Assert.StartsWith("CONNECT api.invalid:81 HTTP/1.1\r\n", peer.Request, StringComparison.Ordinal);
        await peer.WriteAsync("HTTP/1.1 200 OK\r\n\r\n");
        await peer.ReadRequestAsync();
        await peer.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");

        Assert.Equal(204, Assert.IsType<HttpResult.Answered>(await asking).Status);
    }

    private async Task<HttpResult> AskAsync(HttpQuestion question, CancellationToken cancellation = default) =>
        await Dialer.AskAsync(question, cancellation).WaitAsync(WebSocketPeer.Patience);

    private static HttpQuestion Question(LoopbackServer server, string method, string path, string? body = null) => new(
        Endpoint(server.Url),
        method,
        new Uri($"http://127.0.0.1:{server.Port}{path}"),
        body is null ? [] : [new("X-Key", "k"), new("Content-Type", "application/json")],
        body is null ? null : Encoding.UTF8.GetBytes(body));
}
