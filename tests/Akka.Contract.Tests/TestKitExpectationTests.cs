using Akka.Actor;
using Xunit.Sdk;

namespace Akka.Contract.Tests;

public sealed class TestKitExpectationTests : ActorSpec
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void A_bare_tell_in_a_test_comes_from_the_test_actor()
    {
        var echo = Sys.ActorOf(Props.Create(() => new Echo()));

        echo.Tell("hello");

        ExpectMsg("hello");
        Assert.Equal(echo, LastSender);
    }

    [Fact]
    public async Task A_bare_tell_after_an_await_still_comes_from_the_test_actor()
    {
        var echo = Sys.ActorOf(Props.Create(() => new Echo()));

        await Task.Yield();
        echo.Tell("hello");

        await ExpectMsgAsync("hello");
    }

    [Fact]
    public void An_expected_message_is_given_back()
    {
        TestActor.Tell(new Counter(3));

        Assert.Equal(3, ExpectMsg<Counter>().Value);
    }

    [Fact]
    public void A_message_of_another_type_fails()
    {
        TestActor.Tell("text");

        FailsWith(() => ExpectMsg<int>(), "text");
    }

    [Fact]
    public void A_message_that_is_not_equal_fails()
    {
        TestActor.Tell("other");

        FailsWith(() => ExpectMsg("expected"), "expected", "other");
    }

    [Fact]
    public void No_message_in_time_fails()
    {
        Fails(() => ExpectMsg<string>(Soon));
    }

    [Fact]
    public void The_hint_is_part_of_the_failure()
    {
        FailsWith(() => ExpectMsg<string>(Soon, "the doctor said so"), "the doctor said so");
    }

    [Fact]
    public void A_predicate_decides_whether_the_message_is_the_expected_one()
    {
        TestActor.Tell(4);
        TestActor.Tell(5);

        Assert.Equal(4, ExpectMsg<int>(number => number % 2 == 0));
        Fails(() => ExpectMsg<int>(number => number % 2 == 0));
    }

    [Fact]
    public void An_assertion_about_the_message_and_its_sender_may_fail()
    {
        var sender = CreateTestProbe();
        TestActor.Tell("text", sender.Ref);
        TestActor.Tell("text", sender.Ref);

        ExpectMsg<string>((text, from) =>
        {
            Assert.Equal("text", text);
            Assert.Equal(sender.Ref, from);
        });
        Fails(() => ExpectMsg<string>((_, from) => Assert.Equal(TestActor, from)));
    }

    [Fact]
    public void A_comparison_of_ones_own_decides_what_is_equal()
    {
        TestActor.Tell("TEXT");

        ExpectMsg("text", (expected, actual) => string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void ExpectNoMsg_fails_when_something_comes()
    {
        TestActor.Tell("surprise");

        FailsWith(() => ExpectNoMsg(Seconds(3)), "surprise");
    }

    [Fact]
    public void ExpectMsgAllOf_takes_the_messages_in_any_order()
    {
        TestActor.Tell(2);
        TestActor.Tell(1);

        Assert.Equal([1, 2], ExpectMsgAllOf(1, 2).Order());
    }

    [Fact]
    public void ExpectMsgAllOf_fails_when_one_is_missing()
    {
        TestActor.Tell(1);

        Fails(() => ExpectMsgAllOf(Soon, 1, 2));
    }

    [Fact]
    public void ExpectMsgAnyOf_takes_one_of_the_messages()
    {
        TestActor.Tell(2);
        TestActor.Tell(7);

        Assert.Equal(2, ExpectMsgAnyOf<int>([1, 2]));
        Fails(() => ExpectMsgAnyOf<int>([1, 2]));
    }

    [Fact]
    public void ExpectTerminated_fails_for_another_actor()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo()));
        Watch(actor);
        Sys.Stop(actor);

        Fails(() => ExpectTerminated(TestActor));
    }

    [Fact]
    public void FishForMessage_drops_the_messages_before_the_one_it_looks_for()
    {
        TestActor.Tell("other");
        TestActor.Tell(1);
        TestActor.Tell(2);

        Assert.Equal(2, FishForMessage<int>(number => number == 2));
        Assert.False(HasMessages);
    }

    [Fact]
    public void FishForMessage_lists_what_it_dropped()
    {
        TestActor.Tell("first");
        TestActor.Tell("second");
        TestActor.Tell("wanted");
        var dropped = new System.Collections.ArrayList();

        FishForMessage<string>(text => text == "wanted", dropped);

        Assert.Equal(["first", "second"], dropped.Cast<string>());
    }

    [Fact]
    public void FishForMessage_fails_when_it_never_comes() => Fails(() => FishForMessage<int>(number => number == 2, Soon));

    [Fact]
    public async Task FishUntilMessage_drops_messages_until_the_time_is_over_and_fails_on_the_type_that_must_not_come()
    {
        TestActor.Tell("dropped");
        AwaitCondition(() => HasMessages);
        await FishUntilMessageAsync<int>(Soon);
        Assert.False(HasMessages);

        TestActor.Tell(1);
        await Assert.ThrowsAnyAsync<XunitException>(() => FishUntilMessageAsync<int>(Seconds(3)));
    }

    [Fact]
    public void ReceiveOne_gives_null_when_nothing_comes()
    {
        Assert.Null(ReceiveOne(Soon));
        Assert.Null(ReceiveOne(TimeSpan.Zero));
    }

    [Fact]
    public void ReceiveN_gives_the_messages_in_order_and_fails_when_there_are_fewer()
    {
        TestActor.Tell(1);
        TestActor.Tell(2);
        TestActor.Tell(3);

        Assert.Equal([1, 2], ReceiveN(2).Cast<int>());
        Fails(() => ReceiveN(2, Soon));
    }

    [Fact]
    public void ReceiveWhile_stops_at_the_first_message_it_does_not_want_and_leaves_it()
    {
        TestActor.Tell(1);
        TestActor.Tell(2);
        TestActor.Tell(30);

        Assert.Equal([1, 2], ReceiveWhile<int>(number => number < 10, Seconds(3)));
        ExpectMsg(30);
    }

    [Fact]
    public void ReceiveWhile_stops_after_the_number_of_messages_that_was_asked_for()
    {
        TestActor.Tell(1);
        TestActor.Tell(2);
        TestActor.Tell(3);

        Assert.Equal([1, 2], ReceiveWhile<int>(_ => true, Seconds(3), msgs: 2));
        ExpectMsg(3);
    }

    [Fact]
    public void IgnoreMessages_drops_what_the_test_is_not_about_until_it_is_taken_back()
    {
        IgnoreMessages<int>(number => number < 10);
        TestActor.Tell(1);
        TestActor.Tell(11);
        ExpectMsg(11);

        IgnoreNoMessages();
        TestActor.Tell(1);

        ExpectMsg(1);
    }

    [Fact]
    public void HasMessages_says_whether_something_is_left()
    {
        Assert.False(HasMessages);

        TestActor.Tell("something");

        AwaitCondition(() => HasMessages);
        ExpectMsg("something");
        Assert.False(HasMessages);
    }

    [Fact]
    public async Task The_asynchronous_forms_do_what_the_synchronous_do()
    {
        TestActor.Tell(1);
        TestActor.Tell(2);
        TestActor.Tell(3);
        TestActor.Tell("text");

        Assert.Equal(1, await ExpectMsgAsync<int>());
        Assert.Equal(2, await ReceiveOneAsync());
        Assert.Equal(3, await FishForMessageAsync<int>(number => number == 3));
        Assert.Equal("text", await ExpectMsgAsync<string>(text => text.Length == 4));
        await ExpectNoMsgAsync(Soon);
        await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectMsgAsync<int>(Soon));
    }

    [Fact]
    public void There_is_no_last_message_and_no_last_sender_before_the_first_message_and_after_a_silence()
    {
        var probe = CreateTestProbe();
        Assert.Throws<IllegalActorStateException>(() => LastSender);
        Assert.Throws<IllegalActorStateException>(() => probe.Sender);
        foreach (var silence in new Action[] { () => ExpectNoMsg(Soon), () => ReceiveOne(Soon), () => Fails(() => ExpectMsg("nothing", Soon)), () => ReceiveWhile(Soon, message => message) })
        {
            TestActor.Tell("heard", probe.Ref);
            ExpectMsg("heard");
            Assert.Equal((probe.Ref, "heard"), (LastSender, LastMessage));

            silence();

            Assert.Throws<IllegalActorStateException>(() => LastSender);
            Assert.Throws<IllegalActorStateException>(() => LastMessage);
        }
    }

    [Fact]
    public void After_a_loop_the_last_message_is_the_last_it_took()
    {
        TestActor.Tell("one");
        TestActor.Tell("two");
        Assert.Equal(2, ReceiveWhile(Soon, message => message as string).Count);
        Assert.Equal("two", LastMessage);

        TestActor.Tell("three");
        TestActor.Tell(4);
        ReceiveWhile(Seconds(3), message => message as string);
        Assert.Equal("three", LastMessage);
        ExpectMsg(4);
    }

    private static void Fails(Action expectation) => Assert.ThrowsAny<XunitException>(expectation);

    private static void FailsWith(Action expectation, params string[] texts)
    {
        var failure = Assert.ThrowsAny<XunitException>(expectation);
        Assert.All(texts, text => Assert.Contains(text, failure.Message, StringComparison.Ordinal));
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
