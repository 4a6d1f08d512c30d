using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class AskTests : ActorSpec
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task An_answer_completes_the_task()
    {
        var actor = Answering(question => $"answer to {question}");

        Assert.Equal("answer to question", await actor.Ask<string>("question"));
    }

    [Fact]
    public async Task An_untyped_ask_gives_whatever_was_answered()
    {
        var actor = Answering(_ => 42);

        Assert.Equal(42, await actor.Ask("question"));
    }

    [Fact]
    public async Task Without_an_answer_in_time_it_times_out()
    {
        var actor = Silent();

        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask<string>("question", Soon));
    }

    [Fact]
    public async Task Without_a_timeout_it_waits_for_as_long_as_the_answer_takes()
    {
        var answer = TestActor.Ask<string>("question");
        ExpectMsg("question");
        var asker = LastSender;
        ExpectNoMsg(Silence);
        Assert.False(answer.IsCompleted);

        asker.Tell("answer");

        Assert.Equal("answer", await answer);
    }

    [Fact]
    public async Task A_dead_actor_is_a_timeout_too()
    {
        var actor = StoppedActor();

        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask<string>("question", Soon));
    }

    [Fact]
    public async Task An_answer_of_failure_is_thrown()
    {
        var actor = Answering(_ => new Status.Failure(new InvalidOperationException("refused")));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => actor.Ask<string>("question"));
        Assert.Equal("refused", failure.Message);
    }

    /// <summary>Akka.NET throws it since 1.5.45 and gives it as the answer before, so nothing may rely on either.</summary>
    [Fact]
    public async Task An_answer_of_failure_reaches_who_asked_for_any_object()
    {
        var actor = Answering(_ => new Status.Failure(new InvalidOperationException("refused")));

        var failure = await actor.Ask<object>("question").ContinueWith(
            asked => asked.Exception is { } thrown ? thrown.InnerException : Assert.IsType<Status.Failure>(asked.Result).Cause, TaskScheduler.Default);

        Assert.Equal("refused", Assert.IsType<InvalidOperationException>(failure).Message);
    }

    [Fact]
    public async Task An_answer_of_another_type_is_an_argument_error()
    {
        var actor = Answering(_ => 42);

        await Assert.ThrowsAsync<ArgumentException>(() => actor.Ask<string>("question"));
    }

    [Fact]
    public async Task A_token_that_is_cancelled_cancels_the_task()
    {
        using var cancellation = new CancellationTokenSource();
        var answer = Silent().Ask<string>("question", cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => answer);
    }

    [Fact]
    public async Task The_question_can_be_made_from_the_reference_that_awaits_the_answer()
    {
        var actor = Sys.ActorOf(Props.Create(() => new AnsweringElsewhere()));

        var answer = await actor.Ask<string>(asker => ("question", asker), Seconds(3), CancellationToken.None);

        Assert.Equal("answer", answer);
    }

    [Fact]
    public async Task A_selection_can_be_asked()
    {
        Sys.ActorOf(Props.Create(() => new AnsweringWith(_ => "answer")), "selected");

        Assert.Equal("answer", await Sys.ActorSelection("/user/selected").Ask<string>("question"));
    }

    [Fact]
    public async Task A_selection_resolves_to_the_actor_at_its_path()
    {
        var actor = Sys.ActorOf(Props.Create(() => new AnsweringWith(_ => "answer")), "selected");

        Assert.Equal(actor, await Sys.ActorSelection("/user/selected").ResolveOne(Seconds(3)));
    }

    [Fact]
    public async Task Identify_of_an_actor_gives_its_reference()
    {
        var actor = Silent();

        var identity = await actor.Ask<ActorIdentity>(new Identify(7));

        Assert.Equal((7, actor), (identity.MessageId, identity.Subject));
    }

    private IActorRef Silent() => Sys.ActorOf(Props.Create(() => new Listener(ActorRefs.Nobody)));

    private IActorRef Answering(Func<object, object> answer) => Sys.ActorOf(Props.Create(() => new AnsweringWith(answer)));

    private sealed class AnsweringWith : ReceiveActor
    {
        public AnsweringWith(Func<object, object> answer) => ReceiveAny(message => Sender.Tell(answer(message)));
    }

    private sealed class AnsweringElsewhere : ReceiveActor
    {
        public AnsweringElsewhere() => Receive<(string, IActorRef)>(question => question.Item2.Tell("answer"));
    }
}
