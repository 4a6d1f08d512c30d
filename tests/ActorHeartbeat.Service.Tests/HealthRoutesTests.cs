using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests;

public sealed class HealthRoutesTests
{
    [Theory]
    [InlineData("/healthz/startup")]
    [InlineData("/healthz/ready")]
    [InlineData("/healthz/live")]
    public async Task A_running_service_is_well_whatever_its_upstreams_do(string path)
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("refused", endpoint => endpoint.GetProperty("attempt").GetInt32() == 2);

        using var answer = await service.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("\"ok\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/healthz/live", HttpStatusCode.OK)]
    [InlineData("GET", "/v1/endpoints", HttpStatusCode.NotFound)]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1/endpoints/ticker/pause", HttpStatusCode.NotFound)]
    public async Task The_listener_for_health_answers_any_host_and_serves_nothing_else(string method, string path, HttpStatusCode status)
    {
        await using var service = await RunningService.Start(beside: "actor-heartbeat.http.health-listen = \"127.0.0.1:0\"");
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(service.Addresses[1], path));
        request.Headers.Host = "pod-7.cluster.example";

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task The_listener_for_health_can_be_the_only_one()
    {
        await using var service = await RunningService.Start(
            beside: "actor-heartbeat.http { listen = off, health-listen = \"127.0.0.1:0\" }");

        using var answer = await service.Client.GetAsync("/healthz/ready");

        Assert.Single(service.Addresses);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("\"venue=a\" = 66%", null)] // 1.98 of 3
    [InlineData("\"venue=a\" = 67%", "venue=a: 2 of 3 are open, and 3 must be")]
    [InlineData("\"venue=a,tier=one\" = 100%", null)] // a paused one beside it
    [InlineData("\"venue=off\" = 100%", null)] // all are paused
    [InlineData("\"venue=nowhere\" = 100%", null)]
    [InlineData(
        "\"venue=b\" = 1%, \"venue=a\" = 100%, \"*\" = 50%",
        "venue=b: 0 of 1 are open, and 1 must be; venue=a: 2 of 3 are open, and 3 must be")]
    public async Task Ready_may_ask_for_a_share_of_open_endpoints(string shares, string? lacking)
    {
        await using var service = await StartVenues($"actor-heartbeat.health.ready.open-share {{ {shares} }}");

        Assert.Equal(lacking is null ? "200 ok" : $"503 endpoints are not open: {lacking}", await Ready(service));

        using var live = await service.Client.GetAsync("/healthz/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task A_share_follows_the_file_the_endpoints_and_the_operator()
    {
        await using var service = await StartVenues("actor-heartbeat.health.ready.open-share {}");
        Assert.Equal("200 ok", await Ready(service));

        await File.AppendAllTextAsync(service.File, "\nactor-heartbeat.health.ready.open-share { \"venue=a\" = 100% }");
        var (_, report) = await service.Post("/v1/config/reload");
        Assert.Equal("applied", report.GetProperty("outcome").GetString());
        Assert.Equal("503 endpoints are not open: venue=a: 2 of 3 are open, and 3 must be", await Ready(service));

        await service.Post("/v1/endpoints/a-refused/pause");
        await service.WaitFor("a-refused", "paused");
        Assert.Equal("200 ok", await Ready(service));
    }

    /// <summary>Of venue a two are open, one is refused and one is paused; of b one is refused; of off one is paused.</summary>
    private static async Task<RunningService> StartVenues(string beside)
    {
        const string refused = "backoff { initial = 60s, max = 60s, jitter = none }, outcomes { rules = [], otherwise = retry }";
        var service = await RunningService.Start(
            feeds => $$"""
                a-one { url = "{{feeds.UrlOf(FeedPath.Echo, "one")}}", labels { venue = a, tier = one } }
                a-two { url = "{{feeds.UrlOf(FeedPath.Echo, "two")}}", labels { venue = a } }
                a-refused { url = "{{feeds.UrlOf(FeedPath.Refuse, "a")}}", labels { venue = a }, {{refused}} }
                a-off { url = "{{feeds.UrlOf(FeedPath.Echo, "off")}}", labels { venue = a, tier = one }, enabled = off }
                b-refused { url = "{{feeds.UrlOf(FeedPath.Refuse, "b")}}", labels { venue = b }, {{refused}} }
                off { url = "{{feeds.UrlOf(FeedPath.Echo, "off")}}", labels { venue = off }, enabled = off }
                """,
            beside);
        await service.WaitFor("a-one", "open");
        await service.WaitFor("a-two", "open");
        await service.WaitFor("a-refused", "backing-off");
        return service;
    }

    private static async Task<string> Ready(RunningService service)
    {
        using var answer = await service.Client.GetAsync("/healthz/ready");
        var health = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var status = $"{(int)answer.StatusCode} {health.GetProperty("status").GetString()}";
        return answer.IsSuccessStatusCode ? status : $"{status}: {health.GetProperty("detail").GetString()}";
    }
}
