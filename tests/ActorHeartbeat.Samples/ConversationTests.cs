using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hosting;

namespace ActorHeartbeat.Samples;

/// <summary>The README's example of saying a conversation in code. Another test checks that the README shows these lines.</summary>
public sealed class ConversationTests
{
    [Fact]
    public void A_service_says_the_conversation_of_a_venue()
    {
        var options = new ConnectionSupervisorOptions { Feeds = new FeedRegistry(TimeProvider.System) };

        options.Add("okx", "wss://ws.okx.com:8443/ws/v5/private", endpoint => endpoint
            .Heartbeat(beat => beat.Send("ping").Expect("pong").Every(TimeSpan.FromSeconds(25)))
            .OnOpen(step => step
                .Let("t", "@{string(now.s)}")
                .SendJson("""
                    { "op": "login", "args": [ { "apiKey": "@{env.OKX_KEY}", "timestamp": "@{t}",
                      "sign": "@{base64(hmac-sha256(env.OKX_SECRET, t, 'GET/users/self/verify'))}" } ] }
                    """)
                .Expect(Match.At("/event", "login").At("/code", "0"))
                .Reject(Match.At("/event", "error"), reason: "/msg", then: OutcomeAction.Quarantine, retry: TimeSpan.FromMinutes(15)))
            .OnMessage(Match.At("/event", "notice").At("/code", "64008"), rule => rule.Then(RuleAction.Rotate)));

        var okx = Assert.Single(options.Endpoints);
        Assert.Equal(TimeSpan.FromSeconds(25), okx.Heartbeat.Interval);
        Assert.Equal(OutcomeAction.Quarantine, Assert.Single(okx.OnOpen).Then);
        Assert.Equal(RuleAction.Rotate, Assert.Single(okx.OnMessage).Then);
    }

    [Fact]
    public void Settings_made_by_hand_are_taken_further()
    {
        var settings = new EndpointSettings { Id = new EndpointId("okx"), Url = new Uri("wss://ws.okx.com:8443/ws/v5/private") };

        settings = settings.With(endpoint => endpoint.DataIdle(TimeSpan.FromMinutes(1)).With(same => same with { Compression = true }));

        Assert.Equal(TimeSpan.FromMinutes(1), settings.Timeouts.DataIdle?.After);
        Assert.True(settings.Compression);
    }
}
