using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Conversations;

/// <summary>A wrong word throws where it is said, in the sentence that a reader of files gives.</summary>
public sealed class WrongWordsTests
{
    private const string ExpectWithoutSend =
        "heartbeat.expect waits for an answer, but heartbeat.send asks nothing; add heartbeat.send, or make what comes unasked a rule of "
            + "on-message with is = beat";

    private static readonly EndpointSettings Plain = new() { Id = new EndpointId("x"), Url = new Uri("wss://feed.example.com") };
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(7);

    /// <summary>What is said, by the message of what it throws; a text that is malformed throws a FormatException.</summary>
    private static readonly Dictionary<string, Action<EndpointBuilder>> Malformed = new()
    {
        [Fault("@{nov.s}")] = it => it.OnOpen(step => step.Send("@{nov.s}")),
        ["gzip is no codec; it is the coding FrameCoding.Gzip"] = it => it.Decode("gzip"),
        ["zlib-stream is no codec; it is the coding FrameCoding.ZlibStream"] = it => it.Decode("zlib-stream"),
        ["\"A b\" is no name of a codec: a name is a small letter and then small letters, digits and -"] = it => it.Decode("A b"),
        ["\"A b\" is no name of a step: a name is a small letter and then small letters, digits and -"] =
            it => it.Prepare(step => step.Call("A b")),
        ["the message is not JSON"] = it => it.OnOpen(step => step.SendJson("{")),
        ["bytes are an even number of hexadecimal digits, and placeholders between them"] = it => it.OnOpen(step => step.SendBytes("1")),
        ["no message is at hand here: @{/pointer} and @{text} stand in reply, capture, set, after and reason"] =
            it => it.OnOpen(step => step.Send(MessageTemplate.Text("@{/a}"))),
        ["these values are there before the connection: @{counter}, @{attempt} and @{incarnation} stand in messages, and in let "
            + "of a step or of the heartbeat"] = it => it.Let("a", "@{counter}"),
        ["there is no connection yet: @{counter}, @{attempt} and @{incarnation} stand in messages"] = it => it.Header("A", "@{counter}"),
        ["a pattern counts nothing: give @{counter} and @{uuid} a name with let, and compare with @{NAME}"] =
            it => it.OnMessage(Match.Text("@{counter}")),
        ["a pattern takes nothing of the message that it looks at; @{/pointer} and @{text} stand in reply, capture, set, after "
            + "and reason"] = it => it.OnMessage(new MessagePattern.Text("@{/a}")),
        ["@{counter} and @{uuid} stand in what is said, not in what is taken from a message"] =
            it => it.OnMessage("a", rule => rule.Capture("b", "@{uuid}")),
        ["the JSON pointer \"a\" must be empty or begin with '/' (RFC 6901)"] = it => it.OnMessage(Match.At("a", 1)),
        ["a JSON pointer has no placeholders; the value beside it may"] = it => it.OnMessage(Match.At("/@{a}", 1)),
        ["a JSON pointer that gives a value has no blank, comma, question mark or closing bracket"] =
            it => it.OnMessage("a", rule => rule.Capture("b", "/c d")),
        ["expected a JSON pointer such as \"/id\", a list of them, or a text with placeholders"] =
            it => it.OnMessage("a", rule => rule.Capture("b", "c")),
        ["a name is a letter or _ and then letters, digits, _ and -"] = it => it.Let("1", "a"),
        ["a name has no dot, unless it begins with session."] = it => it.OnMessage("a", rule => rule.Capture("b.c", "/d")),
        ["placeholders call something else by this name"] = it => it.Secrets("now"),
        ["a name stands here as it is, without @{ and }"] = it => it.OnOpen(step => step.Send("a").When("@{b}")),
        ["expected a time of at least 100ms with its unit (ms, s, m, h, d)"] =
            it => it.OnMessage("a", rule => rule.Set("heartbeat.interval", "5")),
        ["the peer says why: a reason takes something of its message, and no secret or counter"] =
            it => it.OnOpen(step => step.Send("a").Expect("b").Reject(Match.Text("c"), reason: "d")),
        ["the unit is missing: a time with its unit, such as \"@{/retry_after ?? 60}s\""] =
            it => it.OnMessage("a", rule => rule.Then(RuleAction.RetryAfter).After("@{/b}")),
        ["the peer says where: to takes something of its message, and no secret"] =
            it => it.OnMessage("a", rule => rule.Then(RuleAction.Rotate).To("wss://b")),
        ["expected a regular expression without lookarounds and backreferences, and not too large"] =
            it => it.OnMessage(Match.Text(text => text.Regex("(?=a)"))),
        ["a group of the regular expression has a wrong name: placeholders call something else by this name"] =
            it => it.OnMessage(Match.Text(text => text.Regex("(?<now>a)"))),
        ["bytes are hexadecimal digits; ? is any of them"] = it => it.OnMessage(Match.Bytes("0x")),
        ["bytes are an even number of hexadecimal digits or ?, and placeholders between them"] = it => it.OnMessage(Match.Bytes("0@{a}")),
        ["expected string, number, boolean, object, array or null"] = it => it.OnMessage(Match.At("/a", value => value.Type("text"))),
        ["end-with is the same text each time; it has no placeholders"] = it => it.EndWith("@{a}"),
        ["a method has only letters, digits and !#$%&'*+-.^_`|~ (RFC 9110 section 9.1)"] =
            it => it.Prepare(step => step.Http("A B", "https://a")),
        ["expected a URL such as \"https://host/path\""] = it => it.Prepare(step => step.Http("GET", "a")),
        ["a URL that is asked for has no fragment"] = it => it.Prepare(step => step.Http("GET", "https://a/#b")),
        ["found the scheme \"https\"; expected ws or wss; did you mean \"wss\"?"] = it => it.Url("https://a"),
        ["a host is a name, an address, or *. and a name, without a port"] = it => it.Hosts("a:1"),
        ["a subprotocol has only letters, digits and !#$%&'*+-.^_`|~ (RFC 6455 section 4.1)"] = it => it.Subprotocols("a b"),
        ["Upgrade belongs to the handshake itself (RFC 6455 section 4.1)"] = it => it.Header("Upgrade", "a"),
        ["a header value has printable ASCII characters only; a control character could end the header (RFC 9110 section 5.5)"] =
            it => it.Header("A", "b\r\nC: d"),
        ["nothing is said before this pattern is compared; it has no placeholders"] =
            it => it.MaxAge(TimeSpan.FromHours(1), Match.Text("@{a}")),
    };

    /// <summary>The same for words that contradict each other, which throw an ArgumentException.</summary>
    private static readonly Dictionary<string, Action<EndpointBuilder>> Contradicting = new()
    {
        ["a step needs send, expect, wait or resumed"] = it => it.OnOpen(step => step.When("a")),
        ["when and unless ask for the same name, so the step never happens"] =
            it => it.OnOpen(step => step.Send("a").When("b").Unless("b")),
        ["resumed needs when: without a name that has a value, such as session.id, there is nothing to resume"] =
            it => it.OnOpen(step => step.Send("a").Resumed()),
        ["timeout is how long expect waits; there is no expect"] = it => it.OnOpen(step => step.Send("a").Timeout(Time)),
        ["reject is what may come instead of expect; there is no expect"] = it => it.OnOpen(step => step.Send("a").Reject(Match.Text("b"))),
        ["reject matches what expect matches, which decides"] =
            it => it.OnOpen(step => step.Send("a").Expect("b").Reject(Match.Text("b"))),
        ["reason says what follows from reject; there is no reject"] = it => it.OnOpen(step => step.Send("a").Expect("b").Reason("/c")),
        ["capture follows from the message that expect waits for; there is no expect"] =
            it => it.OnOpen(step => step.Send("a").Capture("b", "/c")),
        ["retry belongs to then = quarantine and then = retry-after"] =
            it => it.OnOpen(step => step.Send("a").Expect("b").Reject(Match.Text("c"), then: OutcomeAction.Stop, retry: Time)),
        ["a step has send or http, not both"] = it => it.OnOpen(step => step.Send("a").Http("GET", "https://b")),
        ["status is that of the answer to an HTTP request; there is no http"] =
            it => it.OnOpen(step => step.Send("a").Expect(Match.Any(Match.Text("b"), Match.Status(200)))),
        ["status is that of the answer to an HTTP request; a message has none"] = it => it.OnMessage(Match.Status(200)),
        ["bytes are those of a message; the answer to a request has a status and text"] =
            it => it.OnOpen(step => step.Http("GET", "https://a").Expect(Match.Bytes("00"))),
        ["a step of the host is called before the dial: call stands in prepare"] = it => it.OnOpen(step => step.Call("ticket")),
        ["a step with call has no expect"] = it => it.Prepare(step => step.Call("ticket").Expect("a")),
        ["a step of prepare comes before the connection: it makes a request, and has no send"] = it => it.Prepare(step => step.Send("a")),
        ["a step of prepare comes before the connection: it makes a request, and has no other purpose; http or call is missing"] =
            it => it.Prepare(step => step.Expect("a")),
        ["GET has no body; use method = POST"] = it => it.Prepare(step => step.Http("GET", "https://a", http => http.Body("b"))),
        ["a has a value already; give one of them another name"] = it => it.Let("a", "b").Let("a", "c"),
        ["retry belongs to quarantine and retry-after, not to rotate"] =
            it => it.OnMessage("a", rule => rule.Then(RuleAction.Rotate).Retry(Time)),
        ["scope belongs to retry-after, not to nothing"] = it => it.OnMessage("a", rule => rule.Scope(GovernorScope.Host)),
        ["to belongs to rotate, not to retry"] = it => it.OnMessage("a", rule => rule.Then(RuleAction.Retry).To("@{/b}")),
        ["data is delivered anyway; leave out deliver"] = it => it.OnMessage("a", rule => rule.Is(MessageRole.Data).Deliver()),
        ["a rule needs at least one of http-status, close-code and failure; what matches everything is outcomes.otherwise"] =
            it => it.Outcome(row => row.Then(OutcomeAction.Stop)),
        ["after says from which failure the rule holds, and before that it is retry anyway"] =
            it => it.Outcome(row => row.CloseCode(1).After(2)),
        ["a keep-alive needs its interval: Every"] = it => it.KeepAlive("a", alive => alive.Send("b")),
        ["a keep-alive needs send or http"] = it => it.KeepAlive("a", alive => alive.Every(Time)),
        ["when = changed says only something new, and this message is the same each time"] =
            it => it.KeepAlive("a", alive => alive.Send("b").Every(Time).When(KeepAliveWhen.Changed)),
        ["on-gap is for numbers that are missing, and with step = any none is"] = it => it.Sequence("/a", onGap: SequenceGapAction.Tell),
        ["heartbeat.expect belongs to the modes text, json, message; mode = ping"] =
            it => it.Heartbeat(beat => beat.Send("a")).Heartbeat(beat => beat.Mode(HeartbeatMode.Ping).Expect("a")),
        ["heartbeat.interval belongs to the modes ping, text, json, message; mode = none"] =
            it => it.Heartbeat(beat => beat.Mode(HeartbeatMode.None).Every(Time)),
        ["heartbeat.mode = text compares the whole answer, but heartbeat.expect has JSON pointers; use mode = json"] =
            it => it.Heartbeat(beat => beat.Mode(HeartbeatMode.Text).Send("a").Expect(Match.At("/b", 1))),
        ["heartbeat.mode = json, but heartbeat.send is no JSON; write an object, or use mode = text"] =
            it => it.Heartbeat(beat => beat.Mode(HeartbeatMode.Json).Send("a")),
        [ExpectWithoutSend] = it => it.Heartbeat(beat => beat.Mode(HeartbeatMode.Text).Reply(Match.Text("a"), "b").Expect("c")),
        ["heartbeat.mode = json needs heartbeat.send, what to ask, or heartbeat.reply, what to answer"] =
            it => it.Heartbeat(beat => beat.Mode(HeartbeatMode.Json)),
        ["heartbeat.strict counts only the matching answer, but heartbeat.expect names none"] =
            it => it.Heartbeat(beat => beat.Send("a").Strict()),
        ["heartbeat.interval 5s is shorter than heartbeat.timeout 10s; lower the timeout too, or let it be auto"] =
            it => it.Heartbeat(beat => beat.Every(TimeSpan.FromSeconds(5))),
        ["a condition is missing: equals, not, one-of, prefix, suffix, contains, regex"] = it => it.OnMessage(Match.Text(_ => { })),
        ["exists looks into JSON; a whole text has the conditions equals, not, one-of, prefix, suffix, contains, regex"] =
            it => it.OnMessage(Match.Text(text => text.Exists())),
        ["prefix is said already"] = it => it.OnMessage(Match.Text(text => text.Prefix("a").Prefix("b"))),
    };

    public static TheoryData<string> Texts() => [.. Malformed.Keys];

    public static TheoryData<string> Together() => [.. Contradicting.Keys];

    [Theory]
    [InlineData(null)]
    [InlineData(HeartbeatMode.Ping)]
    [InlineData(HeartbeatMode.None)]
    public void A_heartbeat_that_asks_nothing_expects_no_answer(HeartbeatMode? mode)
    {
        var thrown = Assert.Throws<ArgumentException>(() => Plain.With(it => it.Heartbeat(beat =>
            (mode is { } said ? beat.Mode(said) : beat).Expect("a"))));

        Assert.Equal(ExpectWithoutSend, thrown.Message.Split(" (Parameter")[0]);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_malformed_word_throws_where_it_is_said(string message)
    {
        var thrown = Assert.Throws<FormatException>(() => Plain.With(Malformed[message]));

        Assert.Equal(message, thrown.Message);
    }

    [Theory]
    [MemberData(nameof(Together))]
    public void Words_that_contradict_each_other_throw(string message)
    {
        var thrown = Assert.Throws<ArgumentException>(() => Plain.With(Contradicting[message]));

        Assert.Equal(message, thrown.Message.Split(" (Parameter")[0]);
    }

    [Fact]
    public void A_status_is_of_an_answer_to_a_request_alone()
    {
        Action<EndpointBuilder>[] wrong =
        [
            it => it.Heartbeat(beat => beat.Send("a").Expect(Match.Status(200))),
            it => it.Heartbeat(beat => beat.Send("a").Expect(Match.Any(Match.Text("b"), Match.Status(200)))),
            it => it.Heartbeat(beat => beat.Reply(Match.Status(200), "a")),
            it => it.OnMessage(Match.Status(200)),
            it => it.OnOpen(step => step.Send("a").Expect(Match.Status(200))),
            it => it.MaxAge(TimeSpan.FromHours(1), readyWhen: Match.Status(200)),
        ];

        Assert.All(wrong, say =>
        {
            var thrown = Assert.Throws<ArgumentException>(() => Plain.With(say));
            Assert.StartsWith("status is that of", thrown.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_time_is_above_zero()
    {
        Action<EndpointBuilder>[] wrong =
        [
            it => it.OnOpen(step => step.Wait(TimeSpan.Zero)),
            it => it.OnOpen(step => step.Timeout(-Time)),
            it => it.OnMessage("a", rule => rule.Retry(TimeSpan.Zero)),
            it => it.KeepAlive("a", alive => alive.Every(TimeSpan.Zero)),
            it => it.Heartbeat(beat => beat.MaxSilence(TimeSpan.Zero)),
            it => it.DataIdle(TimeSpan.Zero),
            it => it.MaxAge(RotationSettings.DefaultReadyAfter),
            it => it.OnOpenPace(1, TimeSpan.Zero),
            it => it.Sequence("/a", 0),
            it => it.Heartbeat(beat => beat.MaxMissed(0)),
        ];

        Assert.All(wrong, say => Assert.Throws<ArgumentOutOfRangeException>(() => Plain.With(say)));
    }

    private static string Fault(string text) => Template.Reject(text)!;
}
