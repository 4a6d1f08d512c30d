using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class TestKitProbeTests : ActorSpec
{
    [Fact]
    public void A_probe_has_its_own_queue()
    {
        var probe = CreateTestProbe();

        probe.Ref.Tell("for the probe");
        TestActor.Tell("for the test");

        probe.ExpectMsg("for the probe");
        ExpectMsg("for the test");
    }

    [Fact]
    public void A_probe_stands_for_its_reference()
    {
        var probe = CreateTestProbe();

        probe.Tell("direct");
        TestActor.Tell("text", probe);

        probe.ExpectMsg("direct");
        ExpectMsg("text");
        Assert.Equal(probe.Ref, LastSender);
        Assert.True(probe.Equals(probe.Ref));
        Assert.Equal(probe.Ref.Path, ((IActorRef)probe).Path);
    }

    [Fact]
    public void Send_names_the_probe_as_the_sender()
    {
        var probe = CreateTestProbe();

        probe.Send(TestActor, "text");

        ExpectMsg("text");
        Assert.Equal(probe.Ref, LastSender);
    }

    [Fact]
    public void Reply_answers_the_sender_of_the_last_message()
    {
        var probe = CreateTestProbe();
        probe.Ref.Tell("question", TestActor);
        probe.ExpectMsg("question");

        probe.Reply("answer");

        Assert.Equal(TestActor, probe.Sender);
        ExpectMsg("answer");
        Assert.Equal(probe.Ref, LastSender);
    }

    [Fact]
    public void Forward_passes_the_last_message_on_with_its_sender()
    {
        var probe = CreateTestProbe();
        var origin = CreateTestProbe();
        probe.Ref.Tell("text", origin.Ref);
        probe.ExpectMsg("text");

        probe.Forward(TestActor);

        ExpectMsg("text");
        Assert.Equal(origin.Ref, LastSender);
    }

    [Fact]
    public void A_probe_can_be_watched()
    {
        var probe = CreateTestProbe();
        Watch(probe);

        Sys.Stop(probe);

        ExpectTerminated(probe);
    }

    [Fact]
    public void A_probe_can_be_subscribed_to_events()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe, typeof(string));

        Sys.EventStream.Publish("event");

        probe.ExpectMsg("event");
    }

    [Fact]
    public void A_child_actor_has_the_test_actor_for_a_parent()
    {
        var child = ChildActorOf(Props.Create(() => new ToParent()));

        child.Tell("for the parent");

        ExpectMsg("for the parent");
        Assert.Equal(TestActor.Path, child.Path.Parent);
    }

    [Fact]
    public async Task A_child_of_a_probe_has_the_probe_for_a_parent_and_the_name_it_was_given()
    {
        var probe = CreateTestProbe();

        var child = await probe.ChildActorOfAsync(Props.Create(() => new ToParent()), "child");
        child.Tell("for the parent");

        probe.ExpectMsg("for the parent");
        Assert.Equal("child", child.Path.Name);
    }

    [Fact]
    public void A_child_is_supervised_as_was_asked_for()
    {
        var child = ChildActorOf(Lifecycle.Of(CreateTestProbe().Ref, "child"), new OneForOneStrategy(_ => Directive.Stop));
        Watch(child);

        child.Tell(new InvalidOperationException("crash"));

        ExpectTerminated(child);
    }

    [Fact]
    public void Actors_can_be_made_by_props_by_type_and_by_an_expression()
    {
        var actors = new[]
        {
            ActorOf(Props.Create(() => new ToParent()), "by-props"),
            ActorOf<ToParent>("by-type"),
            ActorOf(() => new ToParent(), "by-expression"),
        };

        Assert.Equal(["by-props", "by-type", "by-expression"], actors.Select(actor => actor.Path.Name));
    }

    private sealed class ToParent : ReceiveActor
    {
        public ToParent() => ReceiveAny(message => Context.Parent.Tell(message));
    }
}
