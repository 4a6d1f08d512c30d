using System.Net;
using System.Security.Cryptography;
using System.Text;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Service.Access;
using Microsoft.Extensions.Time.Testing;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>The sign-in page and its cookie.</summary>
public sealed class SignInTests(GuardedService guarded) : IClassFixture<GuardedService>
{
    [Fact]
    public async Task The_page_has_a_form_and_no_script()
    {
        using var answer = await guarded.Service.Client.GetAsync("/sign-in");
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        var style = page[(page.IndexOf("<style>", StringComparison.Ordinal) + 7)..page.IndexOf("</style>", StringComparison.Ordinal)];
        Assert.Equal(
            "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
                + $"style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'",
            Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Contains("<form method=\"post\" action=\"/sign-in\">", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_key_gives_a_cookie_that_scripts_and_other_sites_do_not_get()
    {
        using var answer = await Post("/sign-in", null, GuardedService.Operator);

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (answer.StatusCode, answer.Headers.Location?.ToString()));
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Matches(@"^actorheartbeat=[\w-]{43}; max-age=43200; path=/; samesite=strict; httponly$", cookie);
        Assert.Equal(200, await Get("/v1/endpoints", Pair(cookie)));
    }

    [Theory]
    [InlineData("/endpoints/echo?filter=x", "/endpoints/echo?filter=x")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("/a\r\nSet-Cookie: x", "/")]
    public async Task A_sign_in_leads_to_the_page_that_was_asked_for_and_to_no_other_host(string to, string expected)
    {
        using var form = GuardedService.Request("GET", $"/sign-in?to={Uri.EscapeDataString(to)}", key: null);
        using var shown = await guarded.Service.Client.SendAsync(form);
        var page = await shown.Content.ReadAsStringAsync();
        Assert.Contains($"name=\"to\" value=\"{(expected == "/" ? "" : expected)}\"", page, StringComparison.Ordinal);

        using var request = GuardedService.Request("POST", "/sign-in", key: null);
        request.Content = new FormUrlEncodedContent([new("key", GuardedService.Reader), new("to", to)]);
        using var answer = await guarded.Service.Client.SendAsync(request);

        Assert.Equal(expected, answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task A_page_that_needs_a_key_leads_to_the_sign_in_and_back()
    {
        using var request = GuardedService.Request("GET", "/endpoints/echo?filter=x", key: null);
        request.Headers.Accept.ParseAdd("text/html");

        using var answer = await guarded.Service.Client.SendAsync(request);

        Assert.Equal("/sign-in?to=%2Fendpoints%2Fecho%3Ffilter%3Dx", answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task The_cookie_has_the_role_of_its_key()
    {
        var reader = await SignIn(GuardedService.Reader);

        Assert.Equal(200, await Get("/v1/endpoints", reader));
        Assert.Equal(403, await Command("/v1/endpoints/off/refresh", reader));
    }

    [Fact]
    public async Task A_cookie_is_replayed_in_vain_after_the_sign_out()
    {
        var cookie = await SignIn(GuardedService.Admin);
        Assert.Equal(200, await Get("/v1/endpoints", cookie));

        using var answer = await Post("/sign-out", cookie);

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.StartsWith(
            "actorheartbeat=; expires=Thu, 01 Jan 1970", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Equal(401, await Get("/v1/endpoints", cookie));
        Assert.Equal(401, await Command("/v1/endpoints/off/refresh", cookie));
    }

    [Fact]
    public async Task A_sign_out_ends_one_sign_in_and_no_other()
    {
        var (first, second) = (await SignIn(GuardedService.Reader), await SignIn(GuardedService.Reader));

        using var answer = await Post("/sign-out", first);

        Assert.Equal((401, 200), (await Get("/v1/endpoints", first), await Get("/v1/endpoints", second)));
    }

    [Fact]
    public async Task A_stream_ends_with_the_sign_out()
    {
        var (cookie, other) = (await SignIn(GuardedService.Reader), await SignIn(GuardedService.Reader));
        using var stream = await Stream(cookie);
        using var staying = await Stream(other);

        using var answer = await Post("/sign-out", cookie);

        await Assert.ThrowsAnyAsync<IOException>(() => ToEnd(stream));
        using var body = await staying.Content.ReadAsStreamAsync();
        Assert.NotEqual(0, await body.ReadAsync(new byte[16]));

        async Task<HttpResponseMessage> Stream(string signedIn)
        {
            using var request = GuardedService.Request("GET", "/v1/endpoints/ticker/events", null);
            request.Headers.Add("Cookie", signedIn);
            var begun = await guarded.Service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return begun.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task A_stream_ends_when_a_reload_takes_its_key_away()
    {
        var (going, staying) = (AccessKey.New(), AccessKey.New());
        await using var service = await RunningService.Start(
            beside: $"actor-heartbeat.http.access.keys {{ {GuardedService.Line("going", "read", going)} "
                + $"{GuardedService.Line("staying", "admin", staying)} }}");
        using var stream = await service.Client.SendAsync(
            GuardedService.Request("GET", "/v1/endpoints/ticker/events", going), HttpCompletionOption.ResponseHeadersRead);
        var text = await File.ReadAllTextAsync(service.File);
        await File.WriteAllTextAsync(
            service.File, text.Replace(GuardedService.Line("going", "read", going), "", StringComparison.Ordinal));

        Assert.Equal(200, await GuardedService.StatusOf(service, GuardedService.Request("POST", "/v1/config/reload", staying)));

        await Assert.ThrowsAnyAsync<IOException>(() => ToEnd(stream));
    }

    [Theory]
    [InlineData("actorheartbeat=")]
    [InlineData("actorheartbeat=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("__Host-actorheartbeat={0}")]
    [InlineData("ACTORHEARTBEAT={0}")]
    [InlineData("session={0}")]
    public async Task Another_cookie_is_none(string cookie)
    {
        var token = (await SignIn(GuardedService.Reader)).Split('=')[1];

        Assert.Equal(401, await Get("/v1/endpoints", cookie.Replace("{0}", token, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_key_itself_is_no_cookie_and_the_cookie_no_key()
    {
        var token = (await SignIn(GuardedService.Reader)).Split('=')[1];

        Assert.Equal(401, await Get("/v1/endpoints", $"actorheartbeat={GuardedService.Reader}"));
        Assert.Equal(401, await GuardedService.StatusOf(guarded.Service, GuardedService.Request("GET", "/v1/endpoints", token)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hunter2")]
    [InlineData("ahb_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_wrong_key_gives_the_form_again_and_no_cookie(string key)
    {
        using var answer = await Post("/sign-in", null, key);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Contains("This is no key of this service.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_with_a_cookie_needs_json_or_the_header_that_no_form_can_send()
    {
        var cookie = await SignIn(GuardedService.Operator);

        Assert.Equal(403, await Command("/v1/endpoints/off/refresh", cookie, headers: []));
        Assert.Equal(409, await Command("/v1/endpoints/off/refresh", cookie, headers: [("X-ActorHeartbeat", "1")]));
        Assert.Equal(409, await Command("/v1/endpoints/off/send", cookie, """{"text":"hello"}""", headers: []));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Host", "evil.example")]
    public async Task A_page_of_another_site_does_nothing_with_a_cookie(string name, string value)
    {
        var cookie = await SignIn(GuardedService.Operator);

        Assert.Equal(403, await Command("/v1/endpoints/off/refresh", cookie, headers: [("X-ActorHeartbeat", "1"), (name, value)]));
        Assert.Equal(403, await Command("/sign-out", cookie, headers: [(name, value)]));
        Assert.Equal(200, await Get("/v1/endpoints", cookie));
    }

    [Fact]
    public async Task A_page_of_another_site_reads_nothing_with_a_cookie()
    {
        var cookie = await SignIn(GuardedService.Operator);
        using var request = GuardedService.Request("GET", "/v1/endpoints", null);
        request.Headers.Add("Cookie", cookie);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");

        Assert.Equal(403, await GuardedService.StatusOf(guarded.Service, request));
    }

    [Fact]
    public async Task Under_tls_the_cookie_is_secure_and_for_this_host_alone()
    {
        var folder = Directory.CreateTempSubdirectory("sign-in-");
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Server("CN=feeds");
        var (certificateFile, keyFile) = (Path.Combine(folder.FullName, "tls.crt"), Path.Combine(folder.FullName, "tls.key"));
        await File.WriteAllTextAsync(certificateFile, certificate);
        await File.WriteAllTextAsync(keyFile, key);
        await using var service = await RunningService.Start(
            beside: $"{GuardedService.Keys}actor-heartbeat.http.tls {{ certificate = \"{certificateFile}\", key = \"{keyFile}\" }}");
        using var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        using var client = new HttpClient(handler);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("key", GuardedService.Reader)]);

        using var answer = await client.PostAsync(new Uri(service.Url, "/sign-in"), form);

        Assert.Matches(
            @"^__Host-actorheartbeat=[\w-]{43}; max-age=43200; path=/; secure; samesite=strict; httponly$",
            Assert.Single(answer.Headers.GetValues("Set-Cookie")));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_sign_in_ends_with_its_time_and_with_its_key()
    {
        var time = new FakeTimeProvider();
        var key = AccessKey.New();
        var settings = Settings(key);
        var access = new AccessControl(new HttpSettings { Access = settings }, time);
        var token = access.SignIn(key, access.OfKey(key)!);

        time.Advance(settings.Session - TimeSpan.FromSeconds(1));
        Assert.Equal("ops", access.OfToken(token)?.Name);
        access.Apply(Settings(AccessKey.New()));
        Assert.Null(access.OfToken(token)); // another key of the same name
        access.Apply(settings);
        Assert.Equal("ops", access.OfToken(token)?.Name);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(access.OfToken(token));
    }

    [Fact]
    public void The_oldest_of_too_many_sign_ins_makes_room()
    {
        var time = new FakeTimeProvider();
        var signIns = new SignIns(time);
        var first = signIns.Open("ops", "hash");
        var tokens = Enumerable.Range(0, 1024).Select(number =>
        {
            time.Advance(TimeSpan.FromTicks(1));
            return signIns.Open("ops", $"hash {number % 16}");
        }).ToArray();

        Assert.Null(signIns.Find(first, TimeSpan.FromHours(1)));
        Assert.All(tokens, token => Assert.NotNull(signIns.Find(token, TimeSpan.FromHours(1))));
    }

    [Fact]
    public void Many_sign_ins_with_one_key_do_not_sign_out_those_with_another()
    {
        var time = new FakeTimeProvider();
        var signIns = new SignIns(time);
        var other = signIns.Open("ops", "hash");
        var tokens = Enumerable.Range(0, 65).Select(_ =>
        {
            time.Advance(TimeSpan.FromTicks(1));
            return signIns.Open("eyes", "another hash");
        }).ToArray();

        Assert.NotNull(signIns.Find(other, TimeSpan.FromHours(1)));
        Assert.Null(signIns.Find(tokens[0], TimeSpan.FromHours(1)));
        Assert.All(tokens[1..], token => Assert.NotNull(signIns.Find(token, TimeSpan.FromHours(1))));
    }

    /// <summary>Reads a stream until it breaks: one that goes on ends with the deadline instead.</summary>
    private static async Task ToEnd(HttpResponseMessage stream)
    {
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        await using var body = await stream.Content.ReadAsStreamAsync(deadline.Token);
        await body.CopyToAsync(Stream.Null, deadline.Token);
    }

    private static AccessSettings Settings(string key) => new()
    {
        Keys = new([KeyValuePair.Create("ops", new AccessKeySettings { Hash = AccessKey.Spell(AccessKey.HashOf(key)) })]),
    };

    private static string Pair(string setCookie) => setCookie.Split(';')[0];

    private async Task<string> SignIn(string key)
    {
        using var answer = await Post("/sign-in", null, key);
        return Pair(Assert.Single(answer.Headers.GetValues("Set-Cookie")));
    }

    private async Task<HttpResponseMessage> Post(string path, string? cookie, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (key is not null)
            request.Content = new FormUrlEncodedContent([KeyValuePair.Create("key", key)]);
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        return await guarded.Service.Client.SendAsync(request);
    }

    private async Task<int> Get(string path, string cookie)
    {
        var request = GuardedService.Request("GET", path, null);
        request.Headers.Add("Cookie", cookie);
        return await GuardedService.StatusOf(guarded.Service, request);
    }

    private async Task<int> Command(string path, string cookie, string? json = null, params (string Name, string Value)[]? headers)
    {
        var request = GuardedService.Request("POST", path, null, json);
        request.Headers.Add("Cookie", cookie);
        foreach (var (name, value) in headers ?? [("X-ActorHeartbeat", "1")])
            request.Headers.TryAddWithoutValidation(name, value);
        return await GuardedService.StatusOf(guarded.Service, request);
    }
}
