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
}
