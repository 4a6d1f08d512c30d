using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Xunit.Sdk;

namespace Akka.Contract.Tests;

public sealed class EventFilterTests() : ActorSpec("akka.loglevel = DEBUG")
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_filter_matches_the_level_and_the_text() => EventFilter.Warning("full text").ExpectOne(() =>
    {
        Sys.Log.Info("full text");
        Sys.Log.Warning("another text");
        Sys.Log.Warning("full text");
    });

    [Fact]
    public void Each_level_has_its_filter()
    {
        EventFilter.Error("text").ExpectOne(() => Sys.Log.Error("text"));
        EventFilter.Warning("text").ExpectOne(() => Sys.Log.Warning("text"));
        EventFilter.Info("text").ExpectOne(() => Sys.Log.Info("text"));
        EventFilter.Debug("text").ExpectOne(() => Sys.Log.Debug("text"));
    }

    [Fact]
    public void The_text_may_be_given_by_its_start_a_part_or_a_pattern()
    {
        EventFilter.Info(start: "one").ExpectOne(() => Sys.Log.Info("one two three"));
        EventFilter.Info(contains: "two").ExpectOne(() => Sys.Log.Info("one two three"));
        EventFilter.Info(new Regex("t.o")).ExpectOne(() => Sys.Log.Info("one two three"));
    }

    [Fact]
    public void A_filter_counts()
    {
        EventFilter.Info("text").Expect(3, () =>
        {
            Sys.Log.Info("text");
            Sys.Log.Info("text");
            Sys.Log.Info("text");
        });
    }

    [Fact]
    public void Too_few_events_fail() =>
        Assert.ThrowsAny<XunitException>(() => EventFilter.Info("text").Expect(2, Soon, () => Sys.Log.Info("text")));

    [Fact]
    public void Too_many_events_fail() =>
        Assert.ThrowsAny<XunitException>(() => EventFilter.Info("text").Expect(1, Soon, () =>

            // The inner filter returns when all three have been seen.
            EventFilter.Info("last").ExpectOne(() =>
            {
                Sys.Log.Info("text");
                Sys.Log.Info("text");
                Sys.Log.Info("last");
            })));

    [Fact]
    public void Filters_can_be_joined() => EventFilter.Info("first").And.Warning("second").Expect(2, () =>
    {
        Sys.Log.Info("first");
        Sys.Log.Warning("second");
    });

    [Fact]
    public void An_exception_filter_looks_at_the_type_of_the_cause()
    {
        EventFilter.Exception<ArgumentException>().ExpectOne(() =>
        {
            Sys.Log.Error(new InvalidOperationException("another"), "text");
            Sys.Log.Error(new ArgumentNullException("name"), "text");
        });
    }

    [Theory]
    [InlineData("the text")]
    [InlineData("the cause")]
    public void An_exception_filter_takes_the_text_of_the_log_or_of_the_exception(string text) =>
        EventFilter.Exception<InvalidOperationException>(text).ExpectOne(() =>
        {
            Sys.Log.Error(new InvalidOperationException("the cause"), "the text");
            Sys.Log.Error(new InvalidOperationException("another cause"), "another text");
        });

    [Fact]
    public void A_custom_filter_asks_its_predicate() =>
        EventFilter.Custom<Warning>(logged => logged.Message.ToString()!.Length == 3)
            .ExpectOne(() => Sys.Log.Warning("abc"));

    [Fact]
    public void A_dead_letter_filter_looks_at_the_type_of_the_message()
    {
        var actor = StoppedActor();

        EventFilter.DeadLetter<string>().ExpectOne(() =>
        {
            actor.Tell(1);
            actor.Tell("text");
        });
    }

    [Fact]
    public void A_dead_letter_filter_may_ask_about_the_message()
    {
        var actor = StoppedActor();

        EventFilter.DeadLetter<int>(number => number > 1).ExpectOne(() =>
        {
            actor.Tell(1);
            actor.Tell(2);
        });
    }

    [Fact]
    public void The_result_of_the_action_is_given_back() => Assert.Equal(42, EventFilter.Info("text").ExpectOne(() =>
    {
        Sys.Log.Info("text");
        return 42;
    }));

    [Fact]
    public async Task An_asynchronous_action_is_awaited()
    {
        var result = await EventFilter.Info("text").ExpectOneAsync(async () =>
        {
            await Task.Yield();
            Sys.Log.Info("text");
            return 42;
        });

        Assert.Equal(42, result);
    }

    [Fact]
    public async Task Events_may_come_after_the_action()
    {
        await EventFilter.Info("late").ExpectOneAsync(() =>
        {
            Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(30), () => Sys.Log.Info("late"));
            return Task.CompletedTask;
        });
    }
}
