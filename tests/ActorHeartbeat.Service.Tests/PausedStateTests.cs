using System.Net;

namespace ActorHeartbeat.Service.Tests;

/// <summary>Endpoints that an operator has paused stay so over a restart.</summary>
public sealed class PausedStateTests : IDisposable
{
    private readonly StateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_paused_and_a_closed_endpoint_stay_paused_until_they_are_resumed()
    {
        await using (var first = await Start())
        {
            foreach (var id in new[] { "one", "two", "three" })
                await first.WaitFor(id, "open");
            Assert.Equal(HttpStatusCode.Accepted, (await first.Post("/v1/endpoints/one/pause")).Status);
            Assert.Equal(HttpStatusCode.Accepted, (await first.Post("/v1/endpoints/two/close", "{}")).Status);
            await first.StopHost();
        }

        await using (var second = await Start())
        {
            await second.WaitFor("three", "open");
            foreach (var id in new[] { "one", "two" })
            {
                await second.WaitFor(id, "paused");
                Assert.Empty(second.Feeds.History(id).Attempts);
            }
            Assert.Equal(HttpStatusCode.Accepted, (await second.Post("/v1/endpoints/two/resume")).Status);
            await second.WaitFor("two", "open");
            await second.StopHost();
        }

        await using (var third = await Start())
        {
            await third.WaitFor("two", "open");
            await third.WaitFor("one", "paused");
            await third.StopHost();
        }
    }

    private Task<RunningService> Start() => RunningService.Start(
        feeds => string.Join('\n', new[] { "one", "two", "three" }.Select(id =>
            $"{id}.url = \"{feeds.UrlOf(TestKit.FeedPath.Quiet, id)}\"")),
        $"actor-heartbeat.state.path = \"{_folder.Path}\"");
}
