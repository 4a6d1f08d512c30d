using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests;

/// <summary>What the peer has said about an end reaches the operator wherever he looks.</summary>
public sealed class EvidenceTests
{
    private const string NoRetry = "backoff { initial = 1h, max = 1h, jitter = none }";

    [Fact]
    public async Task The_reason_and_the_address_of_an_end_are_in_the_endpoint_in_explain_and_in_the_events()
    {
        await using var service = await RunningService.Start(
            feeds =>
            {
                feeds.Faults.AcceptThenClose(1011, "quota \"daily\" \e[31mexhausted", after: TimeSpan.FromSeconds(1));
                return $$"""quota { url = "{{feeds.UrlOf(FeedPath.Ticker, "quota")}}", {{NoRetry}} }""";
            });
        var open = await service.WaitFor("quota", "open");
        var address = $"127.0.0.1:{service.Feeds.Port}";
        Assert.Equal(address, open.GetProperty("address").GetString());
        Assert.Contains($"(incarnation 1, {address})", await Explain("explanation"), StringComparison.Ordinal);
        var reading = service.ReadEvents("/v1/endpoints/quota/events", int.MaxValue);

        var evidence = $"closed by peer: 1011 Internal Error, \"quota \\\"daily\\\" \\x1b[31mexhausted\" ({address})";
        var down = await service.WaitFor("quota", "backing-off");
        Assert.Equal(evidence, down.GetProperty("reason").GetString());
        Assert.Equal(evidence, down.GetProperty("lastClose").GetProperty("detail").GetString());
        Assert.Contains(evidence, await Explain("explanation"), StringComparison.Ordinal);
        Assert.Contains("\\\\x1b[31mexhausted", await Explain("transitions"), StringComparison.Ordinal);
        await service.StopHost();
        var state = (await reading).Last(each => each.Type == "state" && each.Data.GetProperty("state").GetString() == "backing-off");
        Assert.Equal(evidence, state.Data.GetProperty("cause").GetString());

        async Task<string> Explain(string part) => (await service.Get("/v1/endpoints/quota/explain")).GetProperty(part).ToString();
    }

    [Fact]
    public async Task A_handshake_that_is_not_answered_names_the_address_that_took_the_connection()
    {
        await using var server = RawFaultServer.Start(Fault.Named("blackhole"));
        await using var service = await RunningService.Start(
            _ => $$"""silent { url = "{{server.Url}}", timeouts.connect = 1s, {{NoRetry}} }""");

        var down = await service.WaitFor("silent", endpoint => endpoint.GetProperty("lastClose").ValueKind != default
            && endpoint.GetProperty("state").GetString() == "backing-off"
            && endpoint.GetProperty("reason").GetString() != "starting");

        Assert.Equal($"no connection within 1 s ({server.Url.Authority})", down.GetProperty("reason").GetString());
    }
}
