using Akka.Actor;
using Akka.Deterministic;
using Akka.Event;

namespace Akka.Embedded.Tests;

public sealed class ShutdownTests
{
    [Theory]
    [InlineData("on", 1)]
    [InlineData("off", 0)]
    public void Dead_letters_of_a_shutdown_are_logged_as_the_settings_say(string setting, int logged)
    {
        var printed = new List<string>();
        using var simulation = new Simulation(1, $"akka.log-dead-letters-during-shutdown = {setting}");
        simulation.System.ActorOf(Props.Create(() => new Farewell()));
        simulation.OnMessage = entry =>
        {
            if (entry.Message is DeadLetter && entry.Actor.Name == "deadLetterListener")
                printed.Add(entry.Message.ToString());
        };

        simulation.Run(simulation.System.Terminate);

        Assert.Equal(logged, printed.Count);
    }

    private sealed class Farewell : UntypedActor
    {
        protected override void OnReceive(object message) { }

        protected override void PostStop() => Context.System.DeadLetters.Tell("farewell");
    }
}
