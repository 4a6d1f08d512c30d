using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Policies;

public sealed class InboundRulesTests
{
    private static readonly EndpointSettings Endpoint = new()
    {
        Id = new EndpointId("feed"),
        Url = new Uri("ws://feed.test/"),
        OnMessage =
        [
            new MessageRule { Match = new MessagePattern.Text("a"), Is = MessageRole.Data },
            new MessageRule { Match = new MessagePattern.TextWhere("""{"prefix":"a"}"""), Is = MessageRole.Beat },
        ],
        Heartbeat = new HeartbeatSettings
        {
            Reply = new HeartbeatReply(new MessagePattern.TextWhere("""{"suffix":"?"}"""), OutboundMessage.Text("yes")),
        },
    };

    [Theory]
    [InlineData("@{name}", false)]
    [InlineData("@{sequence}", true)]
    public void Placeholders_are_filled_again_only_when_what_they_ask_for_has_changed(string text, bool usesSequence)
    {
        var fillings = 0;
        var rules = InboundRules.Of(Endpoint with { OnMessage = [new MessageRule { Match = new MessagePattern.Text(text) }] });

        for (var message = 0; message < 3; message++)
            rules.Fill(version: 1, Scope);
        rules.Fill(version: 2, Scope);

        Assert.Equal((2, usesSequence), (fillings, rules.UseSequence));

        ActorHeartbeat.Templates.TemplateScope Scope()
        {
            fillings++;
            return new();
        }
    }

    [Fact]
    public void The_first_rule_that_matches_decides_and_the_short_form_stands_behind_them()
    {
        var rules = InboundRules.Of(Endpoint);

        Assert.Equal((MessageRole.Data, 1), Find(rules, "a"));
        Assert.Equal((MessageRole.Beat, 2), Find(rules, "ab"));
        Assert.Equal((MessageRole.Beat, 2), Find(rules, "are you there?"));
        Assert.Equal((MessageRole.Beat, 3), Find(rules, "there?"));
        Assert.Null(rules.Find("b"u8, out _, out _));
    }

    [Theory]
    [InlineData(RuleAction.Retry, null, OutcomeAction.Retry, 0)]
    [InlineData(RuleAction.Rotate, null, OutcomeAction.Retry, 0)]
    [InlineData(RuleAction.NextUrl, null, OutcomeAction.NextUrl, 0)]
    [InlineData(RuleAction.Stop, null, OutcomeAction.Stop, 0)]
    [InlineData(RuleAction.Quarantine, "7s", OutcomeAction.Quarantine, 300)]
    [InlineData(RuleAction.RetryAfter, "7s", OutcomeAction.RetryAfter, 7)]
    [InlineData(RuleAction.RetryAfter, "10ms", OutcomeAction.RetryAfter, 1)]
    [InlineData(RuleAction.RetryAfter, "99d", OutcomeAction.RetryAfter, 30 * 86_400)]
    [InlineData(RuleAction.RetryAfter, "soon", OutcomeAction.RetryAfter, 0)]
    [InlineData(RuleAction.RetryAfter, null, OutcomeAction.RetryAfter, 0)]
    public void A_rule_decides_what_follows_from_an_end(RuleAction then, string? after, OutcomeAction action, int seconds)
    {
        var rule = new MessageRule { Match = new MessagePattern.Text("a"), Then = then, Scope = GovernorScope.Host };

        var outcome = RuleOutcome.Decide(rule, after);

        Assert.Equal(new Outcome(action, TimeSpan.FromSeconds(seconds), GovernorScope.Host), outcome);
        var cause = CloseCause.PeerAsked(1, then, outcome);
        Assert.Equal(outcome, OutcomeTable.Decide(OutcomeSettings.Default, cause, 1, DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void The_delay_of_a_rule_holds_where_the_message_tells_none()
    {
        var rule = new MessageRule
        {
            Match = new MessagePattern.Text("a"),
            Then = RuleAction.RetryAfter,
            Retry = TimeSpan.FromMinutes(2),
        };

        Assert.Equal(TimeSpan.FromMinutes(2), RuleOutcome.Decide(rule, null).AtLeast);
        Assert.Equal(TimeSpan.FromSeconds(3), RuleOutcome.Decide(rule, "3s").AtLeast);
        Assert.Equal(TimeSpan.FromMinutes(2), RuleOutcome.Decide(rule with { Then = RuleAction.Quarantine }, "3s").AtLeast);
    }

    [Theory]
    [InlineData("1.5s", 1500)]
    [InlineData(" 20ms ", 20)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("60", null)]
    [InlineData("", null)]
    [InlineData("s", null)]
    [InlineData("-1s", null)]
    [InlineData("1e1s", 10_000)]
    [InlineData("1e-3s", 1)]
    [InlineData(".5s", null)]
    [InlineData("+1s", null)]
    [InlineData("Infinitys", null)]
    [InlineData("1 s", null)]
    public void A_time_is_a_number_and_a_unit(string text, int? milliseconds) =>
        Assert.Equal(milliseconds, (int?)RuleOutcome.Time(text)?.TotalMilliseconds);

    [Theory]
    [InlineData("31d")]
    [InlineData("1e400s")]
    [InlineData("99999999999999999999999999999999ms")]
    public void A_time_is_30_days_at_most(string text) => Assert.Equal(OutcomeTable.MostRetryAfter, RuleOutcome.Time(text));

    private static (MessageRole, int) Find(InboundRules rules, string text)
    {
        var rule = rules.Find(System.Text.Encoding.UTF8.GetBytes(text), out var number, out _);
        return (rule!.Is, number);
    }
}
