using System.Reflection;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Conversations;

/// <summary>Each word of a subscription is the setting that a file would give.</summary>
public class SubscriptionBuilderTests
{
    private static readonly EndpointSettings Plain = new() { Id = new EndpointId("feed"), Url = new Uri("wss://feed.example.com") };

    private static readonly SubscriptionSettings Asks = new() { Send = MessageTemplate.Text("@{each}") };

    private static readonly MessagePattern ForKey = Match.At("/a", "@{each}");

    private static readonly Dictionary<string, (Action<SubscriptionBuilder> Say, SubscriptionSettings ByHand)> Words = new()
    {
        ["ForEach"] = (it => it.ForEach("a").ForEach("b", "c"), Asks with { ForEach = ["a", "b", "c"] }),
        ["Batch"] = (
            it => it.SendJson("""["@{each}"]""").Batch(5), Asks with { Send = MessageTemplate.Json("""["@{each}"]"""), Batch = 5 }),
        ["BatchAll"] = (
            it => it.SendJson("""["@{each}"]""").BatchAll(),
            Asks with { Send = MessageTemplate.Json("""["@{each}"]"""), Batch = SubscriptionSettings.WholeBatch }),
        ["Let"] = (it => it.Let("b", "c"), Asks with { Let = new([new("b", ValueTemplate.Text("c"))]) }),
        ["LetJson"] = (it => it.LetJson("b", "1"), Asks with { Let = new([new("b", ValueTemplate.Json("1"))]) }),
        ["Send"] = (it => it.Send("a"), Asks with { Send = MessageTemplate.Text("a") }),
        ["SendJson"] = (it => it.SendJson("[ 1 ]"), Asks with { Send = MessageTemplate.Json("[1]") }),
        ["Cancel"] = (it => it.Cancel("a"), Asks with { Cancel = MessageTemplate.Text("a") }),
        ["CancelJson"] = (it => it.CancelJson("[ 1 ]"), Asks with { Cancel = MessageTemplate.Json("[1]") }),
        ["Http"] = (
            it => it.Http("PUT", "https://a.test/@{each}"),
            new SubscriptionSettings { Http = new HttpCall("PUT", "https://a.test/@{each}") }),
        ["CancelHttp"] = (
            it => it.CancelHttp("DELETE", "https://a.test/@{each}"),
            Asks with { CancelHttp = new HttpCall("DELETE", "https://a.test/@{each}") }),
        ["Expect"] = (it => it.Expect(Match.Text("ok")), Asks with { Expect = new MessagePattern.Text("ok") }),
        ["Timeout"] = (it => it.Timeout(TimeSpan.FromSeconds(9)), Asks with { Timeout = TimeSpan.FromSeconds(9) }),
        ["Reject"] = (
            it => it.Reject(ForKey, "/msg", RefusedKeyAction.Stop),
            Asks with { Reject = ForKey, Reason = "/msg", Then = RefusedKeyAction.Stop }),
        ["Capture"] = (
            it => it.Expect(ForKey).Capture("id", "/id"),
            Asks with { Expect = ForKey, Capture = new([new("id", ValueTemplate.Text("@{/id}"))]) }),
        ["Data"] = (it => it.Data(ForKey), Asks with { Data = ForKey }),
        ["Sequence"] = (
            it => it.Data(ForKey).Sequence("/seq", 1, SequenceGapAction.Resubscribe),
            Asks with { Data = ForKey, Sequence = new SequenceSettings(["/seq"]) { Step = 1, OnGap = SequenceGapAction.Resubscribe } }),
        ["Stale"] = (
            it => it.Data(ForKey).Stale(TimeSpan.FromSeconds(9)), Asks with { Data = ForKey, Stale = TimeSpan.FromSeconds(9) }),
    };

    public static TheoryData<string> Said() => [.. Words.Keys];

    [Theory]
    [MemberData(nameof(Said))]
    public void A_word_changes_what_it_says(string word)
    {
        var said = Plain.With(it => it.Subscription("a", each => Words[word].Say(word == "Http" ? each : each.Send("@{each}"))));

        Assert.Equal(Words[word].ByHand, said.Subscriptions["a"]);
        Assert.NotEqual(Asks, said.Subscriptions["a"]);
    }

    [Fact]
    public void Every_word_has_its_row() => Assert.Empty(
        typeof(SubscriptionBuilder).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Select(method => method.Name)
            .Except(Words.Keys));

    [Fact]
    public void What_contradicts_itself_is_refused()
    {
        Refused("a subscription needs send or http", it => it.ForEach("a"));
        Refused("the key b stands twice in for-each", it => it.Send("@{each}").ForEach("a", "b", "c", "b"));
        Refused("the key a\\nb stands twice in for-each", it => it.Send("@{each}").ForEach("a\nb", "a\nb"));
        Refused("send says the same for every key: @{each} is missing", it => it.Send("a").ForEach("a", "b"));
        Refused(
            "batch repeats the list element that holds @{each}; here @{each} stands in no list",
            it => it.SendJson("""{"a":"@{each}"}""").Batch(2));
        Refused(
            "cancel: batch repeats the list element that holds @{each}; here @{each} stands in no list",
            it => it.SendJson("""["@{each}"]""").CancelJson("""{"a":"@{each}"}""").Batch(2));
        Refused(
            "let is filled once for a batch, so @{each} has no value there; use @{each} itself, or batch = 1",
            it => it.Let("a", "x@{each}").SendJson("""["@{each}"]""").Batch(2));
        Refused("reject matches what expect matches, which decides", it => it.Send("a").Expect(ForKey).Reject(ForKey));
        Refused(
            "reject has to name @{each}: without expect nobody knows which message it answers",
            it => it.Send("a").Reject(Match.Text("no")));
        Refused(
            "capture takes values of the message that expect waits for; there is no expect", it => it.Send("a").Capture("id", "/id"));
        Refused(
            "data is the same for every key: @{each}, or a name of let or capture that differs by key, is missing",
            it => it.Send("a").ForEach("BTC").Data(Match.At("/type", "trade")));
        Refused(
            "stale is about data of a key, and data says which they are; there is no data",
            it => it.Send("a").Stale(TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("", "a key of a subscription is not empty")]
    [InlineData(null, "a key of a subscription is not empty")]
    [InlineData("@{env.HOME}", "a key is the same text each time; it has no placeholders, and @{each} stands for it in send")]
    [InlineData("a@{", "a key is the same text each time; it has no placeholders, and @{each} stands for it in send")]
    public void A_key_that_would_not_go_out_as_it_is_is_refused(string? key, string why)
    {
        Assert.Equal(why, Assert.Throws<FormatException>(() =>
            Plain.With(it => it.Subscription("a", each => each.Send("@{each}").ForEach("fine@x", key!)))).Message);
        Assert.Equal(
            $"subscriptions: a: {why}",
            EndpointSetting.Reject(Plain with
            {
                Subscriptions = new([KeyValuePair.Create("a", new SubscriptionSettings { ForEach = [key!] })]),
            }));
    }

    [Fact]
    public void A_key_may_have_1024_characters_and_no_more()
    {
        Assert.NotNull(Plain.With(it => it.Subscription("a", each => each.Send("@{each}").ForEach(new string('x', 1024)))));
        Assert.Equal(
            "a key of a subscription has at most 1024 characters",
            Assert.Throws<FormatException>(() =>
                Plain.With(it => it.Subscription("a", each => each.Send("@{each}").ForEach(new string('x', 1025))))).Message);
    }

    [Fact]
    public void A_batch_as_large_as_the_word_for_all_and_a_stale_below_a_second_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Plain.With(it => it.Subscription("a", each => each.Batch(int.MaxValue))));
        Assert.Throws<ArgumentOutOfRangeException>(() => Plain.With(it =>
            it.Subscription("a", each => each.Stale(TimeSpan.FromMilliseconds(999)))));
    }

    public static TheoryData<string, SubscriptionSettings> Impossible => new()
    {
        { "a subscription, and its list of keys, is not null", null! },
        { "a subscription, and its list of keys, is not null", Asks with { ForEach = null! } },
        { "a key stands twice in for-each", Asks with { ForEach = ["a", "b", "a"] } },
        { "batch: expected a whole number, at least 1, and below that of all keys", Asks with { Batch = 0 } },
        { "timeout: expected a duration longer than 0", Asks with { Timeout = TimeSpan.Zero } },
        { "stale: expected a duration, at least 1s", Asks with { Stale = TimeSpan.FromMilliseconds(1) } },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Settings_that_a_program_made_by_hand_are_judged_as_those_of_a_file(string why, SubscriptionSettings by) => Assert.Equal(
        $"subscriptions: a: {why}",
        EndpointSetting.Reject(Plain with { Subscriptions = new([KeyValuePair.Create("a", by)]) }));

    private static void Refused(string why, Action<SubscriptionBuilder> say) => Assert.Equal(
        why, Assert.Throws<ArgumentException>(() => Plain.With(it => it.Subscription("a", say))).Message);
}
