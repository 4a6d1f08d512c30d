using Akka.Actor;
using Akka.Event;
using Akka.TestKit;

namespace Akka.Contract.Tests;

public sealed class DeadLetterTests : ActorSpec
{
    [Fact]
    public void A_message_to_a_dead_actor_becomes_a_dead_letter()
    {
        var actor = StoppedActor();
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));

        actor.Tell("too late", TestActor);

        var letter = ExpectMsg<DeadLetter>();
        Assert.Equal(("too late", TestActor, actor), (letter.Message, letter.Sender, letter.Recipient));
    }

    [Fact]
    public void A_message_to_the_dead_letters_is_one()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));

        Sys.DeadLetters.Tell("lost");

        Assert.Equal("lost", ExpectMsg<DeadLetter>().Message);
    }

    [Fact]
    public void A_message_that_suppresses_dead_letters_is_published_as_suppressed_only()
    {
        var actor = StoppedActor();
        Sys.EventStream.Subscribe(TestActor, typeof(AllDeadLetters));

        actor.Tell(new Expected());

        Assert.IsType<Expected>(ExpectMsg<SuppressedDeadLetter>().Message);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void Nobody_takes_every_message_without_a_dead_letter()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(AllDeadLetters));

        ActorRefs.Nobody.Tell("nothing");

        Assert.True(ActorRefs.Nobody.IsNobody());
        ExpectNoMsg(Silence);
    }

    [Fact]
    public async Task Ten_dead_letters_are_logged_and_then_no_more_for_a_while()
    {
        var actor = StoppedActor();

        await DeadLetterLogs().ExpectAsync(10, () =>
        {
            for (var letter = 0; letter < 15; letter++)
                actor.Tell(letter);
            return Task.CompletedTask;
        });
        await DeadLetterLogs().ExpectAsync(0, async () =>
        {
            actor.Tell("another");
            await Task.Yield();
        });
    }

    [Fact]
    public async Task A_suppressed_dead_letter_is_not_logged()
    {
        var actor = StoppedActor();

        await DeadLetterLogs().ExpectOneAsync(() =>
        {
            actor.Tell(new Expected());
            actor.Tell("a plain one");
            return Task.CompletedTask;
        });
    }

    private IEventFilterApplier DeadLetterLogs() =>
        EventFilter.Custom<Info>(logged => logged.Message.ToString()!.Contains("dead letter", StringComparison.OrdinalIgnoreCase));

    private sealed record Expected : IDeadLetterSuppression;
}
