using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class PipeTests : ActorSpec
{
    private static readonly InvalidOperationException Failure = new("failed");

    [Fact]
    public async Task The_result_of_a_task_becomes_a_message()
    {
        await Task.FromResult("result").PipeTo(TestActor);

        ExpectMsg("result");
    }

    [Fact]
    public void A_task_that_is_not_complete_is_piped_when_it_is()
    {
        var source = new TaskCompletionSource<string>();
        _ = source.Task.PipeTo(TestActor);
        ExpectNoMsg(Silence);

        source.SetResult("result");

        ExpectMsg("result");
    }

    [Fact]
    public async Task A_failed_task_becomes_a_failure_with_its_cause()
    {
        await Task.FromException<string>(Failure).PipeTo(TestActor);

        Assert.Same(Failure, ExpectMsg<Status.Failure>().Cause);
    }

    [Fact]
    public async Task A_cancelled_task_becomes_a_failure()
    {
        await Task.FromCanceled<string>(new CancellationToken(canceled: true)).PipeTo(TestActor);

        Assert.IsAssignableFrom<OperationCanceledException>(ExpectMsg<Status.Failure>().Cause);
    }

    [Fact]
    public async Task A_result_can_be_turned_into_another_message()
    {
        await Task.FromResult(20).PipeTo(TestActor, success: number => number + 1);

        ExpectMsg(21);
    }

    [Fact]
    public async Task A_failure_can_be_turned_into_another_message()
    {
        await Task.FromException<int>(Failure).PipeTo(TestActor, failure: exception => exception.Message);

        ExpectMsg("failed");
    }

    [Fact]
    public async Task The_sender_is_the_one_that_was_given()
    {
        var sender = CreateTestProbe();

        await Task.FromResult("result").PipeTo(TestActor, sender.Ref);

        ExpectMsg("result");
        Assert.Equal(sender.Ref, LastSender);
    }

    [Fact]
    public async Task A_task_without_a_result_sends_what_success_makes()
    {
        await Task.CompletedTask.PipeTo(TestActor, success: () => "done");

        ExpectMsg("done");
    }

    [Fact]
    public async Task A_task_without_a_result_that_fails_becomes_a_failure()
    {
        await Task.FromException(Failure).PipeTo(TestActor);

        Assert.Same(Failure, ExpectMsg<Status.Failure>().Cause);
    }

    [Fact]
    public void A_task_without_a_result_sends_nothing_by_itself()
    {
        Task.CompletedTask.PipeTo(TestActor);
        Task.CompletedTask.PipeTo(TestActor, success: () => "the only one");

        ExpectMsg("the only one");
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_result_of_null_is_no_message_and_so_becomes_a_failure()
    {
        Task.FromResult<string?>(null).PipeTo(TestActor);

        Assert.NotNull(ExpectMsg<Status.Failure>().Cause); // of which type depends on the version
    }

    [Fact]
    public async Task A_value_task_is_piped_like_a_task()
    {
        await ValueTask.FromResult("result").PipeTo(TestActor);

        ExpectMsg("result");
    }
}
