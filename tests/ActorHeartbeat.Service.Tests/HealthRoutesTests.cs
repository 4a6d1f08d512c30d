using System.Net;

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
}
