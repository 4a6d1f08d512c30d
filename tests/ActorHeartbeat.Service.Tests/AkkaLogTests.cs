using Akka.Actor;
using Akka.Event;
using Serilog.Events;

namespace ActorHeartbeat.Service.Tests;

/// <summary>Log events of the actor system and its actors in the service's log.</summary>
public sealed class AkkaLogTests
{
    private static string Nothing(TestKit.FeedServer feeds) => "";

    [Fact]
    public async Task A_line_of_an_actor_has_its_level_its_source_its_path_and_its_parts()
    {
        var lines = new CollectedLines();
        await using var service = await RunningService.Start(Nothing, "akka.loglevel = DEBUG", lines);

        var talker = service.System.ActorOf(Props.Create(() => new Talker()), "talker");
        talker.Tell("say");
        await lines.WaitFor("an error");

        Assert.Equal(
            [LogEventLevel.Debug, LogEventLevel.Information, LogEventLevel.Warning, LogEventLevel.Error],
            new[] { "a debug {line}", "an info of 7", "a warning", "an error" }.Select(text => Assert.Single(lines.Containing(text)).Level)
        );
        var json = CollectedLines.Json(lines.Containing("an info").Single());
        Assert.Equal(
            ["time", "level", "message", "Number", "source", "actorPath"],
            json.EnumerateObject().Select(member => member.Name == "number" ? "Number" : member.Name));
        Assert.Equal("an info of 7", json.GetProperty("message").GetString());
        Assert.Equal(typeof(Talker).FullName, json.GetProperty("source").GetString());
        Assert.Equal("akka://actorheartbeat/user/talker", json.GetProperty("actorPath").GetString());
    }

    [Fact]
    public async Task An_exception_in_an_actor_is_one_line_with_its_stack_and_the_path()
    {
        var lines = new CollectedLines();
        await using var service = await RunningService.Start(Nothing, lines: lines);

        service.System.ActorOf(Props.Create(() => new Talker()), "talker").Tell("throw");
        await lines.WaitFor("the talker throws");
        service.System.ActorOf(Props.Create(() => new Talker()), "after").Tell("say");
        await lines.WaitFor("an error");

        var line = Assert.Single(lines.All, line => line.Exception is not null);
        Assert.Equal(LogEventLevel.Error, line.Level);
        Assert.Contains(nameof(Talker), line.Exception!.StackTrace, StringComparison.Ordinal);
        Assert.Equal("akka://actorheartbeat/user/talker", CollectedLines.Json(line).GetProperty("actorPath").GetString());
    }

    [Theory]
    [InlineData("log-dead-letters = on", 3)]
    [InlineData("log-dead-letters = 2", 2)]
    [InlineData("log-dead-letters = off", 0)]
    public async Task Dead_letters_are_lines_of_info_as_often_as_Akkas_setting_says(string setting, int expected)
    {
        var lines = new CollectedLines();
        await using var service = await RunningService.Start(Nothing, $"akka {{ loglevel = INFO, {setting} }}", lines);
        if (expected > 0) // the listener subscribes when it starts, and misses earlier dead letters
            await service.System.ActorSelection("/system/deadLetterListener").ResolveOne(RunningService.Deadline);

        for (var count = 0; count < 3; count++)
            service.System.DeadLetters.Tell("nobody hears this", ActorRefs.NoSender);
        await lines.WaitFor("was not delivered", expected);
        await Settled(service, lines);

        var letters = lines.Containing("was not delivered").ToArray();
        Assert.Equal(expected, letters.Length);
        Assert.All(letters, letter => Assert.Equal(LogEventLevel.Information, letter.Level));
    }

    [Theory]
    [InlineData("loglevel = DEBUG, actor.debug.unhandled = on", 1)]
    [InlineData("loglevel = DEBUG, actor.debug.unhandled = off", 0)]
    [InlineData("loglevel = INFO, actor.debug.unhandled = on", 0)]
    public async Task Unhandled_messages_are_lines_of_debug_when_Akkas_setting_says_so(string settings, int expected)
    {
        var lines = new CollectedLines();
        await using var service = await RunningService.Start(Nothing, $"akka {{ {settings} }}", lines);

        service.System.ActorOf(Props.Create(() => new Talker()), "deaf").Tell(42);
        await lines.WaitFor("Unhandled message", expected);
        await Settled(service, lines);

        var unhandled = lines.Containing("Unhandled message").ToArray();
        Assert.Equal(expected, unhandled.Length);
        Assert.All(unhandled, line =>
            Assert.Equal(
                (LogEventLevel.Debug, "akka://actorheartbeat/user/deaf"),
                (line.Level, CollectedLines.Json(line).GetProperty("actorPath").GetString())));
    }

    // The service of these tests has log.level = error.
    [Theory]
    [InlineData("", new[] { "an error" })]
    [InlineData("akka.loglevel = WARNING", new[] { "a warning", "an error" })]
    [InlineData("akka.loglevel = OFF", new string[0])]
    public async Task A_level_that_Akka_is_given_is_not_hidden_and_otherwise_the_levels_of_the_log_count(string beside, string[] expected)
    {
        var lines = new CollectedLines();
        await using var service = await RunningService.Start(Nothing, beside, lines);

        await service.System.ActorOf(Props.Create(() => new Talker()), "talker").Ask<string>("say");
        foreach (var text in expected)
            await lines.WaitFor(text);

        Assert.Equal(expected, lines.All.Where(line => line.Properties.ContainsKey("ActorPath")).Select(line => line.RenderMessage(null)));
    }

    [Fact]
    public async Task Messages_of_Akka_before_its_loggers_run_are_in_the_log_too()
    {
        var lines = new CollectedLines();
        await using var service = await RunningService.Start(
            Nothing,
            """akka { loglevel = WARNING, actor.serializers.mine = "No.Such, Thing" }""",
            lines);

        Assert.Single(lines.Containing("No.Such, Thing"), line => line.Level == LogEventLevel.Warning);
    }

    /// <summary>Writes a line through the log and waits for it, so that all lines before it have arrived.</summary>
    private static async Task Settled(RunningService service, CollectedLines lines)
    {
        await service.System.ActorOf(Props.Create(() => new Talker()), "last").Ask<string>("say");
        await lines.WaitFor("an error");
    }

    private sealed class Talker : ReceiveActor
    {
        public Talker()
        {
            var log = Context.GetLogger();
            Receive<string>(text => text == "throw", _ => throw new InvalidOperationException("the talker throws"));
            Receive<string>(_ =>
            {
                log.Debug("a debug {line}");
                log.Info("an info of {Number}", 7);
                log.Warning("a warning");
                log.Error("an error");
                Sender.Tell("said");
            });
        }
    }
}
