using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Keys that are asked for by HTTP, as for the events of Twitch.</summary>
public class RequestedKeysTests : SubscriptionSpec
{
    private static readonly SubscriptionSettings Events = new()
    {
        ForEach = ["follow", "cheer"],
        Http = new HttpCall("POST", "https://api.test/subscriptions")
        {
            Body = MessageTemplate.Json("""{"type":"@{each}","session":"s1"}"""),
        },
        CancelHttp = new HttpCall("DELETE", "https://api.test/subscriptions?id=@{id}"),
        Reason = "/message",
        Reject = Both("/type", "\"revocation\"", "/id", "\"@{id}\""),
        Capture = Values(("id", "@{/data/0/id}")),
        Data = Json("/id", "\"@{id}\""),
    };

    private readonly List<string> _asked = [];

    [Fact]
    public void Each_key_is_asked_for_by_a_request_whose_answer_accepts_it_and_brings_its_captures()
    {
        Answer(body => Created(body.Contains("follow", StringComparison.Ordinal) ? "f1" : "c1"));
        StartOpen(With(Events));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Settle();

        Socket.DeliverText("""{"id":"c1"}""");
        Socket.DeliverText("""{"id":"x"}""");
        Settle();

        Assert.Equal(
            [
                """POST https://api.test/subscriptions {"type":"follow","session":"s1"}""",
                """POST https://api.test/subscriptions {"type":"cheer","session":"s1"}""",
            ],
            _asked);
        Assert.Equal(2, Count(SubscriptionState.Accepted));
        Assert.Equal(["events/cheer data", "none data"], heard.Heard.Where(each => each.EndsWith("data", StringComparison.Ordinal)));
        Assert.Empty(SentText);
    }

    [Fact]
    public void A_refusal_says_its_reason_costs_no_other_key_and_is_asked_again_when_the_answer_allows_it()
    {
        Answer(body => body.Contains("cheer", StringComparison.Ordinal) && _asked.Count < 3
            ? new HttpResult.Answered(429, Encoding.UTF8.GetBytes("""{"message":"too many"}""")) { RetryAfter = "30" }
            : Created("f1"));
        StartOpen(With(Events));
        Settle();

        var cheer = Board.Link!.Subscriptions.Show().Single(key => key.Key == "cheer");
        Assert.Equal(SubscriptionState.Refused, cheer.State);
        Assert.EndsWith("answered 429, \"too many\"", cheer.Reason, StringComparison.Ordinal);
        Assert.Equal(1, Count(SubscriptionState.Accepted));
        Advance(29);
        Assert.Equal(2, _asked.Count);
        Advance(1.2);
        Settle();

        Assert.Equal(3, _asked.Count);
        Assert.Equal(2, Count(SubscriptionState.Accepted));
    }

    [Fact]
    public void A_key_that_the_peer_ends_is_asked_for_again_and_one_that_is_taken_away_is_ended_by_a_request()
    {
        Answer(body => Created(body.Contains("follow", StringComparison.Ordinal) ? "f1" : "c1"));
        StartOpen(With(Events));
        Settle();

        Socket.DeliverText("""{"type":"revocation","id":"f1"}""");
        Settle();
        Assert.Equal(1, Count(SubscriptionState.Gone));
        Advance(1.2);
        Settle();
        Assert.Equal(2, Count(SubscriptionState.Accepted));
        Reload(With(Events with { ForEach = ["follow"] }), ChangeEffect.Live);
        Settle();

        Assert.Equal(4, _asked.Count);
        Assert.Equal("DELETE https://api.test/subscriptions?id=c1 ", _asked[^1]);
    }

    [Fact]
    public void A_key_that_is_taken_away_while_it_is_asked_for_is_ended_when_the_answer_says_how()
    {
        var answers = new List<TaskCompletionSource<HttpResult>>();
        Network.Asks = (question, _) =>
        {
            _asked.Add($"{question.Method} {question.Url}");
            answers.Add(new TaskCompletionSource<HttpResult>());
            return answers[^1].Task;
        };
        StartOpen(With(Events with { ForEach = ["follow"] }));
        Settle();
        Reload(With(Events) with { Subscriptions = ValueMap<SubscriptionSettings>.Empty }, ChangeEffect.Live);
        Settle();
        Assert.Single(_asked);

        answers[0].SetResult(Created("f1"));

        AwaitAssert(() => Assert.Equal("DELETE https://api.test/subscriptions?id=f1", _asked[^1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_key_that_is_wanted_again_while_it_is_asked_for_is_taken_back_and_asked_for_only_if_that_is_refused(bool isAccepted)
    {
        var answers = new List<TaskCompletionSource<HttpResult>>();
        Network.Asks = (question, _) =>
        {
            _asked.Add($"{question.Method} {question.Url}");
            answers.Add(new TaskCompletionSource<HttpResult>());
            return answers[^1].Task;
        };
        var wanted = With(Events with { ForEach = ["follow"] });
        StartOpen(wanted);
        Settle();
        Reload(With(Events with { ForEach = [] }), ChangeEffect.Live);
        Reload(wanted, ChangeEffect.Live);
        Settle();
        Assert.Single(_asked);

        answers[0].SetResult(isAccepted ? Created("f1") : new HttpResult.Answered(409, default));

        if (isAccepted)
            AwaitAssert(() => Assert.Equal(1, Count(SubscriptionState.Accepted)));
        else
            AwaitAssert(() => Assert.Equal(2, _asked.Count));
        Socket.DeliverText("""{"id":"f1"}""");
        Settle();
        Assert.DoesNotContain(_asked, each => each.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public void A_request_that_ends_a_key_is_given_up_too_and_what_the_peer_may_keep_is_told()
    {
        using var tap = new ConversationTap();
        Answer(_ => Created("f1"));
        StartOpen(With(Events with { ForEach = ["follow"], Timeout = Seconds(3) }));
        Settle();
        Plane.Taps.Add(tap);
        Network.Asks = (_, cancellation) =>
        {
            var answer = new TaskCompletionSource<HttpResult>();
            cancellation.Register(() => answer.SetResult(new HttpResult.Failed(new DialFailure(FailureLayer.Tcp, "given up"))));
            return answer.Task;
        };
        Reload(With(Events) with { Subscriptions = ValueMap<SubscriptionSettings>.Empty }, ChangeEffect.Live);
        Settle();

        Advance(3);

        var told = new List<string>();
        AwaitAssert(() =>
        {
            while (tap.Lines.TryRead(out var line))
                told.Add(line.Text);
            Assert.Contains(
                "the peer may keep follow of subscriptions.events until the connection ends: subscriptions.events: given up",
                told);
        });
    }

    [Fact]
    public void A_request_without_an_answer_counts_as_a_refusal()
    {
        Network.Answers = _ => new HttpResult.Failed(new DialFailure(FailureLayer.Tcp, "https://api.test: no address answered"));
        StartOpen(With(Events));
        Settle();

        Assert.Equal(2, Count(SubscriptionState.Refused));
        Assert.All(
            Board.Link!.Subscriptions.Show(),
            key => Assert.Equal("subscriptions.events: https://api.test: no address answered", key.Reason));
    }

    [Fact]
    public void A_request_that_takes_too_long_is_given_up_and_one_that_a_closed_connection_leaves_costs_the_next_nothing()
    {
        var givenUp = 0;
        Network.Asks = (_, cancellation) =>
        {
            var answer = new TaskCompletionSource<HttpResult>();
            cancellation.Register(() =>
            {
                Interlocked.Increment(ref givenUp);
                answer.SetResult(new HttpResult.Failed(new DialFailure(FailureLayer.Tcp, "given up")));
            });
            return answer.Task;
        };
        StartOpen(With(Events with { ForEach = ["follow"], Timeout = Seconds(3) }));
        Advance(3);
        AwaitAssert(() => Assert.Equal(1, Volatile.Read(ref givenUp)));
        Assert.Equal("no answer within 3 s", Assert.Single(Board.Link!.Subscriptions.Show()).Reason);
        Advance(1.2);
        Settle();
        Assert.Equal(1, Count(SubscriptionState.Asked));

        var left = Board.Link!.Subscriptions;
        Lose();

        AwaitAssert(() => Assert.Equal(2, Volatile.Read(ref givenUp)));
        Assert.Equal(SubscriptionState.Wanted, Assert.Single(left.Show()).State); // no refusal, which the next would know of
        Assert.Equal(1, Count(SubscriptionState.Asked)); // at once, as if it had never been refused
    }

    [Fact]
    public void An_answer_that_refuses_for_good_is_not_asked_for_again()
    {
        Answer(_ => new HttpResult.Answered(403, Encoding.UTF8.GetBytes("""{"message":"never"}""")));
        StartOpen(With(Events with { Reject = null, Then = RefusedKeyAction.Stop }));
        Settle();

        Advance(3600);
        Settle();

        Assert.Equal(2, _asked.Count);
        Assert.Equal(2, Count(SubscriptionState.Refused));
    }

    private void Answer(Func<string, HttpResult> answer) => Network.Answers = question =>
    {
        var body = question.Body is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "";
        lock (_asked)
            _asked.Add($"{question.Method} {question.Url} {body}");
        return answer(body);
    };

    private static HttpResult.Answered Created(string id) => new(202, Encoding.UTF8.GetBytes($$"""{"data":[{"id":"{{id}}"}]}"""));

    private static new EndpointSettings With(SubscriptionSettings events) => SubscriptionSpec.With(events) with
    {
        Subscriptions = new([KeyValuePair.Create("events", events)]),
    };
}
