using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Tests;

public sealed class MessageRuleTests
{
    [Fact]
    public void Every_key_of_a_rule_is_read()
    {
        var rules = RulesOf(
            """
            on-message = [
              { match { "/ping" { exists = on } }, is = beat, deliver = on, reply { pong = "@{/ping}" } }
              { match = full, is = data }
              { match = slow, then = retry-after, after = "@{/wait ?? 60}s", retry = 2m, scope = group }
              { match = "bye", then = quarantine, retry = 15m, reply { bytes = "00@{u16(7)}" } }
            ]
            """);

        Assert.Equal(
            [
                new MessageRule
                {
                    Match = new MessagePattern.Json([new JsonExpectation("/ping", """{"exists":"on"}""")]),
                    Is = MessageRole.Beat,
                    Deliver = true,
                    Reply = MessageTemplate.Json("""{"pong":"@{/ping}"}"""),
                },
                new MessageRule { Match = new MessagePattern.Text("full"), Is = MessageRole.Data },
                new MessageRule
                {
                    Match = new MessagePattern.Text("slow"),
                    Then = RuleAction.RetryAfter,
                    After = "@{/wait ?? 60}s",
                    Retry = TimeSpan.FromMinutes(2),
                    Scope = GovernorScope.Group,
                },
                new MessageRule
                {
                    Match = new MessagePattern.Text("bye"),
                    Then = RuleAction.Quarantine,
                    Retry = TimeSpan.FromMinutes(15),
                    Reply = MessageTemplate.Bytes("00@{u16(7)}"),
                },
            ],
            rules);
    }

    [Theory]
    [InlineData("on-message = [ { match = own } ]", "own")]
    [InlineData("on-message = [ { match = own }, inherited ]", "own a b low")]
    [InlineData("on-message = [ inherited, { match = own } ]", "a b low own")]
    [InlineData("on-message = [ { match = a }, inherited ]", "a a b low")] // in place of the rule below
    [InlineData("on-message = []", "")]
    [InlineData("labels.x = y", "a b low")]
    public void Inherited_stands_for_the_rules_of_the_layer_below(string endpoint, string matches)
    {
        var loaded = ConfigurationLoader.LoadText(
            $$"""
            actor-heartbeat {
              defaults.on-message = [ { match = low } ]
              templates.t.on-message = [ { match = a }, { match = b }, inherited ]
              endpoints.x { url = "wss://feed.example.com", templates = [t], {{endpoint}} }
            }
            """,
            "rules",
            _ => null).OrThrow();

        var rules = Assert.Single(loaded.Endpoints).OnMessage;
        Assert.Equal(matches, string.Join(' ', rules.Select(rule => ((MessagePattern.Text)rule.Match).Value)));
    }

    [Fact]
    public void What_is_shown_reads_back_as_the_same()
    {
        const string Rules =
            """
            show-messages = on
            on-message = [ { match { "/a" = 1 }, is = beat, reply { bytes = "c0@{hex('00')}" }, then = rotate }, { match = x } ]
            """;

        var shown = Shown(Rules).Single(setting => setting.Key == "on-message").Json;

        Assert.Equal(RulesOf(Rules), RulesOf($"show-messages = on, on-message = {shown}"));
    }

    [Fact]
    public void Values_are_shown_as_shapes_and_placeholders_as_written()
    {
        const string Rules =
            """
            on-message = [ { match { "/a" = Kanarienvogel }, reply { k = "Kanarienvogel @{/id}", s = "@{hex(env.S)}" } }
                           { match = Kanarienvogel, then = retry-after, after = "9Kanarienvogel@{/a}s" } ]
            """;

        var shown = Shown(Rules).Single(setting => setting.Key == "on-message").Json;

        Assert.DoesNotContain("Kanarienvogel", shown, StringComparison.Ordinal);
        Assert.Contains("@{hex(env.S)}", shown, StringComparison.Ordinal);
        Assert.Contains("***@{/id}", shown, StringComparison.Ordinal);
    }

    private static ValueList<EffectiveSetting> Shown(string endpoint) =>
        Load(endpoint).Show(new EndpointId("x"))!.Settings;

    private static ValueList<MessageRule> RulesOf(string endpoint) => Assert.Single(Load(endpoint).Endpoints).OnMessage;

    private static ServiceConfiguration Load(string endpoint) => ConfigurationLoader
        .LoadText(
            $$"""
            actor-heartbeat { groups.g {}, endpoints.x { url = "wss://feed.example.com", group = g, {{endpoint}} } }
            """,
            "rules",
            _ => null)
        .OrThrow();
}
