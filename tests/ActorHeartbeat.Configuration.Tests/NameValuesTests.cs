using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>The keys that give values to names, take them away, or ask for them.</summary>
public sealed class NameValuesTests
{
    /// <summary>All of them, with the text Kanarienvogel in every place that may be secret.</summary>
    private const string Everything =
        """
        let { day = "Kanarienvogel @{now.s}", claims { sub = Kanarienvogel, exp = [ "@{day}", 5 ] }, n = 7 }
        secrets = [session.id, seen]
        on-open = [
          { wait = 250ms }
          { when = session.id, let { id = "@{counter}" }, send { op = Kanarienvogel, id = "@{id}", seq = "@{sequence ?? null}" },
            expect { "/op" = Kanarienvogel, "/id" = "@{id}" }, timeout = 3s, forget = session, resumed = on }
          { unless = session.id, send { op = login }, expect { text { regex = "^ok (?<seen>.*) Kanarienvogel" } }, reject = "no @{day}"
            capture { session { id = "/id", key = "Kanarienvogel@{/key ?? day}" }, mine = [ "/a", "/b" ] }
            set { heartbeat.interval = "@{/interval}ms", heartbeat.timeout = auto, max-age = "@{/age ?? 12}h" } }
        ]
        on-message = [
          { match { "/id" = "@{mine}" }, is = beat, forget = [ sequence, mine ], capture.session.key = "/key", set.timeouts.data-idle = 9m }
          { match { bytes = "c0@{unhex(seen)}??" }, capture { whole = "Kanarienvogel @{text}" } }
        ]
        sequence { at = [ "/seq", "/data/seq" ], step = 2, on-gap = retry }
        heartbeat { first = jitter, let { k = "Kanarienvogel @{uuid}" }, send { op = ping, k = "@{k}" }, expect { "/k" = "@{k}" } }
        outcomes.rules = [ { close-code = 4001, then = retry, forget = [ session, whole ] } ]
        on-close = [ "bye @{session.id}" ]
        """;

    [Fact]
    public void Every_key_of_a_step_that_names_values_is_read()
    {
        var steps = Read(Everything).OnOpen;

        Assert.Equal(
            [
                new DialogueStep(null, null, Seconds(5)) { Wait = TimeSpan.FromMilliseconds(250) },
                new DialogueStep(
                    MessageTemplate.Json("""{"op":"Kanarienvogel","id":"@{id}","seq":"@{sequence ?? null}"}"""),
                    new MessagePattern.Json([new JsonExpectation("/op", "\"Kanarienvogel\""), new JsonExpectation("/id", "\"@{id}\"")]),
                    Seconds(3))
                {
                    When = "session.id",
                    Let = Values(("id", ValueTemplate.Text("@{counter}"))),
                    Forget = ["session"],
                    Resumed = true,
                },
                new DialogueStep(
                    MessageTemplate.Json("""{"op":"login"}"""),
                    new MessagePattern.TextWhere("""{"regex":"^ok (?<seen>.*) Kanarienvogel"}"""),
                    Seconds(5))
                {
                    Unless = "session.id",
                    Reject = new MessagePattern.Text("no @{day}"),
                    Capture = Values(
                        ("session.id", ValueTemplate.At("/id")),
                        ("session.key", ValueTemplate.Text("Kanarienvogel@{/key ?? day}")),
                        ("mine", ValueTemplate.At("/a", "/b"))),
                    Set = Values(
                        ("heartbeat.interval", ValueTemplate.Text("@{/interval}ms")),
                        ("heartbeat.timeout", ValueTemplate.Text("auto")),
                        ("max-age", ValueTemplate.Text("@{/age ?? 12}h"))),
                },
            ],
            steps);
    }

    [Fact]
    public void What_is_shown_reads_back_as_the_same()
    {
        const string Shows = Everything + "\nshow-messages = on";
        var shown = Shown(Shows);

        var readBack = Read(string.Join('\n', shown.Select(setting => $"{setting.Key} = {setting.Value}")));

        Assert.Equal(Read(Shows), readBack);
        Assert.Equal("""{"at":["/seq","/data/seq"],"step":2,"on-gap":"retry"}""", shown["sequence"]);
        Assert.Equal("""["session.id","seen"]""", shown["secrets"]);
        Assert.Equal("""{"sub":"Kanarienvogel","exp":["@{day}",5]}""", shown["let.claims"]);
    }

    [Fact]
    public void Values_are_shown_as_shapes_and_placeholders_as_written()
    {
        var shown = Shown(Everything);

        Assert.All(shown.Values, value => Assert.DoesNotContain("Kanarienvogel", value, StringComparison.Ordinal));
        Assert.Equal("\"***@{now.s}\"", shown["let.day"]);
        Assert.Equal("""{"sub":"***","exp":["@{day}","***"]}""", shown["let.claims"]);
        Assert.Equal("\"*** (1 B)\"", shown["let.n"]);
        Assert.Equal("\"***@{uuid}\"", shown["heartbeat.let.k"]);
        Assert.Contains("""
            "capture":{"session.id":"@{/id}","session.key":"***@{/key ?? day}","mine":"@{/a ?? /b}"}
            """, shown["on-open"], StringComparison.Ordinal);
        Assert.Contains("""
            "set":{"heartbeat.interval":"@{/interval}***","heartbeat.timeout":"*** (4 B)"
            """, shown["on-open"], StringComparison.Ordinal);
        Assert.Contains("\"capture\":{\"whole\":\"***@{text}\"}", shown["on-message"], StringComparison.Ordinal);
    }

    [Fact]
    public void Let_of_two_layers_is_combined_by_name_and_on_open_is_replaced()
    {
        var endpoint = Of(
            """
            actor-heartbeat {
              defaults { let { a = low, b = low, c = low }, heartbeat.let { x = low, y = low }
                         on-open = [ { send = low }, { send = lower } ] }
              templates.t { let { b = "mid @{a}" }, heartbeat { let.y = mid, send = "@{x} @{y}" } }
              endpoints.x { url = "wss://feed.example.com", templates = [t], let { c = null, d = own }, on-open = [ { send = "@{b}" } ] }
            }
            """);

        Assert.Equal(
            [new("a", ValueTemplate.Text("low")), new("b", ValueTemplate.Text("mid @{a}")), new("d", ValueTemplate.Text("own"))],
            endpoint.Let);
        Assert.Equal([MessageTemplate.Text("@{b}")], endpoint.OnOpen.Select(step => step.Send));
        Assert.Equal([new("x", ValueTemplate.Text("low")), new("y", ValueTemplate.Text("mid"))], endpoint.Heartbeat.Let);
    }

    [Theory]
    [InlineData("""capture { session { a = "/a" }, b = "/b" }""", "session.a=@{/a} b=@{/b}")]
    [InlineData("""capture { session.a = "/a" }""", "session.a=@{/a}")]
    [InlineData("""capture { "session.a" = "/a" }""", "session.a=@{/a}")]
    [InlineData("""capture.session.a = "/a" """, "session.a=@{/a}")]
    [InlineData("""capture { session.a = "/a", session.b = "/b" }""", "session.a=@{/a} session.b=@{/b}")]
    [InlineData("""capture { a = [ "/a/0", "/b" ] }""", "a=@{/a/0 ?? /b}")]
    [InlineData("""capture { a = [ "/a" ] }""", "a=@{/a}")]
    [InlineData("""capture { a = "@{text}" }""", "a=@{text}")]
    [InlineData("""capture { a = "id @{/a ?? 'none'}" }""", "a=id @{/a ?? 'none'}")]
    [InlineData("set { heartbeat.interval = 5s }", "heartbeat.interval=5s")]
    [InlineData("set { heartbeat { interval = 5s }, max-age = off }", "heartbeat.interval=5s max-age=off")]
    [InlineData("""set.timeouts.data-idle = "@{/idle}s" """, "timeouts.data-idle=@{/idle}s")]
    [InlineData("""set { "heartbeat.max-silence" = "@{/n}ms" }""", "heartbeat.max-silence=@{/n}ms")]
    public void Names_with_a_dot_may_be_written_as_objects(string key, string expected)
    {
        var rule = Assert.Single(Read($"on-message = [ {{ match = hello, {key} }} ]").OnMessage);
        var step = Assert.Single(Read($"on-open = [ {{ expect = hello, {key} }} ]").OnOpen);

        Assert.Equal(expected, string.Join(' ', rule.Capture.Concat(rule.Set).Select(entry => $"{entry.Key}={entry.Value.Written}")));
        Assert.Equal((rule.Capture, rule.Set), (step.Capture, step.Set));
    }

    [Theory]
    [InlineData("forget = session", "session")]
    [InlineData("forget = [session, x]", "session x")]
    [InlineData("forget = [x]", "x")]
    [InlineData("forget = session.y", "session.y")]
    [InlineData("forget = sequence", "sequence")]
    [InlineData("forget = []", "")]
    public void What_is_forgotten_is_a_name_or_a_list_of_names(string forget, string names)
    {
        var endpoint = Read(
            $$"""
            on-open = [ { expect = hello, capture { x = "/x", session.y = "/y" }, {{forget}} } ]
            on-message = [ { match = hello, {{forget}} } ]
            outcomes.rules = [ { failure = dns, then = stop, {{forget}} } ]
            """);

        Assert.Equal(names, string.Join(' ', Assert.Single(endpoint.OnOpen).Forget));
        Assert.Equal(names, string.Join(' ', Assert.Single(endpoint.OnMessage).Forget));
        Assert.Equal(names, string.Join(' ', Assert.Single(endpoint.Outcomes.Rules).Forget));
    }

    [Fact]
    public void A_group_of_a_regular_expression_gives_a_name_a_value()
    {
        var endpoint = Read(
            """
            on-open = [ { expect { text { regex = "^id:(?<a>[0-9]+)" } } }
                        { send = "@{a} @{b} @{c}", expect = yes, reject { "/why" { regex = "(?<why>.*)" } }, reason = "@{why}" } ]
            on-message = [ { match { "/x" { regex = "^(?<b>.)" } }, is = beat } ]
            heartbeat.reply { match { text { regex = "^PING (?<c>.*)" } }, send = "PONG @{c}" }
            """);

        Assert.Equal("@{why}", endpoint.OnOpen[1].Reason);
    }

    [Theory]
    [InlineData("", "heartbeat.send = hi", HeartbeatMode.Message)]
    [InlineData("heartbeat.mode = text", "heartbeat.send = hi", HeartbeatMode.Message)]
    [InlineData("heartbeat.send = hi", "", HeartbeatMode.Message)]
    [InlineData("heartbeat.send = hi", "heartbeat.mode = none", HeartbeatMode.None)]
    [InlineData("heartbeat.send = hi", "heartbeat.mode = ping", HeartbeatMode.Ping)]
    [InlineData("heartbeat { mode = text, send = hi }", "", HeartbeatMode.Text)]
    [InlineData("heartbeat { mode = text, send = hi }", "heartbeat.interval = 30s", HeartbeatMode.Text)]
    [InlineData("", "heartbeat { mode = json, send { a = 1 } }", HeartbeatMode.Json)]
    [InlineData("", "heartbeat { mode = none, send = null }", HeartbeatMode.None)]
    [InlineData("heartbeat.send = hi", "heartbeat.send = null, heartbeat.mode = ping", HeartbeatMode.Ping)]
    public void A_heartbeat_that_sends_has_the_mode_message_unless_another_is_named(string defaults, string own, HeartbeatMode mode)
    {
        var endpoint = Of(
            $$"""
            actor-heartbeat { defaults { {{defaults}} }, endpoints.x { url = "wss://feed.example.com", {{own}} } }
            """);

        Assert.Equal(mode, endpoint.Heartbeat.Mode);
    }

    [Fact]
    public void A_heartbeat_that_sends_beside_the_mode_none_is_refused()
    {
        var result = ConfigurationLoader.LoadText(Configuration("heartbeat { mode = none, send = hi }"), "names", _ => null);

        Assert.Contains("heartbeat.send belongs to the modes", ErrorReport.Print(result.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""sequence.at = "/n" """, "/n", null, SequenceGapAction.Tell)]
    [InlineData("""sequence { at = "/n", step = any }""", "/n", null, SequenceGapAction.Tell)]
    [InlineData("""sequence { at = [ "/n", "/m" ], step = 1 }""", "/n /m", 1L, SequenceGapAction.Tell)]
    [InlineData("""sequence { at = [ "/n" ], step = 10, on-gap = retry }""", "/n", 10L, SequenceGapAction.Retry)]
    [InlineData("""sequence { at = "/n", step = 1, on-gap = tell }""", "/n", 1L, SequenceGapAction.Tell)]
    public void A_sequence_is_written_in_short_or_in_full(string sequence, string at, long? step, SequenceGapAction action)
    {
        var read = Read(sequence).Sequence!;

        Assert.Equal((at, step, action), (string.Join(' ', read.At), read.Step, read.OnGap));
        Assert.Equal(read, Read($"sequence = {Shown(sequence)["sequence"]}").Sequence);
    }

    [Fact]
    public void A_sequence_of_a_lower_layer_is_taken_away_by_null()
    {
        Assert.Null(Of(
            """
            actor-heartbeat { defaults.sequence.at = "/n", endpoints.x { url = "wss://feed.example.com", sequence = null } }
            """).Sequence);
    }

    [Fact]
    public void The_handshake_takes_values_of_let_of_the_session_and_of_the_sequence()
    {
        var endpoint = Read(
            """
            let { t = "@{now.ms}", signed = "@{hex(hmac-sha256(env.KEY, t))}", again = "@{session.id ?? 'new'}" }
            url = "wss://feed.example.com/?t=@{t}&last=@{sequence ?? 0}"
            subprotocols = ["sid-@{again}"]
            headers.X-Sign = "@{signed}"
            sequence.at = "/n"
            on-message = [ { match { "/op" = hello }, capture { session.id = "/id" } } ]
            """);

        Assert.Equal("@{signed}", endpoint.Headers["X-Sign"].Text);
    }

    private static Dictionary<string, string> Shown(string endpoint) => Load(Configuration(endpoint))
        .Show(new EndpointId("x"))!.Settings.ToDictionary(setting => setting.Key, setting => setting.Json, StringComparer.Ordinal);

    private static EndpointSettings Read(string endpoint) => Of(Configuration(endpoint));

    private static EndpointSettings Of(string text) => Assert.Single(Load(text).Endpoints);

    private static string Configuration(string endpoint) =>
        $$"""
        actor-heartbeat.endpoints.x {
          url = "wss://feed.example.com"
          {{endpoint}}
        }
        """;

    private static ServiceConfiguration Load(string text) => ConfigurationLoader.LoadText(text, "names", _ => null).OrThrow();

    private static ValueMap<ValueTemplate> Values(params (string Name, ValueTemplate Value)[] values) =>
        new(values.Select(value => KeyValuePair.Create(value.Name, value.Value)));

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
