using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using static ActorHeartbeat.Configuration.Tests.IdleWarnings;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>Rules of an outcome table, and keys of rules, that can never have an effect get a warning, and no others.</summary>
public sealed class IdleRulesTests
{
    /// <summary>The key, an endpoint in which it has no effect, and one in which it has.</summary>
    public static TheoryData<string, string, string> OfRule => new()
    {
        {
            "outcomes.rules[0].failure",
            $"redirects = 0, url = \"ws://a\", outcomes.rules = [{Tls}]",
            $"url = \"ws://a\", urls = [\"wss://b\"], outcomes.rules = [{Tls}]"
        },
        {
            "outcomes.rules[0].failure",
            $"proxy = none, outcomes.rules = [{Fails("proxy")}]",
            $"proxy = env, outcomes.rules = [{Fails("proxy")}]"
        },
        {
            "outcomes.rules[0].failure",
            $"proxy = none, outcomes.rules = [{Fails("proxy")}]",
            $"proxy = none, outcomes.rules = [{Fails("[proxy, tcp]")}]"
        },
        {
            "outcomes.rules[0].failure",
            $"proxy = none, url = \"wss://127.0.0.1/\", urls = [\"wss://[::1]\"], outcomes.rules = [{Fails("[dns, proxy]")}]",
            $"proxy = none, url = \"wss://127.0.0.1/\", urls = [\"wss://a\"], outcomes.rules = [{Fails("[dns, proxy]")}]"
        },
        {
            "outcomes.rules[0].failure",
            $"heartbeat.mode = none, outcomes.rules = [{Fails("heartbeat")}]",
            $"heartbeat.mode = none, timeouts.data-idle = 1m, outcomes.rules = [{Fails("heartbeat")}]"
        },
        {
            "outcomes.rules[0].after",
            $"rotate.order = close-first, backoff.max-attempts = 3, outcomes.rules = [{After(4)}]",
            $"rotate.order = close-first, backoff.max-attempts = 3, outcomes.rules = [{After(3)}]"
        },
        {
            "outcomes.rules[0].after",
            $"rotate.order = close-first, backoff.max-attempts = 3, outcomes.rules = [{After(4)}]",
            $"backoff.max-attempts = 3, outcomes.rules = [{After(4)}]" // the failures of rotations
        },
        { "outcomes.rules[0].scope", $"outcomes.rules = [{Pause("group")}]", $"group = slow, outcomes.rules = [{Pause("group")}]" },
        { "outcomes.rules[0].scope", $"outcomes.rules = [{Pause("group")}]", $"outcomes.rules = [{Pause("host")}]" },
    };

    /// <summary>The rules of an outcome table, and the one that nothing reaches.</summary>
    public static TheoryData<string, int> Unreached => new()
    {
        { "{ close-code = [1000, 1006] }, { close-code = 1006 }", 1 },
        { "{ close-code = \"4000-4099\" }, { close-code = [\"4010-4020\", 4099] }", 1 },
        { "{ close-code = \"4000-4049\" }, { close-code = \"4050-4099\" }, { close-code = \"4000-4099\" }", 2 },
        { "{ http-status = \"400-499\" }, { http-status = 429 }", 1 },
        { "inherited, { http-status = 429 }", 1 },
        { "{ http-status = 400 }, inherited, { http-status = 401 }, { http-status = 402 }", 2 },
        { "{ failure = [dns, tcp] }, { failure = dns }", 1 },
        { "{ failure = tcp }, { failure = tcp, close-code = 1006 }", 1 },
        { "{ close-code = 1006 }, { failure = tcp, close-code = 1006 }", 1 },
        { "{ failure = http }, { http-status = 503 }", 1 },
        { "{ close-code = 1006 }, { failure = [heartbeat, hello] }", 1 },
        { "{ http-status = 503, close-code = 1006 }", 0 },
        { "{ http-status = 503, failure = tcp }", 0 },
        { "{ close-code = 1006, failure = dns }", 0 },
        { "{ close-code = 4000, failure = heartbeat }", 0 },
        { "{ http-status = 101 }", 0 },
        { "{ http-status = [\"100-199\"] }, { http-status = \"100-200\" }", 0 },
    };

    public static TheoryData<string> Reached => new(
        "{ close-code = [1000, 1006] }, { close-code = [1006, 1007] }",
        "{ close-code = \"4000-4098\" }, { close-code = \"4000-4099\" }",
        "{ close-code = \"4001-4099\" }, { close-code = \"4000-4099\" }",
        "{ close-code = \"4000-4049\" }, { close-code = \"4051-4099\" }, { close-code = \"4000-4099\" }",
        "{ failure = tcp, close-code = 1006 }, { failure = tcp }",
        "{ failure = tcp, close-code = 1006 }, { close-code = 1006 }",
        "{ close-code = \"1000-4999\" }, { failure = tcp }",
        "{ http-status = \"100-599\" }, { failure = http }",
        "{ http-status = 503 }, { close-code = 1006 }, { failure = dns }",
        "{ failure = http, http-status = 503 }, { failure = http }");

    [Theory]
    [MemberData(nameof(OfRule))]
    public void A_key_of_a_rule_is_warned_of_where_it_has_no_effect(string key, string idle, string effective)
    {
        Assert.Equal([$"endpoints.x.{key}"], Keys(Endpoint(idle)));
        Assert.Empty(Keys(Endpoint(effective)));
    }

    [Theory]
    [MemberData(nameof(Unreached))]
    public void A_rule_that_nothing_reaches_is_warned_of(string rules, int unreached)
    {
        Assert.Equal([$"endpoints.x.outcomes.rules[{unreached}]"], Keys(Endpoint($"outcomes.rules = [{Complete(rules)}]")));
    }

    [Theory]
    [MemberData(nameof(Reached))]
    public void A_rule_that_something_reaches_is_not(string rules)
    {
        Assert.Empty(Keys(Endpoint($"outcomes.rules = [{Complete(rules)}]")));
    }

    [Fact]
    public void A_rule_that_nothing_reaches_names_the_rules_before_it()
    {
        var warnings = Warnings(
            """
            actor-heartbeat.endpoints.x {
              url = "wss://a"
              outcomes.rules = [
                { close-code = "4000-4049", then = stop }
                { close-code = "4050-4099", then = quarantine }
                { close-code = [4050, 4051], then = retry }
                { close-code = "4000-4099", then = retry }
              ]
            }
            """);

        Assert.Equal(
            [
                "text:6:5: endpoints.x.outcomes.rules[2]: has no effect: rule [1] comes first and matches everything that it matches; "
                    + "put it before that one, or remove it",
                "text:7:5: endpoints.x.outcomes.rules[3]: has no effect: rules [0], [1] come first and match everything that it matches; "
                    + "put it before them, or remove it",
            ],
            warnings.Select(warning => warning.Summary));
        Assert.EndsWith("\n    { close-code = \"4000-4099\", then = retry }\n    ^", warnings[1].ToString(), StringComparison.Ordinal);
    }

    /// <summary>What <see cref="OutcomeReach"/> knows of causes must hold for those that the library makes.</summary>
    [Fact]
    public void Verdicts_of_this_side_have_the_close_code_1006_and_no_status()
    {
        CloseCause[] verdicts =
        [
            CloseCause.HeartbeatTimeout(2), CloseCause.MaxSilence(TimeSpan.FromSeconds(1)), CloseCause.DataIdle(TimeSpan.FromSeconds(1)),
            CloseCause.OpeningTimeout(0, TimeSpan.FromSeconds(1)), CloseCause.Unproven(TimeSpan.FromSeconds(1), hasReadyWhen: true),
        ];

        Assert.All(verdicts, cause => Assert.Equal((1006, null), (cause.CloseCode, cause.HttpStatus)));
        Assert.All(verdicts, cause => Assert.Contains(cause.Layer, (FailureLayer?[])[FailureLayer.Heartbeat, FailureLayer.Hello]));
        Assert.Null(CloseCause.OfDial(new DialFailure(FailureLayer.Http, "") { HttpStatus = 503 }).CloseCode);
        Assert.Null(CloseCause.ConnectTimeout(TimeSpan.FromSeconds(1)).CloseCode);
        Assert.Null(CloseCause.OfEnd(new ConnectionEnd(1006, "", false) { Failure = new DialFailure(FailureLayer.Tcp, "") }).HttpStatus);
    }

    [Fact]
    public void A_rule_of_a_template_is_warned_of_once()
    {
        Assert.Equal(
            ["templates.t.outcomes.rules[1]"],
            Keys(
                $$"""
                actor-heartbeat {
                  templates.t.outcomes.rules = [{{Complete("{ failure = dns }, { failure = dns }")}}]
                  endpoints { a { templates = [t], url = "wss://a" }, b { templates = [t], url = "wss://b" } }
                }
                """));
    }

    [Fact]
    public void Every_row_has_a_test()
    {
        var tested = OfRule.Select(row => ((string)row[0]).Split('.')[^1]).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(IdleRules.All.Select(row => row.Key).Order(StringComparer.Ordinal), tested);
    }

    private const string Tls = "{ failure = [tls], then = stop }, { failure = [tls, dns], then = stop }";

    private static string After(int failures) => $"{{ failure = tcp, then = quarantine, after = {failures} }}";

    private static string Fails(string layers) => $"{{ failure = {layers}, then = stop }}";

    private static string Pause(string scope) => $"{{ http-status = 429, then = retry-after, scope = {scope} }}";

    private static string Complete(string rules) => rules.Replace(" }", ", then = stop }", StringComparison.Ordinal);
}
