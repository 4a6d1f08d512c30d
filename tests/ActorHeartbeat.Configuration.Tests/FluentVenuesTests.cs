using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>The venues of the README, in HOCON and by the fluent API: both give the same settings.</summary>
public sealed class FluentVenuesTests
{
    private static readonly Dictionary<string, EndpointSettings> Files = ConfigurationLoader
        .LoadText(Venues(File.ReadAllText(RepositoryFiles.Path("README.md"))), "README.md", _ => null)
        .OrThrow()
        .Endpoints.ToDictionary(endpoint => endpoint.Id.Value);

    public static TheoryData<string> Ids => [.. Files.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_venue_is_the_same_in_code_and_in_a_file(string id)
    {
        var said = id switch
        {
            "htx" => Htx(),
            "okx" => Okx(),
            "irc" => Irc(),
            "mqtt" => Mqtt(),
            "discord" => Discord(),
            "tickets" => Tickets(),
            _ => throw new ArgumentException("this venue of the README has no counterpart here", nameof(id)),
        };

        Assert.Equal(Files[id].OnOpen, said.OnOpen);
        Assert.Equal(Files[id].OnMessage, said.OnMessage);
        Assert.Equal(Files[id].Heartbeat, said.Heartbeat);
        Assert.Equal(Files[id], said);
    }

    [Fact]
    public void The_README_has_six_venues()
    {
        Assert.Equal(["discord", "htx", "irc", "mqtt", "okx", "tickets"], Files.Keys.Order());
    }

    private static EndpointSettings Htx() => EndpointConversation.Of("htx", "wss://api.huobi.pro/ws", endpoint => endpoint
        .Decode(FrameCoding.Gzip)
        .DeliverAs(DeliverAs.Decoded)
        .Heartbeat(beat => beat.Mode(HeartbeatMode.None).MaxSilence(TimeSpan.FromSeconds(15)))
        .OnMessage(Match.At("/ping", value => value.Exists()), rule => rule
            .Is(MessageRole.Beat)
            .ReplyJson("""{ "pong": "@{/ping}" }""")));

    private static EndpointSettings Okx() => EndpointConversation.Of("okx", "wss://ws.okx.com:8443/ws/v5/private", endpoint => endpoint
        .Heartbeat(beat => beat.Send("ping").Expect("pong").Every(TimeSpan.FromSeconds(25)))
        .OnOpen(step => step
            .Let("t", "@{string(now.s)}")
            .SendJson(
                """
                { "op": "login", "args": [ { "apiKey": "@{env.OKX_KEY}", "passphrase": "@{env.OKX_PASSPHRASE}", "timestamp": "@{t}",
                  "sign": "@{base64(hmac-sha256(env.OKX_SECRET, t, 'GET/users/self/verify'))}" } ] }
                """)
            .Expect(Match.At("/event", "login").At("/code", "0")))
        .OnMessage(Match.At("/event", "notice").At("/code", "64008"), rule => rule.Then(RuleAction.Rotate)));

    private static EndpointSettings Irc() => EndpointConversation.Of("irc", "wss://irc-ws.chat.twitch.tv", endpoint => endpoint
        .Split(MessageSplit.Lines)
        .EndWith("\r\n")
        .DeliverAs(DeliverAs.Messages)
        .OnMessage(Match.Text(text => text.Prefix("PING ")), rule => rule.Is(MessageRole.Beat).Reply("PONG :tmi.twitch.tv")));

    private static EndpointSettings Mqtt() => EndpointConversation.Of("mqtt", "wss://broker.example.com/mqtt", endpoint => endpoint
        .Subprotocols("mqtt")
        .Decode("mqtt")
        .DeliverAs(DeliverAs.Messages)
        .OnOpen(step => step
            .SendBytes("10@{sized7(sized16('MQTT'), unhex('0402003c'), sized16('feed'))}")
            .Expect(Match.At("/type", "CONNACK").At("/code", 0)))
        .OnOpen(step => step
            .SendBytes("82@{sized7(u16(1), sized16('prices/#'), unhex('01'))}")
            .Expect(Match.At("/type", "SUBACK").At("/id", 1)))
        .OnMessage(Match.At("/type", "PUBLISH").At("/qos", 1), rule => rule.Is(MessageRole.Data).ReplyBytes("4002@{u16(/id)}"))
        .Heartbeat(beat => beat.SendBytes("c000").Expect(Match.At("/type", "PINGRESP")).When(HeartbeatWhen.Always)));

    private static EndpointSettings Discord() => EndpointConversation.Of(
        "discord", "wss://gateway.discord.gg/?v=10&encoding=json", endpoint => endpoint
        .Sequence("/s", step: 1)
        .Heartbeat(beat => beat
            .SendJson("""{"op":1,"d":"@{sequence ?? null}"}""")
            .Expect(Match.At("/op", 11))
            .When(HeartbeatWhen.Always)
            .First(FirstHeartbeat.Jitter))
        .OnOpen(step => step.Expect(Match.At("/op", 10)).Set("heartbeat.interval", "@{/d/heartbeat_interval}ms"))
        .OnOpen(step => step
            .When("session.id")
            .SendJson("""{"op":6,"d":{"token":"@{env.TOKEN}","session_id":"@{session.id}","seq":"@{sequence}"}}""")
            .Expect(Match.At("/t", "RESUMED"))
            .Resumed())
        .OnOpen(step => step
            .Unless("session.id")
            .SendJson("""{"op":2,"d":{"token":"@{env.TOKEN}","intents":513,"properties":{}}}""")
            .Expect(Match.At("/t", "READY"))
            .Capture("session.id", "/d/session_id"))
        .OnMessage(Match.At("/t", "READY"), rule => rule.Is(MessageRole.Data))
        .OnMessage(Match.At("/op", 7), rule => rule.Then(RuleAction.Retry))
        .OnMessage(Match.At("/op", 9), rule => rule.Forget("session").Then(RuleAction.Retry)));

    private static EndpointSettings Tickets() => EndpointConversation.Of(
        "tickets", "wss://feed.example.com/?ticket=@{url(ticket)}", endpoint => endpoint
        .Prepare(step => step
            .Http("POST", "https://api.example.com/ticket", http => http.Header("KEY", "@{env.KEY}"))
            .Expect(Match.Status(200).At("/ok", true))
            .Reason("/error")
            .Capture("ticket", "/ticket"))
        .KeepAlive("alive", alive => alive.SendJson("""{"type":"KeepAlive"}""").Every(TimeSpan.FromSeconds(4))));

    private static string Venues(string readme)
    {
        const string Begin = "```hocon\nactor-heartbeat.endpoints {\n  htx";
        var hocon = readme[(readme.IndexOf(Begin, StringComparison.Ordinal) + "```hocon".Length)..];
        return hocon[..hocon.IndexOf("```", StringComparison.Ordinal)];
    }
}
