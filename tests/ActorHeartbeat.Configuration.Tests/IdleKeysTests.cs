using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Schema;
using static ActorHeartbeat.Configuration.Tests.IdleWarnings;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>Keys that can never have an effect get a warning, and no others.</summary>
public sealed class IdleKeysTests
{
    /// <summary>The key, an endpoint in which it has no effect, and one in which it has.</summary>
    public static TheoryData<string, string, string> OfEndpoint => new()
    {
        { "failover.after", "failover.after = 2", """failover.after = 2, urls = ["wss://b"]""" },
        { "failover.back", "failover.back = off", """failover.back = off, urls = ["wss://b"]""" },
        { "urls", """urls = ["wss://b"], backoff.max-attempts = 3""", """urls = ["wss://b"], backoff.max-attempts = 4""" },
        {
            "urls",
            """urls = ["wss://b"], backoff.max-attempts = 3""",
            """urls = ["wss://b"], backoff.max-attempts = 3, failover.after = 2"""
        },
        {
            "urls",
            """urls = ["wss://b"], backoff.max-attempts = 1""",
            """urls = ["wss://b"], backoff.max-attempts = 1, outcomes.rules = [{ failure = tcp, then = next-url }]"""
        },
        { "backoff.max", "backoff { multiplier = 1, max = 10s }", "backoff { multiplier = 1, max = 10s, jitter = 0.2 }" },
        { "backoff.max", "backoff { multiplier = 1, max = 10s, jitter = none }", "backoff { multiplier = 2, max = 10s, jitter = none }" },
        { "backoff.multiplier", "backoff { initial = 9s, max = 9s, multiplier = 2 }", "backoff { max = 9s, multiplier = 2 }" },
        { "heartbeat.deliver", "heartbeat.deliver = on", "heartbeat { deliver = on, reply { match = a, send = b } }" },
        { "heartbeat.deliver", "heartbeat.deliver = on", "heartbeat { deliver = on, mode = text, send = a, expect = b }" },
        { "heartbeat.when", "templates = [none], heartbeat.when = always", "templates = [ping], heartbeat.when = always" },
        { "heartbeat.timeout", "timeouts.data-idle = 20s, heartbeat.timeout = 5s", "timeouts.data-idle = 21s, heartbeat.timeout = 5s" },
        {
            "heartbeat.interval",
            "timeouts.data-idle = 5s, heartbeat.interval = 30s",
            "timeouts.data-idle = 5s, heartbeat { when = always, interval = 30s }"
        },
        {
            "failover.back",
            """failover.back = 1m, rotate.order = close-first, urls = ["wss://b"]""",
            """failover.back = off, rotate.order = close-first, urls = ["wss://b"]"""
        },
        { "heartbeat.interval", "templates = [none], heartbeat.interval = 30s", "templates = [ping], heartbeat.interval = 30s" },
        { "heartbeat.timeout", "templates = [none], heartbeat.timeout = 5s", "templates = [ping], heartbeat.timeout = 5s" },
        { "heartbeat.max-missed", "templates = [none], heartbeat.max-missed = 5", "templates = [ping], heartbeat.max-missed = 5" },
        { "heartbeat.strict", "templates = [none], heartbeat.strict = on", "templates = [ping], heartbeat.strict = on" },
        { "heartbeat.first", "templates = [none], heartbeat.first = now", "templates = [ping], heartbeat.first = now" },
        { "heartbeat.let", "templates = [ping], heartbeat.let.a = b", "heartbeat { let.a = b, send = \"@{a}\" }" },
        { "max-age", "group = narrow, max-age = 1h", "group = narrow, max-age = 1h, rotate.order = close-first" },
        { "max-age", "group = narrow, max-age = 1h", "group = slow, max-age = 1h" },
        { "max-age.ready-after", Closing("ready-after = 1s"), "max-age { age = 1h, ready-after = 1s }" },
        { "max-age.ready-when", Closing("ready-when = a"), "max-age { age = 1h, ready-when = a }" },
        { "max-age.duplicate-key", Closing("""duplicate-key = "/id" """), """max-age { age = 1h, duplicate-key = "/id" }""" },
        { "limits.replay-bytes", "limits { replay = 0, replay-bytes = 1MiB }", "limits { replay = 1, replay-bytes = 1MiB }" },
        { "send.time-to-live", "send.time-to-live = 5s", "send { while-down = queue, time-to-live = 5s }" },
        { "send.time-to-live", "group = plain, send.time-to-live = 5s", "group = slow, send.time-to-live = 5s" },
        { "deliver-as", "deliver-as = decoded", "deliver-as = decoded, decode = gzip" },
        { "deliver-as", "deliver-as = decoded, split = lines", "deliver-as = messages, split = lines" },
        { "deliver-as", "deliver-as = messages", "deliver-as = messages, decode = auto" },
        { "tls.ca-file", """tls { verify = off, ca-file = "a" }""", """tls { verify = on, ca-file = "a" }""" },
    };

    /// <summary>The same for keys beside the endpoints.</summary>
    public static TheoryData<string, string, string> OfProcess => new()
    {
        {
            "telemetry.otlp.protocol", "telemetry.otlp { protocol = http-protobuf }",
            "telemetry.otlp { endpoint = \"http://127.0.0.1:4317\", protocol = http-protobuf }"
        },
        {
            "telemetry.otlp.headers-from", "telemetry.otlp { headers-from = MINE }",
            "telemetry.otlp { endpoint = \"http://127.0.0.1:4317\", headers-from = MINE }"
        },
        {
            "telemetry.otlp.interval", "telemetry.otlp { interval = 10s }",
            "telemetry.otlp { endpoint = \"http://127.0.0.1:4317\", interval = 10s }"
        },
        { "http.access.session", "http.access.session = 1h", WithKey("session = 1h") },
        { "http.access.rate.read", "http.access.rate.read = 1/s", WithKey("rate.read = 1/s") },
        { "http.access.rate.operate", "http.access.rate.operate = 1/s", WithKey("rate.operate = 1/s") },
        { "http.access.rate.admin", "http.access.rate.admin = 1/s", WithKey("rate.admin = 1/s") },
        { "config.debounce", "config { watch = off, debounce = 1s }", "config { watch = on, debounce = 1s }" },
        { "config.poll", "config { watch = off, poll = 1s }", "config { poll = 1s }" },
        {
            "supervisor.per-host.connect-burst",
            "supervisor.per-host.connect-burst = 2",
            "supervisor.per-host { connect-burst = 2, connect-rate = 1/s }"
        },
        {
            "groups.g.connect-burst",
            "groups.g.connect-burst = 2, endpoints.x.group = g",
            "groups.g { connect-burst = 2, connect-rate = 1/s }, endpoints.x.group = g"
        },
        { "groups.g", "groups.g.connect-burst = 2", "groups.g.priority = 2, endpoints.x.group = g" },
        { "templates.t", "templates.t.enabled = off", "templates.t.enabled = off, endpoints.x.templates = [t]" },
        {
            "sinks.s.select",
            "sinks.s { path = a, select = \"venue=b\" }, endpoints.x.labels.venue = c",
            "sinks.s { path = a, select = \"venue=b\" }, endpoints.x.labels.venue = b"
        },
        {
            "health.ready.open-share.\"venue=b\"",
            "health.ready.open-share { \"venue=b\" = 50% }, endpoints.x.labels.venue = c",
            "health.ready.open-share { \"venue=b\" = 50% }, endpoints.x.labels.venue = b"
        },
    };

    private static string WithKey(string access) =>
        $"http.access {{ keys.ops {{ role = read, hash = \"sha256:{new string('0', 64)}\" }}, {access} }}";

    [Theory]
    [MemberData(nameof(OfEndpoint))]
    public void A_key_of_an_endpoint_is_warned_of_where_it_has_no_effect(string key, string idle, string effective)
    {
        Assert.Equal([$"endpoints.x.{key}"], Keys(Endpoint(idle)));
        Assert.Empty(Keys(Endpoint(effective)));
    }

    [Theory]
    [MemberData(nameof(OfProcess))]
    public void A_key_beside_the_endpoints_is_warned_of_where_it_has_no_effect(string key, string idle, string effective)
    {
        const string endpoint = "endpoints.x.url = \"wss://a\"";

        Assert.Equal([key], Keys($"actor-heartbeat {{ {endpoint}, {idle} }}"));
        Assert.Empty(Keys($"actor-heartbeat {{ {endpoint}, {effective} }}"));
    }

    [Theory]
    [InlineData("BTC, ETH", """{ "/key" { prefix = "@{each}." } }""", "is compared with each message for each of 2 keys")]
    [InlineData("BTC, ETH", """{ "/key" = "@{each}", "/at" { exists = on } }""", null)]
    [InlineData("BTC", """{ "/key" { prefix = "@{each}." } }""", null)]
    public void Data_that_is_not_found_by_one_look_up_is_told(string keys, string data, string? why)
    {
        var warnings = Warnings(IdleWarnings.Endpoint(
            $$"""subscriptions.trades { for-each = [{{keys}}], send = "@{each}", data {{data}} }"""));

        Assert.Equal(why is null ? [] : ["endpoints.x.subscriptions.trades.data"], warnings.Select(warning => warning.KeyPath));
        Assert.All(warnings, warning => Assert.StartsWith(why!, warning.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("BTC", "ETH", """{ "/event" = ok }""", true)]
    [InlineData("BTC", "ETH, BTC", """{ "/event" = ok, "/id" = "@{each}" }""", true)]
    [InlineData("BTC", "ETH", """{ "/event" = ok, "/id" = "@{each}" }""", false)]
    [InlineData("BTC", "BTC", """{ "/event" = ok, "/id" = "@{n}" }""", false)]
    public void Subscriptions_that_cannot_tell_their_answers_apart_are_told_with_both_places(
        string ofOne, string ofOther, string expect, bool isTold)
    {
        var warnings = Warnings(IdleWarnings.Endpoint(
            $$"""
            subscriptions {
              trades { for-each = [{{ofOne}}], let { n = "@{counter}" }, send = "t@{each}@{n}", expect {{expect}} }
              books { for-each = [{{ofOther}}], let { n = "@{counter}" }, send = "b@{each}@{n}", expect {{expect}} }
            }
            """));

        Assert.Equal(isTold ? ["endpoints.x.subscriptions.books.expect"] : [], warnings.Select(warning => warning.KeyPath));
        Assert.All(warnings, warning => Assert.Equal(
            "is the same as that of trades (text:10), so an answer to one may count for the other; name the channel in both",
            warning.Message));
    }

    [Fact]
    public void Labels_that_are_one_name_in_Prometheus_are_told_with_both_names_and_once_where_endpoints_share_them()
    {
        var warnings = Warnings(
            """
            actor-heartbeat {
              defaults.labels { eu_1 = a, venue = okx }
              endpoints {
                x { url = "wss://x", labels { "eu.1" = b, eu-1 = c } }
                y { url = "wss://y", labels.eu-1 = d }
                z { url = "wss://z", labels { eu-1 = e, eu_1 = null, Venue = okx } }
              }
            }
            """);

        const string why =
            "is not in the metrics: Prometheus knows it and \"eu-1\" (text:4) by the one name label_eu_1; rename one of them";
        Assert.Equal(
            [("defaults.labels.eu_1", 2, why), ("endpoints.x.labels.\"eu.1\"", 4, why)],
            warnings.Select(warning => (warning.KeyPath, warning.Line, warning.Message)));
    }

    [Theory]
    [InlineData("""{ "/d" = "@{each}" }""", true)]
    [InlineData("""{ "/d" = "@{each}", "/e" = "@{each}" }""", false)]
    public void Subscriptions_whose_data_are_the_same_are_told(string ofOther, bool isTold)
    {
        var warnings = Warnings(IdleWarnings.Endpoint(
            $$"""
            subscriptions {
              trades { for-each = [BTC], send = "t@{each}", data { "/d" = "@{each}" } }
              books { for-each = [BTC], send = "b@{each}", data {{ofOther}} }
            }
            """));

        Assert.Equal(isTold ? ["endpoints.x.subscriptions.books.data"] : [], warnings.Select(warning => warning.KeyPath));
        Assert.All(
            warnings, warning => Assert.Contains("so the data of both count for that one", warning.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "",
        "the state is in the database \"s.json.db\", which takes this file over once; write state.path = \"s.json.db\" in its place")]
    [InlineData(
        ", state.path = \"s.db\"",
        "a new database takes this file over once; remove this key as soon as the file is \"s.json.taken-over\"")]
    public void A_deprecated_key_is_warned_of_with_what_takes_its_place(string beside, string why)
    {
        var warning = Assert.Single(Warnings($"actor-heartbeat {{ supervisor.state-file = \"s.json\"{beside} }}"));

        Assert.Equal(("supervisor.state-file", $"is deprecated: {why}"), (warning.KeyPath, warning.Message));
    }

    [Theory]
    [InlineData("ping")]
    [InlineData("none")]
    public void A_message_of_a_template_is_warned_of_where_every_endpoint_has_another_heartbeat(string mode)
    {
        const string template = "templates.t.heartbeat.send = a";

        Assert.Equal(
            ["templates.t.heartbeat.send"],
            Keys($"actor-heartbeat {{ {template}, endpoints.x {{ url = \"wss://a\", templates = [t], heartbeat.mode = {mode} }} }}"));
        Assert.Empty(Keys($"actor-heartbeat {{ {template}, endpoints.x {{ url = \"wss://a\", templates = [t] }} }}"));
    }

    [Theory]
    [InlineData("verify = on")]
    [InlineData("min-version = \"1.3\"")]
    [InlineData("ca-file = a")]
    [InlineData("client-cert = a")]
    [InlineData("server-name = a")]
    public void Keys_of_tls_are_warned_of_where_no_URL_can_be_wss(string key)
    {
        Assert.Equal([$"endpoints.x.tls.{key.Split(' ')[0]}"], Keys(Plain($"tls.{key}")));
        Assert.Single(Keys(Plain($"""tls.{key}, urls = ["ws://b"]""")));
        Assert.Empty(Keys(Plain($"""tls.{key}, urls = ["wss://b"]""")));
        Assert.Empty(Keys(Plain($"tls.{key}, redirects = 1")));
        Assert.Empty(Keys(Endpoint($"tls.{key}")));

        static string Plain(string keys) => $"actor-heartbeat.endpoints.x {{ url = \"ws://a\", {keys} }}";
    }

    [Fact]
    public void A_client_key_is_warned_of_beside_its_certificate()
    {
        Assert.Equal(
            ["endpoints.x.tls.client-cert", "endpoints.x.tls.client-key"],
            Keys("actor-heartbeat.endpoints.x { url = \"ws://a\", tls { client-cert = a, client-key = b } }"));
    }

    [Fact]
    public void A_key_of_a_template_is_warned_of_once_at_its_place_when_no_endpoint_uses_it()
    {
        var warnings = Warnings(
            """
            actor-heartbeat {
              templates.t {
                failover { after = 5 }
              }
              endpoints { a { templates = [t], url = "wss://a" }, b { templates = [t], url = "wss://b" } }
            }
            """);

        var warning = Assert.Single(warnings);
        Assert.Equal(("text", 3, 16, "templates.t.failover.after"), (warning.File, warning.Line, warning.Column, warning.KeyPath));
        Assert.Equal(("    failover { after = 5 }", 15, 5), (warning.SourceLine, warning.MarkStart, warning.MarkLength));
    }

    [Theory]
    [InlineData("templates.t.failover.after = 5, endpoints { a.templates = [t], b.templates = [t] }")]
    [InlineData("defaults.failover.after = 5")]
    public void A_key_that_one_of_several_endpoints_uses_is_not_warned_of(string keys)
    {
        Assert.Empty(
            Keys($$"""actor-heartbeat { endpoints { a.url = "wss://a", b { url = "wss://b", urls = ["wss://c"] } }, {{keys}} }"""));
    }

    [Fact]
    public void A_key_of_defaults_is_warned_of_only_when_an_endpoint_takes_it()
    {
        const string defaults = "actor-heartbeat.defaults.failover.after = 5";

        Assert.Empty(Keys(defaults));
        Assert.Equal(["defaults.failover.after"], Keys($"{defaults}, actor-heartbeat.endpoints.a.url = \"wss://a\""));
        Assert.Equal(
            ["endpoints.a.failover.after"],
            Keys($"{defaults}, actor-heartbeat.endpoints.a {{ url = \"wss://a\", failover.after = 6 }}"));
    }

    [Fact]
    public void A_template_or_a_group_that_a_substitution_takes_is_of_use()
    {
        Assert.Empty(Keys(
            """
            actor-heartbeat {
              templates.base { enabled = off }
              groups { g0 { max-connections = 3 }, g1 = ${actor-heartbeat.groups.g0} { connect-rate = 1/s } }
              endpoints.x = ${actor-heartbeat.templates.base} { url = "wss://a", group = g1 }
            }
            """));
    }

    [Fact]
    public void A_key_of_a_substitution_is_judged_by_all_that_take_it()
    {
        const string common = "common.failover.back = 1m, actor-heartbeat.endpoints";

        Assert.Empty(Keys($$"""{{common}} { a = ${common} { url = "wss://a" }, b = ${common} { url = "wss://b", urls = ["wss://c"] } }"""));
        Assert.Equal(
            ["endpoints.a.failover.back"],
            Keys($$"""{{common}} { a = ${common} { url = "wss://a" }, b = ${common} { url = "wss://b" } }"""));
    }

    [Theory]
    [InlineData("failover.back = null")]
    [InlineData("backoff { initial = 60s, max = 60s, jitter = none }")]
    [InlineData("enabled = off, rotate.order = close-first, flap { ends = 5, within = 60s, then = quarantine }, proxy = none")]
    [InlineData("outcomes { rules = [ { close-code = 1006, then = next-url } ], otherwise = stop }, drain-close-code = 1000")]
    [InlineData("heartbeat { mode = text, reply { match = ping, send = pong }, interval = 30s, timeout = 5s, max-missed = 3 }")]
    public void Keys_that_only_look_idle_are_not_warned_of(string keys)
    {
        Assert.Empty(Keys(Endpoint(keys)));
    }

    [Fact]
    public void An_address_for_health_is_of_use_without_an_API()
    {
        Assert.Empty(Keys("actor-heartbeat.http { listen = off, health-listen = \"0.0.0.0:8081\" }"));
    }

    [Fact]
    public void Keys_of_akka_that_the_service_sets_are_warned_of()
    {
        Assert.Equal(
            ["akka.coordinated-shutdown.exit-clr", "akka.loggers"],
            Keys("akka { coordinated-shutdown { exit-clr = on, terminate-actor-system = on }, loglevel = INFO, loggers = [] }"));
    }

    [Fact]
    public void A_file_with_errors_has_no_warnings()
    {
        var result = ConfigurationLoader.LoadText(Endpoint("failover.back = 1m, unknown = 1"), "text", _ => null);

        Assert.Null(result.Configuration);
        Assert.Single(result.Errors);
    }

    [Fact]
    public void Warnings_of_an_included_file_name_it()
    {
        var folder = Directory.CreateTempSubdirectory("idle-").FullName;
        try
        {
            var file = Path.Combine(folder, "main.conf");
            File.WriteAllText(file, "include \"more.conf\"\nactor-heartbeat.endpoints.a { url = \"wss://a\", templates = [t] }");
            File.WriteAllText(Path.Combine(folder, "more.conf"), "\nactor-heartbeat.templates.t.failover.back = 1m");

            var warning = Assert.Single(ConfigurationLoader.Load(file, _ => null).OrThrow().Warnings);

            Assert.Equal(("more.conf", 2), (Path.GetFileName(warning.File), warning.Line));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Secrets_in_the_line_of_a_warning_are_masked()
    {
        var warning = Assert.Single(Warnings(
            """
            actor-heartbeat.endpoints.x { url = "wss://a?key=hunter2", headers.X-Own = "hunter2x", failover.back = 1m }
            """));

        Assert.DoesNotContain("hunter2", warning.ToString(), StringComparison.Ordinal);
        Assert.Contains("failover.back = 1m", warning.SourceLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_row_has_a_test()
    {
        var tested = OfEndpoint.Select(row => (string)row[0])
            .Concat(OfProcess.Select(row => ((string)row[0]).Replace("groups.g.", "", StringComparison.Ordinal)))
            .Select(key => key.StartsWith("max-age", StringComparison.Ordinal) ? "max-age" : key.Split('[')[0])
            .Append("heartbeat.send") // of a template alone, which has a test of its own
            .ToHashSet(StringComparer.Ordinal);

        var rows = IdleKeys.OfEndpoint.Select(row => row.Key).Where(key => !key.StartsWith("tls.", StringComparison.Ordinal))
            .Concat(IdleKeys.OfGroup.Select(row => row.Key))
            .Concat(IdleKeys.OfProcess.Select(row => row.Key));

        Assert.Empty(rows.Except(tested));
    }

    [Fact]
    public void Rows_name_keys_that_exist()
    {
        Assert.Empty(IdleKeys.OfEndpoint.Select(row => row.Key).Except(EndpointSchema.Shape.Keys.Select(key => key.Path)));
        Assert.Empty(IdleKeys.OfGroup.Select(row => row.Key).Except(GroupSchema.Shape.Keys.Select(key => key.Path)));
        Assert.Empty(IdleKeys.OfProcess.Select(row => row.Key).Except(ProcessSchema.Shape.Keys.Select(key => key.Path)));
    }

    [Theory]
    [InlineData("config/demo.conf")]
    [InlineData("config/service.conf")]
    public void The_files_that_come_with_the_product_have_no_idle_key(string path)
    {
        Assert.Empty(ConfigurationLoader.Load(RepositoryFiles.Path(path), _ => null).OrThrow().Warnings);
    }

    private static string Closing(string part) => $"rotate.order = close-first, max-age {{ age = 1h, {part} }}";
}
