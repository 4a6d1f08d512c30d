using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>The details of a refused handshake, and redirects. A derived class repeats the tests with another transport.</summary>
public class RefusalTests : DialerTestBase
{
    [Fact]
    public async Task A_refusal_reports_its_location_headers_body_and_address()
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url));

        const string Headers = "Location: ws://elsewhere.test/moved?token=secret\r\nCF-Ray: 8abc\r\nServer: a\tb\r\nSet-Cookie: s=1\r\n";
        await RefuseAsync(server, "307 X", Headers, "{\"msg\":\"expired\r\n\u001b[2J\"}");

        var failure = await dialing;
        Assert.Equal(
            $"{Origin(server.Url)}: the handshake was refused with HTTP 307 Temporary Redirect; Location: ws://elsewhere.test/***?***; " +
            $"Server: a\\tb; CF-Ray: 8abc; body: {{\"msg\":\"expired\\r\\n\\x1b[2J\"}}; it is not followed, since redirects = 0",
            failure.Message);
        Assert.Equal("{\"msg\":\"expired\\r\\n\\x1b[2J\"}", failure.Body);
        Assert.Equal(
            [new("Location", "ws://elsewhere.test/moved?token=secret"), new("Server", "a\\tb"), new("CF-Ray", "8abc")],
            failure.Headers.Take(3));
        Assert.DoesNotContain(failure.Headers, header => header.Key == "Set-Cookie");
        Assert.Equal($"127.0.0.1:{server.Port}", failure.RemoteAddress?.ToString());
    }

    [Fact]
    public async Task A_body_that_does_not_arrive_in_time_is_reported_as_far_as_it_came()
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url));
        using var peer = await server.AcceptAsync();
        await peer.ReadRequestAsync();

        await peer.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nbanned");
        await Time.ElapseAsync(TimeSpan.FromMilliseconds(500));

        Assert.Equal($"{Origin(server.Url)}: the handshake was refused with HTTP 403 Forbidden; body: banned", (await dialing).Message);
    }

    [Theory]
    [InlineData(301, "/real?x=%2f")]
    [InlineData(302, "ws://127.0.0.1:{0}/real?x=%2f")]
    [InlineData(303, "http://127.0.0.1:{0}/real?x=%2f#top")]
    [InlineData(307, "//127.0.0.1:{0}/real?x=%2f")]
    [InlineData(308, "real?x=%2f")]
    public async Task A_redirect_within_the_bound_is_followed_with_everything_to_the_same_origin(int status, string location)
    {
        using var server = new LoopbackServer();
        var settings = Endpoint(server.Url) with { Redirects = 1 };
        var request = new DialRequest(settings, settings.Url, [new("Authorization", "Bearer abc")]);
        var observer = new RecordingObserver();
        var dialing = Dialer.DialAsync(request, observer, default);

        await RefuseAsync(server, $"{status} X", $"Location: {location.Replace("{0}", $"{server.Port}", StringComparison.Ordinal)}\r\n");
        using var peer = await server.AcceptUpgradedAsync();

        Assert.IsType<DialResult.Connected>(await dialing.WaitAsync(WebSocketPeer.Patience)).Connection.Abort();
        Assert.StartsWith("GET /real?x=%2f HTTP/1.1\r\n", peer.Request, StringComparison.Ordinal);
        Assert.Equal("Bearer abc", peer.Header("Authorization"));
        Assert.Equal($"ws://127.0.0.1:{server.Port}/***?***", observer.RedirectedTo);
    }

    [Fact]
    public async Task A_dial_that_fails_after_a_redirect_says_where_it_began()
    {
        using var server = new LoopbackServer();
        using var other = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url) with { Redirects = 1 });

        await RefuseAsync(server, "302 X", $"Location: {other.Url}\r\n");
        await RefuseAsync(other, "503 X", "");

        Assert.Equal(
            $"{Origin(other.Url)}: the handshake was refused with HTTP 503 Service Unavailable (redirected from {Origin(server.Url)})",
            (await dialing).Message);
        Assert.Equal(other.Url.Authority, (await dialing).RedirectedTo);
    }

    [Theory]
    [InlineData("wss://b.test/", false)]
    [InlineData("wss://a.test:444/", false)]
    [InlineData("wss://a.test/other", true)]
    public void Another_origin_gets_no_certificate_and_has_to_show_one_of_its_own_name(string location, bool isSame)
    {
        var tls = new TlsSettings { CaFile = "ca.pem", ClientCert = "own.pem", ClientKey = "key.pem", ServerName = "feed.test" };
        var settings = Endpoint(new Uri("wss://a.test/")) with { Redirects = 1, Tls = tls, Subprotocols = ["v1", "auth-@{env.X}"] };

        var (next, _) = Redirects.Follow(
            new DialRequest(settings, settings.Url, []) { Subprotocols = ["v1", "auth-x"] },
            new DialFailure(FailureLayer.Http, "") { HttpStatus = 307, Location = location },
            followed: 0);

        Assert.Equal(isSame ? tls : new TlsSettings { CaFile = "ca.pem" }, next!.Settings.Tls);
        Assert.Equal(isSame ? ["v1", "auth-x"] : ["v1"], next.Subprotocols);
    }

    [Theory]
    [InlineData("wss://b.test/", "it is not followed to another origin, since the endpoint's messages have secrets")]
    [InlineData("wss://a.test/other", "")]
    public void A_dial_whose_messages_have_secrets_does_not_go_to_another_origin(string location, string whyNot)
    {
        var settings = Endpoint(new Uri("wss://a.test/")) with { Redirects = 1, OnClose = [MessageTemplate.Text("bye @{env.X}")] };

        var (next, why) = Redirects.Follow(
            new DialRequest(settings, settings.Url, []),
            new DialFailure(FailureLayer.Http, "") { HttpStatus = 307, Location = location },
            followed: 0);

        Assert.Equal((whyNot, whyNot.Length == 0), (why, next is not null));
    }

    [Fact]
    public async Task Secrets_that_a_refusal_repeats_are_masked()
    {
        using var server = new LoopbackServer();
        var settings = Endpoint(server.Url) with { ShowMessages = true };
        var request = new DialRequest(settings, settings.Url, []) { SecretTexts = ["Kanarienvogel", "is"] };
        var dialing = Dialer.DialAsync(request, new RecordingObserver(), default);

        await RefuseAsync(
            server, "302 X", "Location: ftp://kanarienvogel.x/\r\nVia: this is Kanarienvogel\r\n", "token Kanarienvogel is wrong");

        var failure = Assert.IsType<DialResult.Failed>(await dialing.WaitAsync(WebSocketPeer.Patience)).Failure;
        Assert.DoesNotContain("Kanarienvogel", $"{failure}{string.Join(' ', failure.Headers)}", StringComparison.OrdinalIgnoreCase);
        Assert.Equal("token *** is wrong", failure.Body);
        Assert.Contains("Via: this is ***", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Location_whose_scheme_is_a_secret_does_not_show_it()
    {
        var settings = Endpoint(new Uri("ws://a.test/")) with { Redirects = 1 };
        var request = new DialRequest(settings, settings.Url, []) { SecretTexts = ["secret-7"] };

        var (_, why) = Redirects.Follow(request, new DialFailure(FailureLayer.Http, "") { Location = "secret-7://a.test/" }, followed: 0);

        Assert.Equal("it is not followed to the scheme ***", why);
    }

    [Fact]
    public async Task Another_origin_gets_no_credentials()
    {
        using var server = new LoopbackServer();
        using var other = new LoopbackServer();
        var settings = Endpoint(server.Url) with
        {
            Redirects = 1,
            Headers = new ValueMap<SecretValue>(
                [KeyValuePair.Create("X-Key", SecretValue.Environment("KEY")), KeyValuePair.Create("X-Client", SecretValue.Literal("me"))]),
        };
        KeyValuePair<string, string>[] headers =
            [new("Authorization", "a"), new("Cookie", "c=1"), new("X-Key", "k"), new("X-Client", "me")];
        var dialing = Dialer.DialAsync(new DialRequest(settings, settings.Url, headers), new RecordingObserver(), default);

        await RefuseAsync(server, "307 X", $"Location: {other.Url}\r\n");
        using var peer = await other.AcceptUpgradedAsync();

        Assert.IsType<DialResult.Connected>(await dialing.WaitAsync(WebSocketPeer.Patience)).Connection.Abort();
        Assert.Equal(
            (null, null, null, "me"),
            (peer.Header("Authorization"), peer.Header("Cookie"), peer.Header("X-Key"), peer.Header("X-Client")));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/", "it is not followed to the scheme ftp")]
    [InlineData("ws://user:pass@127.0.0.1/", "it is not followed, since its Location names a user")]
    [InlineData("", "it is not followed, since it has no Location that is a URL")]
    public async Task A_redirect_with_an_unusable_location_is_refused_with_its_reason(string location, string why)
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url) with { Redirects = 5 });

        await RefuseAsync(server, "302 X", $"Location: {location}\r\n");

        var failure = await dialing;
        Assert.EndsWith(why, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_end_at_the_bound()
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url) with { Redirects = 2 });

        for (var hop = 0; hop < 3; hop++)
            await RefuseAsync(server, "302 X", $"Location: /{hop}\r\n");

        Assert.EndsWith(
            $"Location: ws://127.0.0.1:{server.Port}/***; it is not followed, since 2 were (redirects = 2)",
            (await dialing).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_never_leads_out_of_TLS()
    {
        using var certificate = LoopbackServer.CreateCertificate();
        using var server = new LoopbackServer(certificate);
        var dialing = FailAsync(Endpoint(server.Url) with { Redirects = 5, Tls = new TlsSettings { Verify = false } });

        await RefuseAsync(server, "307 X", "Location: http://127.0.0.1/\r\n");

        Assert.EndsWith("it is not followed from wss to a connection without TLS", (await dialing).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "node=7; mine=1")]
    [InlineData(false, "mine=1")]
    public async Task Cookies_of_a_handshake_are_kept_for_the_next_where_asked_for(bool keep, string sent)
    {
        using var server = new LoopbackServer();
        var settings = Endpoint(server.Url) with { Cookies = keep };
        var first = DialAsync(settings);
        using var peer = await server.AcceptAsync();
        await peer.UpgradeAsync("Set-Cookie: node=7; Path=/; HttpOnly\r\n");
        Assert.IsType<DialResult.Connected>(await first).Connection.Abort();

        var second = Dialer.DialAsync(new DialRequest(settings, settings.Url, [new("Cookie", "mine=1")]), new RecordingObserver(), default);
        using var again = await server.AcceptUpgradedAsync();
        Assert.IsType<DialResult.Connected>(await second.WaitAsync(WebSocketPeer.Patience)).Connection.Abort();
        var other = DialAsync(settings with { Id = new EndpointId("other") });
        using var stranger = await server.AcceptUpgradedAsync();
        Assert.IsType<DialResult.Connected>(await other).Connection.Abort();

        Assert.Equal(sent.Split("; ").Order(), again.Header("Cookie")!.Split("; ").Order());
        Assert.Null(stranger.Header("Cookie"));
    }

    private static async Task RefuseAsync(LoopbackServer server, string status, string headers, string body = "")
    {
        using var peer = await server.AcceptAsync();
        await peer.ReadRequestAsync();
        await peer.WriteAsync($"HTTP/1.1 {status}\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}");
        await peer.DrainAsync();
    }
}
