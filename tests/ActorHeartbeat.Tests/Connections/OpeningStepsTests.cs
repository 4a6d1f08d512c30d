using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Opening dialogues in which the peer speaks first, and refuses.</summary>
public class OpeningStepsTests : ConnectionSpec
{
    private static readonly DialogueStep Hello = new(null, Text("hello"), Seconds(3)),
        Ready = new(null, Text("ready"), Seconds(3)),
        Login = new(OutboundMessage.Text("login"), Text("welcome"), Seconds(3))
        {
            Reject = new MessagePattern.Json([new JsonExpectation("/event", "\"error\"")]),
            Reason = "/msg",
        };

    [Fact]
    public void Nothing_is_said_before_the_peer_has_spoken()
    {
        Dial(Hello, Login);
        Assert.Empty(SentText);

        Socket.DeliverText("hello");
        Settle();
        Assert.Equal(["login"], SentText);
        Assert.NotEqual(ConnectionState.Open, Board.Status!.State);

        Socket.DeliverText("welcome");
        ExpectStates(ConnectionState.Open);
    }

    [Fact]
    public void What_the_peer_says_in_one_breath_answers_one_step_after_the_other()
    {
        Dial(Hello, Ready, Login);

        Socket.DeliverText("hello");
        Socket.DeliverText("ready");
        Settle();
        Socket.DeliverText("welcome");

        ExpectStates(ConnectionState.Open);
    }

    [Fact]
    public void A_step_that_waits_behind_a_message_without_an_answer_waits_from_then_on()
    {
        Dial(new DialogueStep(OutboundMessage.Text("hi"), null, Seconds(3)), Hello);
        Assert.Equal(["hi"], SentText);

        Socket.DeliverText("hello");

        ExpectStates(ConnectionState.Open);
    }

    [Fact]
    public void A_peer_that_does_not_speak_is_given_up()
    {
        Dial(Hello);

        Advance(3);

        Assert.Equal(
            "on-open, step 1 was not answered as expected within 3 s", ExpectBackingOff(CauseKind.OpeningTimeout).Cause!.Detail);
    }

    [Fact]
    public void A_refusal_ends_the_attempt_and_says_why()
    {
        Dial(Login);

        Socket.DeliverText("""{"event":"error","msg":"no such\nkey"}""");

        var cause = ExpectBackingOff(CauseKind.OpeningRefused).Cause!;
        Assert.Equal(("on-open, step 1 was refused, \"no such\\nkey\"", "no such\\nkey"), (cause.Detail, cause.Reason));
        Assert.Equal(FailureLayer.Hello, cause.Layer);
        Assert.Single(Socket.Closes);
    }

    [Fact]
    public void A_refusal_may_name_its_action()
    {
        Dial(Login with { Then = OutcomeAction.Quarantine, Retry = TimeSpan.FromMinutes(15) });

        Socket.DeliverText("""{"event":"error"}""");

        var change = ExpectBackingOff(CauseKind.OpeningRefused);
        Assert.Equal((TimeSpan.FromMinutes(15), "its on-open says so"), (change.RetryIn, change.Cause!.Quarantine));
        Assert.Equal("on-open, step 1 was refused", change.Cause.Detail);
    }

    private void Dial(params DialogueStep[] steps)
    {
        Start(Defaults with { OnOpen = [.. steps] });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        Settle();
    }

    private static MessagePattern Text(string text) => new MessagePattern.Text(text);
}
