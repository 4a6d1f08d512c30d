using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Endpoints;

/// <summary>The rules of settings, for values that stand in code.</summary>
public sealed class EndpointSettingTests
{
    private static readonly EndpointSettings Endpoint = new() { Id = new EndpointId("feed"), Url = new Uri("wss://feed.test") };

    /// <summary>A value of each kind that its setting does not take, by what is said about it.</summary>
    private static readonly Dictionary<string, Func<EndpointSettings, EndpointSettings>> Wrong = new()
    {
        ["url: found the scheme \"https\"; expected ws or wss; did you mean \"wss\"?"] =
            it => it with { Url = new Uri("https://feed.test") },
        ["urls: a WebSocket URL has no fragment (RFC 6455 section 3); write # as %23 if the server wants one"] =
            it => it with { Urls = [new Uri("wss://b"), new Uri("wss://b#c")] },
        ["hosts: a host is a name, an address, or *. and a name, without a port"] = it => it with { Hosts = ["a", "a:1"] },
        ["failover.back: expected a duration longer than 0"] = it => it with { Failover = new() { Back = TimeSpan.Zero } },
        ["group: expected the name of a group"] = it => it with { Group = "" },
        ["timeouts.connect: expected a duration longer than 0"] = it => it with { Timeouts = new() { Connect = -TimeSpan.FromSeconds(1) } },
        ["backoff.multiplier: expected a number, at least 1"] = it => it with { Backoff = new() { Multiplier = 0.5 } },
        ["backoff.reset-after: expected a duration, at least 0"] =
            it => it with { Backoff = new() { ResetAfter = -TimeSpan.FromTicks(1) } },
        ["heartbeat.let: no message is at hand here: @{/pointer} and @{text} stand in reply, capture, set, after and reason"] =
            it => it with { Heartbeat = new() { Let = Let("a", "@{/b}") } },
        ["limits.message: expected a number of bytes, at least 1"] = it => it with { Limits = new() { Message = 0 } },
        ["limits.replay: expected a whole number, at least 0"] = it => it with { Limits = new() { Replay = -1 } },
        ["end-with: end-with is the same text each time; it has no placeholders"] = it => it with { Framing = new() { EndWith = "@{a}" } },
        ["subprotocols: a subprotocol has only letters, digits and !#$%&'*+-.^_`|~ (RFC 6455 section 4.1)"] =
            it => it with { Subprotocols = ["a b"] },
        ["let: a name is a letter or _ and then letters, digits, _ and -"] = it => it with { Let = Let("1", "a") },
        ["secrets: a name stands here as it is, without @{ and }"] = it => it with { Secrets = ["@{a}"] },
        ["prepare: a step of prepare comes before the connection: it makes a request, and has no other purpose; http or call is missing"] =
            it => it with { Prepare = [new DialogueStep(null, null, TimeSpan.Zero)] },
        ["on-open: a step of the host is called before the dial: call stands in prepare"] =
            it => it with { OnOpen = [new DialogueStep(null, null, TimeSpan.Zero) { Call = new StepCall("a") }] },
        ["on-open-pace: expected a rate above 0"] = it => it with { OnOpenPace = new Rate(0, TimeSpan.FromSeconds(1)) },
        ["close-code: expected a close code that may be sent: 1000-1003, 1007-1014 or 3000-4999 (RFC 6455 section 7.4)"] =
            it => it with { CloseCode = 1006 },
    };

    public static TheoryData<string> Said => [.. Wrong.Keys];

    [Fact]
    public void The_defaults_are_taken()
    {
        Assert.Null(EndpointSetting.Reject(Endpoint));
    }

    [Theory]
    [MemberData(nameof(Said))]
    public void A_value_that_its_setting_does_not_take_is_told_with_its_key(string said)
    {
        Assert.Equal(said, EndpointSetting.Reject(Wrong[said](Endpoint)));
    }

    private static ValueMap<ValueTemplate> Let(string name, string value) =>
        new([KeyValuePair.Create(name, ValueTemplate.Text(value))]);
}
