using Akka.Actor;
using Akka.Event;

namespace Akka.Contract.Tests;

public sealed class SelectionTests : ActorSpec
{
    [Fact]
    public void A_star_stands_for_any_part_of_a_name()
    {
        Start("feed-1");
        Start("feed-2");
        Start("other");

        Sys.ActorSelection("/user/feed-*").Tell("hello");

        ExpectMsgAllOf("feed-1 hello", "feed-2 hello");
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_question_mark_stands_for_one_character()
    {
        Start("feed-1");
        Start("feed-22");

        Sys.ActorSelection("/user/feed-?").Tell("hello");

        ExpectMsg("feed-1 hello");
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_path_goes_down_to_children_and_up_to_parents()
    {
        var parent = Start("parent");
        Start("neighbour");
        parent.Tell(Named.Of(TestActor), TestActor);
        var child = ExpectMsg<IActorRef>();

        Sys.ActorSelection("/user/parent/child").Tell("down");
        ExpectMsg("child down");
        Sys.ActorSelection(child, "../../neighbour").Tell("up and over");

        ExpectMsg("neighbour up and over");
    }

    [Fact]
    public void A_path_without_a_slash_at_its_beginning_starts_at_the_root_too()
    {
        Start("feed");

        Sys.ActorSelection("feed").Tell("lost");
        Sys.ActorSelection("user/feed").Tell("hello");

        ExpectMsg("feed hello");
    }

    [Fact]
    public void An_actor_selects_from_where_it_is()
    {
        var parent = Start("parent");
        parent.Tell(Named.Of(TestActor), TestActor);
        ExpectMsg<IActorRef>();

        parent.Tell(("child", "hello"));

        ExpectMsg("child hello");
    }

    [Fact]
    public void The_path_of_an_actor_selects_it()
    {
        var actor = Start("feed");

        Sys.ActorSelection(actor.Path).Tell("by path");
        ExpectMsg("feed by path");
        Sys.ActorSelection(actor.Path.ToString()).Tell("by text");

        ExpectMsg("feed by text");
    }

    [Fact]
    public void The_sender_is_the_teller()
    {
        Start("feed");

        Sys.ActorSelection("/user/feed").Tell("who", TestActor);

        ExpectMsg("feed who");
        Assert.Equal("feed", LastSender.Path.Name);
    }

    [Fact]
    public void What_no_actor_is_selected_for_is_a_dead_letter()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));

        Sys.ActorSelection("/user/nobody-here").Tell("lost");

        Assert.Equal("lost", ExpectMsg<DeadLetter>().Message);
    }

    [Fact]
    public void Identify_of_nobody_answers_without_a_subject()
    {
        Sys.ActorSelection("/user/nobody-here").Tell(new Identify("id"), TestActor);

        var identity = ExpectMsg<ActorIdentity>();
        Assert.Equal("id", identity.MessageId);
        Assert.Null(identity.Subject);
    }

    [Fact]
    public async Task A_selection_of_nobody_resolves_to_an_error() =>
        await Assert.ThrowsAsync<ActorNotFoundException>(() => Sys.ActorSelection("/user/nobody-here").ResolveOne(Seconds(3)));

    private IActorRef Start(string name)
    {
        var actor = Sys.ActorOf(Named.Of(TestActor), name);
        Settle(actor);
        return actor;
    }

    /// <summary>Reports texts with its name, starts a child, and tells what it selects.</summary>
    private sealed class Named : ReceiveActor
    {
        public Named(IActorRef witness)
        {
            Receive<string>(text => witness.Tell($"{Self.Path.Name} {text}", Self));
            Receive<Props>(props => Sender.Tell(Context.ActorOf(props, "child")));
            Receive<(string Path, string Text)>(order => Context.ActorSelection(order.Path).Tell(order.Text));
        }

        public static Props Of(IActorRef witness) => Props.Create(() => new Named(witness));
    }
}
