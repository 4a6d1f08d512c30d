using ActorHeartbeat.Service.Http;
using Microsoft.AspNetCore.Http;

namespace ActorHeartbeat.Service.Tests;

public sealed class BrowserGuardTests
{
    [Theory]
    [InlineData("POST", "127.0.0.1:8080", null, null)]
    [InlineData("POST", "localhost:8080", null, null)]
    [InlineData("POST", "[::1]:8080", null, null)]
    [InlineData("POST", "127.0.0.1:8080", "http://127.0.0.1:8080", "same-origin")]
    [InlineData("GET", "127.0.0.1:8080", "http://evil.example", "cross-site")]
    public void Requests_from_this_machine_and_reads_from_any_site_are_let_in(string method, string host, string? origin, string? site)
    {
        Assert.Null(BrowserGuard.Judge(Request(method, host, origin, site), [], takesAddresses: false));
    }

    [Theory]
    [InlineData("GET", "evil.example", null, null)]
    [InlineData("GET", "127.0.0.1.evil.example", null, null)]
    [InlineData("POST", "10.0.0.1:8080", null, null)]
    [InlineData("POST", "127.0.0.1:8080", "http://evil.example", null)]
    [InlineData("POST", "127.0.0.1:8080", "http://127.0.0.1:9090", null)]
    [InlineData("POST", "127.0.0.1:8080", "null", null)]
    [InlineData("POST", "127.0.0.1:8080", null, "cross-site")]
    [InlineData("DELETE", "127.0.0.1:8080", null, "same-site")]
    public void A_request_to_another_host_or_a_command_of_another_site_is_refused(string method, string host, string? origin, string? site)
    {
        Assert.Equal(403, BrowserGuard.Judge(Request(method, host, origin, site), [], takesAddresses: false)?.Status);
    }

    [Theory]
    [InlineData("10.0.0.1:8080", null)]
    [InlineData("[2001:db8::1]:8080", null)]
    [InlineData("feeds.example.com", "https://feeds.example.com")]
    [InlineData("FEEDS.example.com", null)]
    public void Where_keys_are_needed_addresses_and_configured_names_are_let_in(string host, string? origin)
    {
        Assert.Null(BrowserGuard.Judge(Request("POST", host, origin, null), ["feeds.example.com"], takesAddresses: true));
    }

    [Theory]
    [InlineData("evil.example", null)]
    [InlineData("feeds.example.com.evil.example", null)]
    [InlineData("10.0.0.1.evil.example", null)]
    [InlineData("feeds.example.com", "https://feeds.example.com:444")]
    [InlineData("feeds.example.com", "http://10.0.0.1")]
    public void Where_keys_are_needed_other_names_and_origins_are_refused(string host, string? origin)
    {
        Assert.Equal(
            403, BrowserGuard.Judge(Request("POST", host, origin, null), ["feeds.example.com"], takesAddresses: true)?.Status);
    }

    private static HttpRequest Request(string method, string host, string? origin, string? site)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        request.Scheme = "http";
        request.Host = new HostString(host);
        if (origin is not null)
            request.Headers.Origin = origin;
        if (site is not null)
            request.Headers["Sec-Fetch-Site"] = site;
        return request;
    }
}
