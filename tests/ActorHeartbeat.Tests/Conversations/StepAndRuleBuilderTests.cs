using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Conversations;

public sealed class StepAndRuleBuilderTests
{
    private static readonly EndpointSettings Plain = new() { Id = new EndpointId("x"), Url = new Uri("wss://feed.example.com") };
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(7);
    private static readonly MessagePattern Yes = new MessagePattern.Text("yes"), No = new MessagePattern.Text("no");
    private static readonly DialogueStep Asking = new(MessageTemplate.Text("ask"), Yes, TimeSpan.FromSeconds(5));

    /// <summary>What is said about a step that asks and expects.</summary>
    private static readonly Dictionary<string, (Action<StepBuilder> Say, DialogueStep ByHand)> Steps = new()
    {
        ["When"] = (it => it.When("session.id"), Asking with { When = "session.id" }),
        ["Unless"] = (it => it.Unless("sequence"), Asking with { Unless = "sequence" }),
        ["Wait"] = (it => it.Wait(Time), Asking with { Wait = Time }),
        ["Let"] = (it => it.Let("a", "@{now.s}"), Asking with { Let = new([new("a", ValueTemplate.Text("@{now.s}"))]) }),
        ["LetJson"] = (it => it.LetJson("a", "{ \"b\": 1.50 }"), Asking with { Let = new([new("a", ValueTemplate.Json("{\"b\":1.50}"))]) }),
        ["Send"] = (it => it.Send("@{counter}"), Asking with { Send = MessageTemplate.Text("@{counter}") }),
        ["SendJson"] = (it => it.SendJson("{ \"a\": 1 }"), Asking with { Send = MessageTemplate.Json("{\"a\":1}") }),
        ["SendBytes"] = (it => it.SendBytes("10@{u16(7)}"), Asking with { Send = MessageTemplate.Bytes("10@{u16(7)}") }),
        ["Expect"] = (it => it.Expect("pong"), Asking with { Expect = new MessagePattern.Text("pong") }),
        ["Timeout"] = (it => it.Timeout(Time), Asking with { Timeout = Time }),
        ["Reject"] = (it => it.Reject(No), Asking with { Reject = No }),
        ["Reject with all"] = (
            it => it.Reject(No, reason: "/msg", then: OutcomeAction.Quarantine, retry: Time),
            Asking with { Reject = No, Reason = "/msg", Then = OutcomeAction.Quarantine, Retry = Time }),
        ["Reason"] = (it => it.Reject(No).Reason("code @{/code}"), Asking with { Reject = No, Reason = "code @{/code}" }),
        ["Forget"] = (it => it.Forget("session").Forget("a", "sequence"), Asking with { Forget = ["session", "a", "sequence"] }),
        ["Capture"] = (
            it => it.Capture("session.a", "/b").Capture("c", "/d", "/e").Capture("f", "g-@{/h}"),
            Asking with
            {
                Capture = new([
                    new("session.a", ValueTemplate.Text("@{/b}")),
                    new("c", ValueTemplate.Text("@{/d ?? /e}")),
                    new("f", ValueTemplate.Text("g-@{/h}")),
                ]),
            }),
        ["Set"] = (
            it => it.Set("heartbeat.interval", "@{/i}ms"),
            Asking with { Set = new([new("heartbeat.interval", ValueTemplate.Text("@{/i}ms"))]) }),
        ["Resumed"] = (it => it.When("a").Resumed(), Asking with { When = "a", Resumed = true }),
    };

    /// <summary>What is said about a request.</summary>
    private static readonly Dictionary<string, (Action<HttpBuilder> Say, HttpCall ByHand)> Calls = new()
    {
        ["Header"] = (
            it => it.Header("A", "b").Header("C", SecretValue.Environment("D")),
            new("POST", "https://a/b") { Headers = new([new("A", SecretValue.Literal("b")), new("C", SecretValue.Environment("D"))]) }),
        ["Body"] = (it => it.Body("a=@{env.B}"), new("POST", "https://a/b") { Body = MessageTemplate.Text("a=@{env.B}") }),
        ["BodyJson"] = (it => it.BodyJson("{ \"a\": 1 }"), new("POST", "https://a/b") { Body = MessageTemplate.Json("{\"a\":1}") }),
    };

    private static readonly Dictionary<string, (Action<RuleBuilder> Say, MessageRule ByHand)> Rules = new()
    {
        ["Is"] = (it => it.Is(MessageRole.Data), Rule() with { Is = MessageRole.Data }),
        ["Deliver"] = (it => it.Deliver(), Rule() with { Deliver = true }),
        ["Reply"] = (it => it.Reply("pong @{/id}"), Rule() with { Reply = MessageTemplate.Text("pong @{/id}") }),
        ["ReplyJson"] = (it => it.ReplyJson("{ \"a\": \"@{/b}\" }"), Rule() with { Reply = MessageTemplate.Json("{\"a\":\"@{/b}\"}") }),
        ["ReplyBytes"] = (it => it.ReplyBytes("00"), Rule() with { Reply = MessageTemplate.Bytes("00") }),
        ["Then"] = (it => it.Then(RuleAction.NextUrl), Rule() with { Then = RuleAction.NextUrl }),
        ["Retry"] = (it => it.Then(RuleAction.Quarantine).Retry(Time), Rule() with { Then = RuleAction.Quarantine, Retry = Time }),
        ["After"] = (
            it => it.Then(RuleAction.RetryAfter).After("@{/a ?? 60}s"),
            Rule() with { Then = RuleAction.RetryAfter, After = "@{/a ?? 60}s" }),
        ["Scope"] = (
            it => it.Then(RuleAction.RetryAfter).Scope(GovernorScope.Host),
            Rule() with { Then = RuleAction.RetryAfter, Scope = GovernorScope.Host }),
        ["To"] = (it => it.Then(RuleAction.Rotate).To("@{/url}"), Rule() with { Then = RuleAction.Rotate, To = "@{/url}" }),
        ["Resumed"] = (it => it.Then(RuleAction.Rotate).Resumed(), Rule() with { Then = RuleAction.Rotate, Resumed = true }),
        ["Forget"] = (it => it.Forget("session"), Rule() with { Forget = ["session"] }),
        ["Capture"] = (it => it.Capture("a", "/b"), Rule() with { Capture = new([new("a", ValueTemplate.Text("@{/b}"))]) }),
        ["Set"] = (it => it.Set("max-age", "off"), Rule() with { Set = new([new("max-age", ValueTemplate.Text("off"))]) }),
    };

    private static readonly Dictionary<string, (Action<OutcomeBuilder> Say, OutcomeRule ByHand)> Outcomes = new()
    {
        ["HttpStatus"] = (it => it.HttpStatus(401, new CodeRange(500, 599)), new() { HttpStatus = [401, new(500, 599)], Then = default }),
        ["CloseCode"] = (it => it.CloseCode(4001), new() { CloseCode = [4001], Then = default }),
        ["Failure"] = (it => it.Failure(FailureLayer.Dns), new() { Failure = [FailureLayer.Dns], Then = default }),
        ["Then"] = (it => it.CloseCode(1).Then(OutcomeAction.Stop), new() { CloseCode = [1], Then = OutcomeAction.Stop }),
        ["After"] = (
            it => it.CloseCode(1).Then(OutcomeAction.Stop).After(3), new() { CloseCode = [1], Then = OutcomeAction.Stop, After = 3 }),
        ["Retry"] = (
            it => it.CloseCode(1).Then(OutcomeAction.Quarantine).Retry(Time),
            new() { CloseCode = [1], Then = OutcomeAction.Quarantine, Retry = Time }),
        ["Scope"] = (
            it => it.CloseCode(1).Then(OutcomeAction.RetryAfter).Scope(GovernorScope.Global),
            new() { CloseCode = [1], Then = OutcomeAction.RetryAfter, Scope = GovernorScope.Global }),
        ["Forget"] = (it => it.CloseCode(1).Forget("a"), new() { CloseCode = [1], Then = default, Forget = ["a"] }),
    };

    public static TheoryData<string> SaidOfSteps() => [.. Steps.Keys];

    public static TheoryData<string> SaidOfCalls() => [.. Calls.Keys];

    public static TheoryData<string> SaidOfRules() => [.. Rules.Keys];

    public static TheoryData<string> SaidOfOutcomes() => [.. Outcomes.Keys];

    [Theory]
    [MemberData(nameof(SaidOfSteps))]
    public void A_word_of_a_step_changes_what_it_says(string word)
    {
        var said = Plain.With(it => it.OnOpen(step => Steps[word].Say(step.Send("ask").Expect(Yes))));

        Assert.Equal(Steps[word].ByHand, Assert.Single(said.OnOpen));
    }

    [Theory]
    [MemberData(nameof(SaidOfCalls))]
    public void A_word_of_a_request_changes_what_it_says(string word)
    {
        var said = Plain.With(it => it.Prepare(step => step.Http("POST", "https://a/b", Calls[word].Say)));

        Assert.Equal(Calls[word].ByHand, Assert.Single(said.Prepare).Http);
    }

    [Theory]
    [MemberData(nameof(SaidOfRules))]
    public void A_word_of_a_rule_changes_what_it_says(string word)
    {
        Assert.Equal(Rules[word].ByHand, Assert.Single(Plain.With(it => it.OnMessage(Yes, Rules[word].Say)).OnMessage));
    }

    [Theory]
    [MemberData(nameof(SaidOfOutcomes))]
    public void A_word_of_an_outcome_changes_what_it_says(string word)
    {
        Assert.Equal(Outcomes[word].ByHand, Plain.With(it => it.Outcome(Outcomes[word].Say)).Outcomes.Rules[0]);
    }

    [Fact]
    public void A_step_of_prepare_calls_one_of_the_host()
    {
        var said = Plain.With(it => it.Prepare(step => step.Let("a", "b").Call("ticket")));

        Assert.Equal(
            new DialogueStep(null, null, TimeSpan.FromSeconds(5))
            {
                Call = new StepCall("ticket"),
                Let = new([new("a", ValueTemplate.Text("b"))]),
            },
            Assert.Single(said.Prepare));
    }

    [Fact]
    public void Every_word_has_its_row()
    {
        // requests are a table of their own, and a step of the host has its test
        Assert.Equal(["Http", "Call"], EndpointBuilderTests.Missing(typeof(StepBuilder), Steps.Keys));
        Assert.Empty(EndpointBuilderTests.Missing(typeof(HttpBuilder), Calls.Keys));
        Assert.Empty(EndpointBuilderTests.Missing(typeof(RuleBuilder), Rules.Keys));
        Assert.Empty(EndpointBuilderTests.Missing(typeof(OutcomeBuilder), Outcomes.Keys));
    }

    private static MessageRule Rule() => new() { Match = Yes };
}
