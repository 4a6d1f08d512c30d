using System.Reflection;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Conversations;

public sealed class EndpointBuilderTests
{
    private static readonly EndpointSettings Plain = new() { Id = new EndpointId("x"), Url = new Uri("wss://feed.example.com") };
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(7);
    private static readonly MessageTemplate Text = MessageTemplate.Text("a @{/b}");
    private static readonly MessagePattern Pattern = new MessagePattern.Text("m");

    /// <summary>By method, and what tells its overloads apart: what is said, and what is the same by hand.</summary>
    private static readonly Dictionary<string, (Action<EndpointBuilder> Say, Func<EndpointSettings, EndpointSettings> ByHand)> Words = new()
    {
        ["With"] = (it => it.With(to => to with { Enabled = false }), to => to with { Enabled = false }),
        ["Url"] = (it => it.Url("wss://b.example.com/@{env.A}"), to => to with { Url = new Uri("wss://b.example.com/@{env.A}") }),
        ["Url of the peer"] = (it => it.Url("@{host}?a=b"), to => to with { Url = new Uri("@{host}?a=b", UriKind.Relative) }),
        ["Urls"] = (it => it.Urls("ws://b", "ws://c"), to => to with { Urls = [new Uri("ws://b"), new Uri("ws://c")] }),
        ["Hosts"] = (it => it.Hosts("*.example.com", "b"), to => to with { Hosts = ["*.example.com", "b"] }),
        ["Header"] = (
            it => it.Header("A", "b").Header("C", "@{env.D}").Header("E", SecretValue.File("/f", "g ")),
            to => to with
            {
                Headers = new([
                    new("A", SecretValue.Literal("b")), new("C", SecretValue.Template("@{env.D}")), new("E", SecretValue.File("/f", "g ")),
                ]),
            }),
        ["Subprotocols"] = (it => it.Subprotocols("mqtt", "@{env.A}"), to => to with { Subprotocols = ["mqtt", "@{env.A}"] }),
        ["Decode by a codec"] = (it => it.Decode("mqtt"), to => to with { Framing = new() { Codec = "mqtt" } }),
        ["Decode"] = (it => it.Decode(FrameCoding.Gzip), to => to with { Framing = new() { Decode = FrameCoding.Gzip } }),
        ["Split"] = (it => it.Split(MessageSplit.Array), to => to with { Framing = new() { Split = MessageSplit.Array } }),
        ["EndWith"] = (it => it.EndWith("\n"), to => to with { Framing = new() { EndWith = "\n" } }),
        ["DeliverAs"] = (it => it.DeliverAs(DeliverAs.Decoded), to => to with { Framing = new() { DeliverAs = DeliverAs.Decoded } }),
        ["Heartbeat"] = (it => it.Heartbeat(beat => beat.MaxMissed(3)), to => to with { Heartbeat = new() { MaxMissed = 3 } }),
        ["KeepAlive"] = (
            it => it.KeepAlive("a", alive => alive.Send("b").Every(Time)).KeepAlive("c", alive => alive.Send("d").Every(Time)),
            to => to with
            {
                KeepAlives = new([
                    new("a", new KeepAlive(MessageTemplate.Text("b"), Time)), new("c", new KeepAlive(MessageTemplate.Text("d"), Time)),
                ]),
            }),
        ["Subscription"] = (
            it => it.Subscription("a", each => each.Send("b")),
            to => to with { Subscriptions = new([new("a", new SubscriptionSettings { Send = MessageTemplate.Text("b") })]) }),
        ["Let"] = (it => it.Let("a", "@{env.B}"), to => to with { Let = new([new("a", ValueTemplate.Text("@{env.B}"))]) }),
        ["LetJson"] = (it => it.LetJson("a", "{ \"b\": 1 }"), to => to with { Let = new([new("a", ValueTemplate.Json("{\"b\":1}"))]) }),
        ["Secrets"] = (it => it.Secrets("session.a").Secrets("b"), to => to with { Secrets = ["session.a", "b"] }),
        ["Prepare"] = (
            it => it.Prepare(step => step.Http("GET", "https://a/b")),
            to => to with
            {
                Prepare = [new DialogueStep(null, null, TimeSpan.FromSeconds(5)) { Http = new HttpCall("GET", "https://a/b") }],
            }),
        ["OnOpen"] = (
            it => it.OnOpen(step => step.Send("a")).OnOpen(step => step.Expect("b")),
            to => to with
            {
                OnOpen =
                [
                    new DialogueStep(MessageTemplate.Text("a"), null, TimeSpan.FromSeconds(5)),
                    new DialogueStep(null, new MessagePattern.Text("b"), TimeSpan.FromSeconds(5)),
                ],
            }),
        ["OnOpenPace"] = (it => it.OnOpenPace(4, Time), to => to with { OnOpenPace = new Rate(4, Time) }),
        ["OnMessage"] = (
            it => it.OnMessage(Pattern).OnMessage("n", rule => rule.Is(MessageRole.Beat)),
            to => to with
            {
                OnMessage = [new MessageRule { Match = Pattern }, new MessageRule { Match = Match.Text("n"), Is = MessageRole.Beat }],
            }),
        ["Sequence"] = (it => it.Sequence("/s"), to => to with { Sequence = new SequenceSettings(["/s"]) }),
        ["Sequence with a step"] = (
            it => it.Sequence(["/s", "/t"], 2, SequenceGapAction.Retry),
            to => to with { Sequence = new SequenceSettings(["/s", "/t"]) { Step = 2, OnGap = SequenceGapAction.Retry } }),
        ["OnClose"] = (it => it.OnClose("a"), to => to with { OnClose = [MessageTemplate.Text("a")] }),
        ["OnCloseJson"] = (it => it.OnCloseJson("{ \"a\": 1 }"), to => to with { OnClose = [MessageTemplate.Json("{\"a\":1}")] }),
        ["OnCloseBytes"] = (it => it.OnCloseBytes("e000"), to => to with { OnClose = [MessageTemplate.Bytes("e000")] }),
        ["MaxAge"] = (
            it => it.MaxAge(Time, Pattern, "/id"),
            to => to with { MaxAge = RotationSettings.At(Time) with { ReadyWhen = Pattern, DuplicateKey = "/id" } }),
        ["DataIdle"] = (it => it.DataIdle(Time), to => to with { Timeouts = new() { DataIdle = new DataIdleSettings(Time) } }),
        ["Otherwise"] = (
            it => it.Otherwise(OutcomeAction.Stop),
            to => to with { Outcomes = to.Outcomes with { Otherwise = OutcomeAction.Stop } }),
        ["Outcome"] = (
            it => it.Outcome(row => row.CloseCode(1).Then(OutcomeAction.Stop)).Outcome(row => row.CloseCode(2).Then(OutcomeAction.Stop)),
            to => to with
            {
                Outcomes = to.Outcomes with
                {
                    Rules =
                    [
                        new OutcomeRule { CloseCode = [1], Then = OutcomeAction.Stop },
                        new OutcomeRule { CloseCode = [2], Then = OutcomeAction.Stop },
                        .. to.Outcomes.Rules,
                    ],
                },
            }),
    };

    private static readonly Dictionary<string, (Action<HeartbeatBuilder> Say, HeartbeatSettings ByHand)> Beats = new()
    {
        ["Mode"] = (it => it.Mode(HeartbeatMode.None), new() { Mode = HeartbeatMode.None }),
        ["Mode before Send"] = (
            it => it.Mode(HeartbeatMode.Text).Send("a"), Said(MessageTemplate.Text("a")) with { Mode = HeartbeatMode.Text }),
        ["Send"] = (it => it.Send("a"), Said(MessageTemplate.Text("a"))),
        ["SendJson"] = (it => it.SendJson("{ \"a\": \"@{counter}\" }"), Said(MessageTemplate.Json("{\"a\":\"@{counter}\"}"))),
        ["SendBytes"] = (it => it.SendBytes("c000"), Said(MessageTemplate.Bytes("c000"))),
        ["Expect"] = (it => it.Send("a").Expect("m"), Said(MessageTemplate.Text("a")) with { Expect = Pattern }),
        ["Every"] = (it => it.Every(2 * Time), new() { Interval = 2 * Time }),
        ["Timeout"] = (it => it.Timeout(Time), new() { Timeout = Time }),
        ["Timeout is auto"] = (it => it.Timeout(null), new() { Timeout = null }),
        ["MaxMissed"] = (it => it.MaxMissed(5), new() { MaxMissed = 5 }),
        ["Strict"] = (it => it.Strict(), new() { Strict = true }),
        ["When"] = (it => it.When(HeartbeatWhen.Always), new() { When = HeartbeatWhen.Always }),
        ["First"] = (it => it.First(FirstHeartbeat.Now), new() { First = FirstHeartbeat.Now }),
        ["Let"] = (
            it => it.Send("a").Let("a", "@{counter}"),
            Said(MessageTemplate.Text("a")) with { Let = new([new("a", ValueTemplate.Text("@{counter}"))]) }),
        ["LetJson"] = (
            it => it.Send("a").LetJson("a", "[ 1 ]"),
            Said(MessageTemplate.Text("a")) with { Let = new([new("a", ValueTemplate.Json("[1]"))]) }),
        ["Reply"] = (it => it.Reply(Pattern, "a @{/b}"), new() { Reply = new HeartbeatReply(Pattern, Text) }),
        ["MaxSilence"] = (it => it.MaxSilence(Time), new() { MaxSilence = Time }),
        ["Deliver"] = (it => it.Deliver(), new() { Deliver = true }),
    };

    private static readonly Dictionary<string, (Action<KeepAliveBuilder> Say, KeepAlive ByHand)> Alives = new()
    {
        ["Send"] = (it => it.Send("a"), new(MessageTemplate.Text("a"), Time)),
        ["SendJson"] = (it => it.SendJson("[ 1 ]"), new(MessageTemplate.Json("[1]"), Time)),
        ["SendBytes"] = (it => it.SendBytes("00"), new(MessageTemplate.Bytes("00"), Time)),
        ["Http"] = (it => it.Http("PUT", "https://a/b"), new(null, Time) { Http = new HttpCall("PUT", "https://a/b") }),
        ["Every"] = (it => it.Send("a").Every(2 * Time), new(MessageTemplate.Text("a"), 2 * Time)),
        ["When"] = (
            it => it.Send("@{sequence}").When(KeepAliveWhen.Changed),
            new(MessageTemplate.Text("@{sequence}"), Time) { When = KeepAliveWhen.Changed }),
        ["Let"] = (
            it => it.Send("a").Let("b", "c"), new(MessageTemplate.Text("a"), Time) { Let = new([new("b", ValueTemplate.Text("c"))]) }),
        ["LetJson"] = (
            it => it.Send("a").LetJson("b", "1"), new(MessageTemplate.Text("a"), Time) { Let = new([new("b", ValueTemplate.Json("1"))]) }),
    };

    public static TheoryData<string> Said() => [.. Words.Keys];

    public static TheoryData<string> SaidOfHeartbeats() => [.. Beats.Keys];

    public static TheoryData<string> SaidOfKeepAlives() => [.. Alives.Keys];

    [Theory]
    [MemberData(nameof(Said))]
    public void A_word_changes_what_it_says_and_nothing_else(string word)
    {
        var (say, byHand) = Words[word];

        var said = Plain.With(say);

        Assert.Equal(byHand(Plain), said);
        Assert.NotEqual(Plain, said);
    }

    [Theory]
    [MemberData(nameof(SaidOfHeartbeats))]
    public void A_word_of_a_heartbeat_changes_what_it_says(string word)
    {
        Assert.Equal(Beats[word].ByHand, Plain.With(it => it.Heartbeat(Beats[word].Say)).Heartbeat);
    }

    [Theory]
    [MemberData(nameof(SaidOfKeepAlives))]
    public void A_word_of_a_keep_alive_changes_what_it_says(string word)
    {
        var said = Plain.With(it => it.KeepAlive("a", alive => Alives[word].Say(alive.Every(Time))));

        Assert.Equal(Alives[word].ByHand, said.KeepAlives["a"]);
    }

    [Fact]
    public void Every_word_has_its_row()
    {
        Assert.Empty(Missing(typeof(EndpointBuilder), Words.Keys));
        Assert.Empty(Missing(typeof(HeartbeatBuilder), Beats.Keys));
        Assert.Empty(Missing(typeof(KeepAliveBuilder), Alives.Keys));
    }

    [Fact]
    public void What_was_made_by_hand_stays_when_more_is_said()
    {
        var byHand = Plain with { OnOpen = [new DialogueStep(Text, null, Time)], Heartbeat = new() { Interval = 2 * Time } };

        var said = byHand.With(it => it.OnOpen(step => step.Send("b")).Heartbeat(beat => beat.MaxMissed(9)));

        Assert.Equal([byHand.OnOpen[0], new DialogueStep(MessageTemplate.Text("b"), null, TimeSpan.FromSeconds(5))], said.OnOpen);
        Assert.Equal(new HeartbeatSettings { Interval = 2 * Time, MaxMissed = 9 }, said.Heartbeat);
        Assert.Single(byHand.OnOpen);
    }

    [Fact]
    public void A_host_adds_an_endpoint_and_says_its_conversation()
    {
        var options = new ConnectionSupervisorOptions();

        options
            .Add("plain", "wss://feed.example.com")
            .Add("hand", "wss://feed.example.com", settings => settings with { Compression = true })
            .Add("said", "wss://feed.example.com/@{env.A}", endpoint => endpoint.OnClose("bye"));

        Assert.Equal(
            [
                Plain with { Id = new EndpointId("plain") },
                Plain with { Id = new EndpointId("hand"), Compression = true },
                Plain with
                {
                    Id = new EndpointId("said"),
                    Url = new Uri("wss://feed.example.com/@{env.A}"),
                    OnClose = [MessageTemplate.Text("bye")],
                },
            ],
            options.Endpoints);
    }

    internal static IEnumerable<string> Missing(Type builder, IEnumerable<string> rows) => builder
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Select(method => method.Name)
        .Except(rows.Select(row => row.Split(' ')[0]));

    private static HeartbeatSettings Said(MessageTemplate message) => new() { Mode = HeartbeatMode.Message, Send = message };
}
