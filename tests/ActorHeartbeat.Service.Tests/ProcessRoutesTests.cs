using System.Net.Http.Json;
using System.Text.Json;
using ActorHeartbeat.Governor;

namespace ActorHeartbeat.Service.Tests;

public sealed class ProcessRoutesTests
{
    [Fact]
    public async Task The_process_shows_what_it_has_and_what_its_log_has_lost()
    {
        await using var service = await RunningService.Start();
        using var stream = await service.Client.GetAsync("/v1/endpoints/ticker/events", HttpCompletionOption.ResponseHeadersRead);

        var process = await service.Client.GetFromJsonAsync<JsonElement>("/v1/process");

        Assert.Equal(0, process.GetProperty("logLinesDropped").GetInt64());
        Assert.Equal(ProcessRoom.DescriptorLimit(), process.GetProperty("descriptors").GetProperty("limit").Deserialize<int?>());
        Assert.InRange(process.GetProperty("descriptors").GetProperty("open").GetInt32(), 10, 100_000);
        Assert.Equal(1, process.GetProperty("api").GetProperty("streams").GetInt32());
        Assert.InRange(process.GetProperty("api").GetProperty("connections").GetInt32(), 2, 10);
    }
}
