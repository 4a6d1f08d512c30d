using System.Text.Json;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Tests;

public sealed class ConfigurationVerbsTests
{
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal)
    {
        ["good.conf"] = """
            actor-heartbeat {
              defaults { headers.X-Trace = on, labels.env = test }
              templates.mexc.heartbeat { mode = json, send { method = ping, apiKey = hunter2 }, expect { "/channel" = pong } }
              endpoints.x {
                templates = [mexc]
                url = "wss://feed.example.com/ws?token=hunter2", proxy = "http://desk:hunter2@proxy:3128"
                headers.Authorization = "Bearer hunter2"
                headers.X-Key { prefix = "Key ", env = FEED_KEY }
                max-age = 23h
                on-open = [ { send = "login token=hunter2", expect { "/auth/token" = hunter2, "/ok" = true } } ]
              }
            }
            """,
        ["wrong.conf"] = "actor-heartbeat.log.level = loud",
        ["other.conf"] = "actor-heartbeat.endpoints.y.url = \"wss://feed.example.com\"",
    };

    [Fact]
    public void Check_says_that_a_file_is_good_and_what_is_in_it()
    {
        var text = Verbs(VerbFormat.Text).Check("good.conf");
        var json = Parsed(Verbs(VerbFormat.Json).Check("good.conf"));

        Assert.Equal(new VerbResult(0, "good.conf: good: 1 endpoints, 0 groups, 1 files\n"), text);
        Assert.True(json.GetProperty("good").GetBoolean());
        Assert.Equal(1, json.GetProperty("endpoints").GetInt32());
        Assert.Equal(64, json.GetProperty("hash").GetString()!.Length);
        Assert.Equal((0, 0), (json.GetProperty("warnings").GetArrayLength(), json.GetProperty("warningCount").GetInt32()));
    }

    [Fact]
    public void Check_of_a_file_with_a_key_without_effect_is_good_and_warns()
    {
        _files["good.conf"] = """
            actor-heartbeat.endpoints.x {
              url = "wss://feed.example.com", failover.back = 1m, headers.Authorization = "Bearer hunter2"
            }
            """;

        var text = Verbs(VerbFormat.Text).Check("good.conf");
        var json = Parsed(Verbs(VerbFormat.Json).Check("good.conf"));

        Assert.Equal(
            new VerbResult(0, """
                good.conf: good: 1 endpoints, 0 groups, 1 files
                warning: good.conf:2:35: endpoints.x.failover.back: has no effect: urls is empty; name another URL there, or remove this key
                    url = ***, failover.back = 1m, headers.Authorization = ***
                               ^^^^

                """),
            text);
        var warning = Assert.Single(json.GetProperty("warnings").EnumerateArray());
        Assert.Equal(
            (true, 1, "good.conf", 2, 35, "endpoints.x.failover.back"),
            (
                json.GetProperty("good").GetBoolean(),
                json.GetProperty("warningCount").GetInt32(),
                warning.GetProperty("file").GetString(),
                warning.GetProperty("line").GetInt32(),
                warning.GetProperty("column").GetInt32(),
                warning.GetProperty("key").GetString()));
        Assert.StartsWith("has no effect: urls is empty", warning.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_prints_the_first_fifty_warnings_and_counts_the_others()
    {
        var endpoints = Enumerable.Range(1, 120).Select(number => $"e{number} {{ url = \"wss://a\", failover.back = 1m }}");
        _files["good.conf"] = $"actor-heartbeat.endpoints {{\n{string.Join('\n', endpoints)}\n}}";

        var text = Verbs(VerbFormat.Text).Check("good.conf").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var json = Parsed(Verbs(VerbFormat.Json).Check("good.conf"));

        Assert.Equal(50, text.Count(line => line.StartsWith("warning: good.conf:", StringComparison.Ordinal)));
        Assert.Equal("and 70 more warnings", text[^1]);
        Assert.Equal((50, 120), (json.GetProperty("warnings").GetArrayLength(), json.GetProperty("warningCount").GetInt32()));
    }

    [Fact]
    public void Check_names_an_optional_file_that_is_not_there()
    {
        _files["good.conf"] = "include \"no/such.conf\"";

        Assert.Equal(
            "good.conf: good: 0 endpoints, 0 groups, 1 files; not there: no/such.conf\n", Verbs(VerbFormat.Text).Check("good.conf").Output);
        Assert.Equal("no/such.conf", Parsed(Verbs(VerbFormat.Json).Check("good.conf")).GetProperty("missing")[0].GetString());
    }

    [Fact]
    public void Check_of_a_wrong_file_prints_every_error_and_exits_with_1()
    {
        var text = Verbs(VerbFormat.Text).Check("wrong.conf");
        var json = Parsed(Verbs(VerbFormat.Json).Check("wrong.conf"));

        Assert.Equal(1, text.ExitCode);
        Assert.True(text.IsError);
        Assert.StartsWith(
            "wrong.conf:1:29: log.level: found \"loud\"; expected one of trace, debug, info, warning, error\n",
            text.Output,
            StringComparison.Ordinal);
        Assert.False(json.GetProperty("good").GetBoolean());
        var error = Assert.Single(json.GetProperty("errors").EnumerateArray());
        Assert.Equal(
            ("wrong.conf", 1, 29, "log.level"),
            (
                error.GetProperty("file").GetString(),
                error.GetProperty("line").GetInt32(),
                error.GetProperty("column").GetInt32(),
                error.GetProperty("key").GetString()));
    }

    [Fact]
    public void Show_gives_every_key_with_its_value_its_place_and_its_layer_and_no_secret()
    {
        var shown = Verbs(VerbFormat.Text).Show("good.conf", "x").Output;

        Assert.DoesNotContain("hunter2", shown, StringComparison.Ordinal);
        Assert.Contains("url = \"wss://feed.example.com/***?***\"", shown, StringComparison.Ordinal);
        Assert.Contains(
            """on-open = [{"send":"*** (19 B)","expect":{"/auth/token":"***","/ok":"***"}}]""",
            shown,
            StringComparison.Ordinal);
        Assert.Contains("proxy = \"http://***@proxy:3128\"", shown, StringComparison.Ordinal);
        Assert.Matches("""(?m)^max-age = \{"age":"23h"\} +# endpoint, good.conf:9$""", shown);
        Assert.Matches("""(?m)^heartbeat.send = \{"method":"\*\*\*","apiKey":"\*\*\*"\} +# template mexc, good.conf:3$""", shown);
        Assert.Matches("""(?m)^headers.X-Trace = "\*\*\*" +# defaults, good.conf:2$""", shown);
        Assert.Matches("""(?m)^headers.Authorization = "\*\*\*" +# endpoint, good.conf:7$""", shown);
        Assert.Matches("""(?m)^headers.X-Key = \{"env":"FEED_KEY","prefix":"Key "\} +# endpoint, good.conf:8$""", shown);
        Assert.Matches("""(?m)^labels.env = "test" +# defaults, good.conf:2$""", shown);
        Assert.Matches("""(?m)^timeouts.connect = "10s" +# reference, reference.conf:\d+$""", shown);
    }

    [Fact]
    public void Show_as_JSON_has_the_same_for_machines()
    {
        var endpoint = Parsed(Verbs(VerbFormat.Json).Show("good.conf", null))[0];

        var age = endpoint.GetProperty("settings").GetProperty("max-age");
        Assert.Equal("x", endpoint.GetProperty("id").GetString());
        Assert.Equal(
            ("23h", "good.conf", 9, "endpoint"),
            (
                age.GetProperty("value").GetProperty("age").GetString(),
                age.GetProperty("file").GetString(),
                age.GetProperty("line").GetInt32(),
                age.GetProperty("layer").GetString()));
    }

    [Fact]
    public void The_output_of_show_is_a_configuration_with_the_same_settings()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["plain.conf"] = """
                actor-heartbeat.endpoints.x {
                  url = "wss://feed.example.com/ws?a=b", urls = ["ws://b"], labels.a = b, show-messages = on
                  heartbeat { mode = text, send = ping, expect = pong, reply { match { "/a" = 1 }, send { b = [2] } }
                              max-silence = 90s, timeout = auto }
                  flap { ends = 5, within = 60s }, max-age { age = 1d, jitter = 0.5 }
                  timeouts.data-idle { after = 1h, quiet-hours = ["22:00-06:00"] }
                  backoff { jitter = 0.3, max-attempts = 3, multiplier = 2 }, limits.message = 1000
                  outcomes.rules = [ { close-code = ["4000-4099", 1008], failure = [dns, tcp], then = quarantine, retry = 90s } ]
                  on-open = [ { send { a = 1 }, expect { "/b" = "c" }, timeout = 250ms }, { send = hello } ], on-close = [ stop ]
                  proxy = "http://proxy:3128", tls { min-version = "1.3", ca-file = "ca.pem" }, tcp.keep-alive = off, subprotocols = [mqtt]
                  headers.Authorization { file = "/run/secrets/feed", prefix = "Bearer " }
                }
                """,
        };
        var original = ConfigurationLoader.LoadText(files["plain.conf"], "plain.conf", _ => null).OrThrow().Endpoints[0];

        var shown = Verbs(VerbFormat.Text, files).Show("plain.conf", "x").Output;

        var body = string.Join('\n', shown.Split('\n').Skip(1));
        var again = ConfigurationLoader
            .LoadText($"actor-heartbeat.endpoints.x {{\n{body}\n}}", "shown.conf", _ => null)
            .OrThrow()
            .Endpoints[0];
        Assert.Equal(EndpointChange.None, EndpointChange.Between(original, again));
    }

    [Fact]
    public void Show_of_an_unknown_endpoint_says_which_was_meant()
    {
        _files["good.conf"] = "actor-heartbeat.endpoints.btc-trades.url = \"wss://a\"";

        var result = Verbs(VerbFormat.Text).Show("good.conf", "btc-trade");

        Assert.Equal(
            new VerbResult(1, "good.conf: endpoints.btc-trade: no such endpoint; did you mean \"btc-trades\"?\n", IsError: true), result);
    }

    [Fact]
    public void Diff_exits_with_2_when_there_is_one_and_with_0_when_there_is_none()
    {
        var verbs = Verbs(VerbFormat.Text);

        Assert.Equal(
            new VerbResult(2, "+ y\n- x\n1 added, 1 removed, 0 reconnected, 0 from the next attempt, 0 changed live, 0 unchanged\n"),
            verbs.Diff("good.conf", "other.conf"));
        Assert.Equal(0, verbs.Diff("good.conf", "good.conf").ExitCode);
        Assert.Equal(1, verbs.Diff("good.conf", "wrong.conf").ExitCode);
    }

    [Fact]
    public void Diff_against_the_page_of_a_running_service_says_the_same_as_diff_of_the_files()
    {
        var old = Load("""
            actor-heartbeat { groups { g { priority = 1 }, gone {} }
              endpoints { a { url = "wss://a", group = g }, b.url = "wss://b", c.url = "wss://c", e.url = "wss://e" } }
            """);
        var next = Load("""
            actor-heartbeat { http.listen = off, groups { g { priority = 2 }, new {} }
              endpoints { a { url = "wss://a2", group = g }
                          b { url = "wss://b", labels.x = y, timeouts.connect = 10s }, d.url = "wss://d", e.url = "wss://e" } }
            akka.loglevel = DEBUG
            """);
        var page = ConfigurationPage.Print(new ConfigurationState(old, 3, null));

        var diff = ConfigurationPage.DiffAgainst(JsonDocument.Parse(page).RootElement, next);

        Assert.Equal(DiffReport.Print(ConfigurationDiff.Between(old, next)), DiffReport.Print(diff));
    }

    [Fact]
    public void The_page_has_no_secret()
    {
        var page = ConfigurationPage.Print(new ConfigurationState(Load(_files["good.conf"]), 1, null));

        Assert.DoesNotContain("hunter2", page, StringComparison.Ordinal);
        Assert.Contains("\"generation\":1", page, StringComparison.Ordinal);
    }

    private static ServiceConfiguration Load(string text) => ConfigurationLoader.LoadText(text, "text", _ => null).OrThrow();

    private ConfigurationVerbs Verbs(VerbFormat format) => Verbs(format, _files);

    private static ConfigurationVerbs Verbs(VerbFormat format, Dictionary<string, string> files) =>
        new(path => ConfigurationLoader.LoadText(files[path], path, _ => null), format);

    private static JsonElement Parsed(VerbResult result) => JsonDocument.Parse(result.Output).RootElement;
}
