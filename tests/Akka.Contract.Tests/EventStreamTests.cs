using Akka.Actor;
using Akka.Event;

namespace Akka.Contract.Tests;

public sealed class EventStreamTests : ActorSpec
{
    [Fact]
    public void A_subscriber_of_a_type_gets_its_events()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Animal));

        Sys.EventStream.Publish(new Animal());
        Sys.EventStream.Publish("not an animal");

        ExpectMsg<Animal>();
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_subscriber_of_a_type_gets_events_of_its_sub_types()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Animal));

        Sys.EventStream.Publish(new Cat());

        ExpectMsg<Cat>();
    }

    [Fact]
    public void A_subscriber_of_an_interface_gets_what_implements_it()
    {
        Sys.EventStream.Subscribe<IPurring>(TestActor);

        Sys.EventStream.Publish(new Cat());

        ExpectMsg<Cat>();
    }

    [Fact]
    public void A_subscriber_of_a_sub_type_does_not_get_the_type_above()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Cat));

        Sys.EventStream.Publish(new Animal());
        Sys.EventStream.Publish(new Cat());

        ExpectMsg<Cat>();
    }

    [Fact]
    public void A_subscriber_of_a_type_and_its_sub_type_gets_an_event_once()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Animal));
        Sys.EventStream.Subscribe(TestActor, typeof(Cat));

        Sys.EventStream.Publish(new Cat());

        ExpectMsg<Cat>();
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_second_subscription_of_the_same_type_changes_nothing()
    {
        Assert.True(Sys.EventStream.Subscribe(TestActor, typeof(Animal)));
        Assert.False(Sys.EventStream.Subscribe(TestActor, typeof(Animal)));

        Sys.EventStream.Publish(new Animal());

        ExpectMsg<Animal>();
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void After_unsubscribing_from_a_type_its_events_do_not_come()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Animal));
        Sys.EventStream.Subscribe(TestActor, typeof(string));

        Sys.EventStream.Unsubscribe(TestActor, typeof(Animal));
        Sys.EventStream.Publish(new Animal());
        Sys.EventStream.Publish("text");

        ExpectMsg("text");
    }

    [Fact]
    public void After_unsubscribing_from_everything_nothing_comes()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Animal));
        Sys.EventStream.Subscribe(TestActor, typeof(string));

        Sys.EventStream.Unsubscribe(TestActor);
        Sys.EventStream.Publish(new Animal());
        Sys.EventStream.Publish("text");

        ExpectNoMsg(Silence);
    }

    [Fact]
    public void What_is_logged_is_published_with_its_level_source_and_text()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Warning));

        Sys.Log.Warning("disk {0} is full", "A");

        var warning = ExpectMsg<Warning>();
        Assert.Equal(LogLevel.WarningLevel, warning.LogLevel());
        Assert.Equal("disk A is full", warning.Message.ToString());
    }

    [Fact]
    public void What_is_below_the_log_level_is_not_published()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Debug));
        var log = Akka.Event.Logging.GetLogger(Sys, "spec");

        log.Debug("detail");

        Assert.False(log.IsDebugEnabled);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void The_logger_of_an_actor_names_it_as_the_source()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Info));
        var actor = Sys.ActorOf(Props.Create(() => new Logging()), "logging");

        actor.Tell("text");

        var info = FishForMessage<Info>(logged => logged.Message.ToString() == "text");
        Assert.Contains("/user/logging", info.LogSource, StringComparison.Ordinal);
        Assert.Equal(typeof(Logging), info.LogClass);
    }

    private class Animal;

    private sealed class Cat : Animal, IPurring;

    private interface IPurring;

    private sealed class Logging : ReceiveActor
    {
        public Logging() => Receive<string>(text => Context.GetLogger().Info(text));
    }
}
