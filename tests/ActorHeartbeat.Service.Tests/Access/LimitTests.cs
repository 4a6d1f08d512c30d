using System.Net;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Access;
using Microsoft.Extensions.Time.Testing;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>Limits of attempts, rates and bodies.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("/v1/endpoints/off/pause")]
    [InlineData("/v1/config/reload?dry-run")]
    public async Task A_command_that_needs_no_body_takes_none_that_is_too_large(string path)
    {
        await using var service = await RunningService.Start(beside: $"{GuardedService.Keys}actor-heartbeat.http.access.body = 100B");
        var large = $"\"{new string('x', 200)}\"";

        Assert.Equal(413, await GuardedService.StatusOf(service, GuardedService.Request("POST", path, GuardedService.Admin, large)));
        Assert.NotEqual(413, await GuardedService.StatusOf(service, GuardedService.Request("POST", path, GuardedService.Admin, "{}")));
    }

    [Fact]
    public async Task Wrong_keys_beyond_the_limit_of_an_address_wait_and_a_right_key_does_not()
    {
        await using var service = await RunningService.Start(
            beside: $"{GuardedService.Keys}actor-heartbeat.http.access.attempts = 3 per 1h");

        for (var attempt = 0; attempt < 3; attempt++)
            Assert.Equal(401, await Status(service, AccessKey.New()));
        using var request = GuardedService.Request("GET", "/v1/endpoints", AccessKey.New());
        using var tooMany = await service.Client.SendAsync(request);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("key", AccessKey.New())]);
        using var page = await service.Client.PostAsync("/sign-in", form);

        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests), (tooMany.StatusCode, page.StatusCode));
        Assert.Equal("application/problem+json", tooMany.Content.Headers.ContentType?.MediaType);
        Assert.InRange(tooMany.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Equal(200, await Status(service, GuardedService.Reader));
    }

    [Fact]
    public void Attempts_are_counted_by_address_and_by_network_of_ipv6_and_end_with_their_window()
    {
        var time = new FakeTimeProvider();
        var attempts = new AddressAttempts(time);
        var limit = new Rate(1, TimeSpan.FromMinutes(1));

        Assert.Null(attempts.Count(IPAddress.Parse("192.0.2.1"), limit));
        Assert.Null(attempts.Count(IPAddress.Parse("192.0.2.2"), limit));
        Assert.Null(attempts.Count(IPAddress.Parse("2001:db8:0:1::1"), limit));
        Assert.Null(attempts.Count(IPAddress.Parse("2001:db8:0:2::1"), limit));
        Assert.Null(attempts.Count(null, limit));
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.FromSeconds(40), attempts.Count(IPAddress.Parse("192.0.2.1"), limit));
        Assert.Equal(TimeSpan.FromSeconds(40), attempts.Count(IPAddress.Parse("::ffff:192.0.2.2"), limit));
        Assert.Equal(TimeSpan.FromSeconds(40), attempts.Count(IPAddress.Parse("2001:db8:0:1:ffff::7"), limit));
        Assert.Equal(TimeSpan.FromSeconds(40), attempts.Count(null, limit));
        time.Advance(TimeSpan.FromSeconds(40));
        Assert.Null(attempts.Count(IPAddress.Parse("192.0.2.1"), limit));
    }

    [Fact]
    public void Many_addresses_take_no_more_memory()
    {
        var time = new FakeTimeProvider();
        var attempts = new AddressAttempts(time);
        var limit = new Rate(1, TimeSpan.FromMinutes(1));

        for (var address = 0; address < 10_000; address++)
        {
            time.Advance(TimeSpan.FromTicks(1));
            attempts.Count(new IPAddress(address), limit);
        }

        Assert.Equal(4096, attempts.Addresses);
        Assert.NotNull(attempts.Count(new IPAddress(9_999), limit));
        Assert.Null(attempts.Count(new IPAddress(0), limit));
    }

    [Fact]
    public async Task The_rate_of_a_role_holds_for_each_caller_alone()
    {
        var other = AccessKey.New();
        await using var service = await RunningService.Start(
            beside: $$"""
                {{GuardedService.Keys}}
                actor-heartbeat.http.access { rate.read = 1 per 1h, keys { {{GuardedService.Line("other", "read", other)}} } }
                """);

        Assert.Equal(200, await Status(service, GuardedService.Reader));
        using var request = GuardedService.Request("GET", "/v1/endpoints", GuardedService.Reader);
        using var tooMany = await service.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.TooManyRequests, tooMany.StatusCode);
        Assert.Equal("application/problem+json", tooMany.Content.Headers.ContentType?.MediaType);
        Assert.InRange(tooMany.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Equal(200, await Status(service, other));
        Assert.Equal(200, await Status(service, GuardedService.Operator));
        Assert.Equal(200, await GuardedService.StatusOf(service, GuardedService.Request("GET", "/healthz/live", GuardedService.Reader)));
    }

    [Fact]
    public async Task A_key_and_the_cookie_that_it_gave_have_one_rate()
    {
        await using var service = await RunningService.Start(
            beside: $"{GuardedService.Keys}actor-heartbeat.http.access.rate.read = 1 per 1h");
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("key", GuardedService.Reader)]);
        using var signedIn = await service.Client.PostAsync("/sign-in", form);
        using var byCookie = new HttpRequestMessage(HttpMethod.Get, "/v1/endpoints");
        byCookie.Headers.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);

        Assert.Equal(200, await Status(service, GuardedService.Reader));
        using var tooMany = await service.Client.SendAsync(byCookie);

        Assert.Equal(HttpStatusCode.TooManyRequests, tooMany.StatusCode);
    }

    /// <summary>The one permit of an hour goes to a request that is refused, some before the guard asks who the caller is.</summary>
    [Theory]
    [InlineData("role", 403)]
    [InlineData("host", 403)]
    [InlineData("origin", 403)]
    [InlineData("form", 415)]
    [InlineData("nowhere", 404)]
    public async Task The_rate_counts_a_refused_request_of_a_known_caller_once(string reason, int status)
    {
        await using var service = await RunningService.Start(
            beside: $"{GuardedService.Keys}actor-heartbeat.http.access.rate.read = 1 per 1h");

        Assert.Equal(status, await GuardedService.StatusOf(service, Refused(reason, GuardedService.Reader)));
        using var again = Refused(reason, GuardedService.Reader);
        using var tooMany = await service.Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.TooManyRequests, tooMany.StatusCode);
        Assert.Equal("application/problem+json", tooMany.Content.Headers.ContentType?.MediaType);
        Assert.InRange(tooMany.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Equal(429, await Status(service, GuardedService.Reader));
        Assert.Equal(200, await Status(service, GuardedService.Operator));
        Assert.Equal(401, await GuardedService.StatusOf(service, Pause(null)));
        Assert.Equal(401, await GuardedService.StatusOf(service, Pause(AccessKey.New())));
    }

    [Fact]
    public async Task The_rate_and_the_bound_of_a_body_follow_the_configuration()
    {
        await using var service = await RunningService.Start(
            beside: $"{GuardedService.Keys}actor-heartbeat.http.access {{ rate.operate = 1 per 1h, body = 64KiB }}");
        Assert.Equal(200, await Status(service, GuardedService.Operator));
        Assert.Equal(429, await Status(service, GuardedService.Operator));
        var text = await File.ReadAllTextAsync(service.File);
        await File.WriteAllTextAsync(
            service.File,
            text.Replace("rate.operate = 1 per 1h, body = 64KiB", "rate.operate = unlimited, body = 100B", StringComparison.Ordinal));

        await GuardedService.StatusOf(service, GuardedService.Request("POST", "/v1/config/reload", GuardedService.Admin));

        Assert.Equal(200, await Status(service, GuardedService.Operator));
        Assert.Equal(200, await Status(service, GuardedService.Operator));
        var large = $$"""{"code":1000,"reason":"{{new string('x', 100)}}"}""";
        Assert.Equal(413, await GuardedService.StatusOf(
            service, GuardedService.Request("POST", "/v1/endpoints/off/close", GuardedService.Operator, large)));
        var message = $$"""{"text":"{{new string('x', 200)}}"}""";
        Assert.Equal(409, await GuardedService.StatusOf(
            service, GuardedService.Request("POST", "/v1/endpoints/off/send", GuardedService.Operator, message)));
    }

    private static HttpRequestMessage Pause(string? key) => GuardedService.Request("POST", "/v1/endpoints/off/pause", key);

    private static HttpRequestMessage Refused(string reason, string key)
    {
        var request = reason == "nowhere" ? GuardedService.Request("GET", "/v1/nowhere", key) : Pause(key);
        if (reason == "host")
            request.Headers.Host = "evil.example";
        if (reason == "origin")
            request.Headers.Add("Origin", "https://evil.example");
        if (reason == "form")
            request.Content = new FormUrlEncodedContent([KeyValuePair.Create("a", "b")]);
        return request;
    }

    private static Task<int> Status(RunningService service, string key) =>
        GuardedService.StatusOf(service, GuardedService.Request("GET", "/v1/endpoints", key));
}
