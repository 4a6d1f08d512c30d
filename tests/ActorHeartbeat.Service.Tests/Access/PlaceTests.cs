namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>Without keys everybody at this machine is let in, but no page of another site.</summary>
public sealed class PlaceTests
{
    [Theory]
    [InlineData("/v1/endpoints/echo/conversation", "cors", 403)]
    [InlineData("/v1/events", "no-cors", 403)]
    [InlineData("/v1/endpoints", "no-cors", 403)]
    [InlineData("/v1/endpoints", "navigate", 200)]
    [InlineData("/", "navigate", 200)]
    public async Task A_page_of_another_site_may_only_lead_here(string path, string mode, int expected)
    {
        await using var service = await RunningService.Start();
        var request = GuardedService.Request("GET", path, key: null);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Headers.Add("Sec-Fetch-Mode", mode);

        Assert.Equal(expected, await GuardedService.StatusOf(service, request));
    }
}
