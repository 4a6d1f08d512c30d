using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>HTTP requests before each dial.</summary>
public class PreparationTests : ConnectionSpec
{
    private static readonly DialogueStep Ticket = new(null, Json("/ok", "true"), Seconds(5))
    {
        Http = new HttpCall("POST", "https://api.test/ticket?for=@{env.KEY}")
        {
            Headers = new([KeyValuePair.Create("X-Key", SecretValue.Template("k-@{env.KEY}"))]),
            Body = MessageTemplate.Json("""{"scope":"@{scope}"}"""),
        },
        Let = Values(("scope", "feed")),
        Capture = Values(("ticket", "@{/ticket}")),
        Reason = "/error",
    };

    private static readonly EndpointSettings Endpoint = Defaults with
    {
        Url = new Uri("ws://feed.test/?t=@{url(ticket)}"),
        Prepare = [Ticket],
    };

    public PreparationTests() => Resolver = new SecretAttemptResolver(name => name == "KEY" ? "canary" : null);

    [Fact]
    public void Each_dial_takes_a_ticket_of_its_own()
    {
        var tickets = 0;
        Network.Answers = _ => Answer(200, $$"""{"ok":true,"ticket":"t/{{++tickets}}"}""");
        StartOpen(Endpoint);
        Socket.PeerClose(1001);
        ExpectBackingOff(CauseKind.PeerClosed);
        Advance(2);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal(["?t=t%2F1", "?t=t%2F2"], Network.DialsOf(Id).Select(dial => dial.Request.Url.Query));
        var question = Network.Questions[0];
        Assert.Equal(("POST", "https://api.test/ticket?for=canary"), (question.Method, question.Url.OriginalString));
        Assert.Equal([new("X-Key", "k-canary"), new("Content-Type", "application/json")], question.Headers);
        Assert.Equal("""{"scope":"feed"}""", Encoding.UTF8.GetString(question.Body!.Value.Span));
    }

    [Fact]
    public void What_the_answer_sets_holds_for_the_connection()
    {
        Network.Answers = _ => Answer(200, """{"ok":true,"ticket":"t","beat":3000}""");
        StartOpen(Endpoint with
        {
            Prepare = [Ticket with { Set = Values(("heartbeat.interval", "@{/beat}ms"), ("heartbeat.timeout", "auto")) }],
        });

        Advance(3);

        Assert.Single(Socket.Pings);
    }

    [Fact]
    public void An_answer_may_begin_with_a_byte_order_mark()
    {
        Network.Answers = _ => Answer(200, "\ufeff{\"ok\":true,\"ticket\":\"t\",\"beat\":3000}");
        StartOpen(Endpoint with
        {
            Prepare = [Ticket with { Set = Values(("heartbeat.interval", "@{/beat}ms"), ("heartbeat.timeout", "auto")) }],
        });

        Advance(3);

        Assert.Single(Socket.Pings);
    }

    [Theory]
    [InlineData(429, """{"error":"slow down, canary"}""", "7", FailureLayer.Http, "\"slow down, ***\"")]
    [InlineData(200, """{"ok":false,"error":"no such key"}""", null, FailureLayer.Hello, "\"no such key\"")]
    [InlineData(500, "oops", null, FailureLayer.Http, "\"oops\"")]
    public void A_refusal_fails_the_attempt_and_says_why(int status, string body, string? retryAfter, FailureLayer layer, string said)
    {
        Network.Answers = _ => Answer(status, body, retryAfter);
        Start(Endpoint);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        var cause = ExpectBackingOff(CauseKind.DialFailed).Cause!;

        Assert.Equal($"prepare, step 1: POST https://api.test answered {status}, {said}", cause.Detail);
        Assert.Equal(layer, cause.Layer);
        Assert.Equal((status == 200 ? null : status, retryAfter), (cause.HttpStatus, cause.RetryAfter));
        Assert.Empty(Network.Dials);
    }

    [Fact]
    public void A_step_may_say_what_follows_from_its_refusal()
    {
        Network.Answers = _ => Answer(200, """{"ok":false}""");
        Start(Endpoint with
        {
            Prepare = [Ticket with { Reject = Json("/ok", "false"), Then = OutcomeAction.Quarantine, Retry = Seconds(900) }],
        });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        Assert.Equal(Seconds(900), ExpectBackingOff(CauseKind.DialFailed).RetryIn);
    }

    [Fact]
    public void A_later_step_asks_with_what_an_earlier_one_has_brought_and_only_where_it_has()
    {
        Network.Answers = question => question.Url.AbsolutePath == "/ticket"
            ? Answer(200, """{"ok":true,"ticket":"t","place":"p"}""")
            : Answer(202, "");
        StartOpen(Endpoint with
        {
            Prepare =
            [
                Ticket with { Capture = Values(("ticket", "@{/ticket}"), ("place", "@{/place}")) },
                new DialogueStep(null, new MessagePattern.Status(202), Seconds(5))
                {
                    When = "place",
                    Http = new HttpCall("GET", "https://api.test/@{place}"),
                },
                new DialogueStep(null, null, Seconds(5)) { Unless = "ticket", Http = new HttpCall("GET", "https://api.test/never") },
            ],
        });

        Assert.Equal(["/ticket", "/p"], Network.Questions.Select(question => question.Url.AbsolutePath));
    }

    [Fact]
    public void What_was_brought_is_masked_where_the_peer_repeats_it()
    {
        Network.Answers = _ => Answer(200, """{"ok":true,"ticket":"secret-ticket"}""");
        StartOpen(Endpoint);
        Socket.PeerClose(4000, "secret-ticket is used");

        Assert.DoesNotContain("secret-ticket", ExpectBackingOff(CauseKind.PeerClosed).Cause!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_without_an_answer_fails_the_attempt_with_its_place()
    {
        Network.Answers = _ => new HttpResult.Failed(new DialFailure(FailureLayer.Tcp, "https://api.test: no address answered"));
        Start(Endpoint);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        var cause = ExpectBackingOff(CauseKind.DialFailed).Cause!;
        Assert.Equal((FailureLayer.Tcp, "prepare, step 1: https://api.test: no address answered"), (cause.Layer, cause.Detail));
    }

    [Theory]
    [InlineData("wss://ws-1.feed.test/x", "wss://ws-1.feed.test/x?t=t")]
    [InlineData("wss://evil.test/x", "url: what it is made of leads nowhere: its host evil.test is not one of hosts")]
    [InlineData("wss://a.feed.test.evil/x", "url: what it is made of leads nowhere: its host a.feed.test.evil is not one of hosts")]
    [InlineData("wss://ws-1.feed.test@evil.test/x", "url: what it is made of leads nowhere: it is no WebSocket URL")]
    [InlineData("ws://ws-1.feed.test/x", "url: what it is made of leads nowhere: it leads from TLS to a connection without")]
    [InlineData("https://ws-1.feed.test/x", "url: what it is made of leads nowhere: it is no WebSocket URL")]
    [InlineData("wss://ws-1.feed.test/@{env.KEY}", "url: what it is made of leads nowhere: it is no WebSocket URL")]
    public void A_peer_may_say_where_to_dial_within_the_hosts_that_are_allowed(string place, string then)
    {
        Network.Answers = _ => Answer(200, $$"""{"ok":true,"ticket":"t","place":"{{place}}"}""");
        Start(Endpoint with
        {
            Url = new Uri("@{place}?t=@{ticket}", UriKind.Relative),
            Hosts = ["*.feed.test"],
            Prepare = [Ticket with { Capture = Values(("ticket", "@{/ticket}"), ("place", "@{/place}")) }],
        });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        if (then.StartsWith("url:", StringComparison.Ordinal))
            Assert.Equal(then, ExpectBackingOff(CauseKind.DialFailed).Cause!.Detail);
        else
            Assert.Equal(then, Network.DialsOf(Id)[0].Request.Url.OriginalString);
    }

    [Fact]
    public void A_step_of_the_opening_dialogue_may_be_a_request()
    {
        Network.Answers = _ => Answer(202, """{"data":[{"id":"s-1"}]}""");
        StartOpen(Defaults with
        {
            OnOpen =
            [
                new DialogueStep(OutboundMessage.Text("hello"), null, Seconds(5)),
                new DialogueStep(null, new MessagePattern.Status(202), Seconds(5))
                {
                    Http = new HttpCall("POST", "https://api.test/subscriptions"),
                    Capture = Values(("sub", "@{/data/0/id}")),
                },
                new DialogueStep(MessageTemplate.Text("take @{sub}"), null, Seconds(5)),
            ],
        });

        Assert.Equal(["hello", "take s-1"], SentText);
    }

    [Fact]
    public void A_request_of_the_opening_dialogue_that_is_refused_or_late_ends_the_attempt()
    {
        var step = new DialogueStep(null, null, Seconds(5)) { Http = new HttpCall("GET", "https://api.test/s") };
        Network.Answers = _ => Answer(403, "who are you?");
        Start(Defaults with { OnOpen = [step] });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        var refused = ExpectBackingOff(CauseKind.DialFailed);
        Assert.Equal("on-open, step 1: GET https://api.test answered 403, \"who are you?\"", refused.Cause!.Detail);
        Assert.Equal(OutcomeSettings.DefaultQuarantine, refused.RetryIn);
    }

    [Fact]
    public void A_keep_alive_may_be_a_request_and_one_that_fails_is_told_and_ends_nothing()
    {
        var status = 200;
        Network.Answers = _ => Answer(status, "");
        StartOpen(Defaults with
        {
            KeepAlives = new([
                KeyValuePair.Create(
                    "key", new KeepAlive(null, Seconds(30)) { Http = new HttpCall("PUT", "https://api.test/listenKey?n=@{now.s}") }),
            ]),
        });

        Advance(30);
        Assert.Equal("PUT", Assert.Single(Network.Questions).Method);
        status = 500;
        EventFilter.Warning(contains: "keep-alives.key: PUT https://api.test answered 500").ExpectOne(() => Advance(30));
        Assert.Equal(ConnectionState.Open, Board.Status!.State);
    }

    [Fact]
    public void A_keep_alive_whose_secret_comes_with_a_reload_waits_for_the_next_connection()
    {
        StartOpen(Defaults);
        var alive = new KeepAlive(MessageTemplate.Text("alive @{env.KEY}"), Seconds(1));
        Reload(Defaults with { KeepAlives = new([KeyValuePair.Create("key", alive)]) }, ChangeEffect.Live);

        Advance(3);

        Assert.Equal(ConnectionState.Open, Board.Status!.State);
        Assert.Empty(SentText);
        Socket.PeerClose(1001);
        ExpectBackingOff(CauseKind.PeerClosed);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Advance(1);
        Assert.Equal(["alive canary"], SentText);
    }

    [Fact]
    public void A_keep_alive_without_an_answer_holds_one_request_and_gives_it_up_when_its_time_is_over()
    {
        var asked = new List<CancellationToken>();
        Network.Asks = (_, cancellation) =>
        {
            asked.Add(cancellation);
            return new TaskCompletionSource<HttpResult>().Task;
        };
        StartOpen(Defaults with
        {
            KeepAlives = new([
                KeyValuePair.Create("key", new KeepAlive(null, Seconds(1)) { Http = new HttpCall("PUT", "https://api.test/k") }),
            ]),
        });

        Advance(5);
        Assert.Single(asked);
        Advance(10);
        Assert.Equal((2, true, false), (asked.Count, asked[0].IsCancellationRequested, asked[1].IsCancellationRequested));
    }

    private static HttpResult.Answered Answer(int status, string body, string? retryAfter = null) =>
        new(status, Encoding.UTF8.GetBytes(body)) { RetryAfter = retryAfter };
}
