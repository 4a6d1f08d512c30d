using System.Net;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Verbs;
using ActorHeartbeat.TestKit;
using Akka.Actor;
using Akka.Configuration.Hocon;
using Akka.Dispatch;

namespace ActorHeartbeat.Service.Tests;

/// <summary>How the <c>akka</c> section reaches the actor system, and the error when the system refuses it.</summary>
public sealed class AkkaSectionTests
{
    private const string Refused = "akka: the actor system does not start with this section: ";

    [Fact]
    public void Every_key_that_the_service_sets_itself_is_warned_of()
    {
        var keys = AkkaSection.Decided.AsEnumerable().SelectMany(entry => Leaves(entry.Key, entry.Value)).ToArray();

        var warnings = ConfigurationLoader.LoadText(string.Join('\n', keys.Select(key => $"{key} = x"))).OrThrow().Warnings;

        Assert.Equal(keys.Order(StringComparer.Ordinal), warnings.Select(warning => warning.KeyPath).Order(StringComparer.Ordinal));

        static IEnumerable<string> Leaves(string path, HoconValue value) =>
            value.IsObject()
                ? value.GetObject().Items.SelectMany(item => Leaves($"{path}.{item.Key}", item.Value))
                : [path];
    }

    [Fact]
    public async Task Dispatchers_serializers_the_scheduler_and_the_phases_of_a_shutdown_reach_the_system()
    {
        await using var service = await RunningService.Start(_ => "", $$"""
            akka {
              own-dispatcher { type = PinnedDispatcher, throughput = 7 }
              actor {
                default-dispatcher.throughput = 11
                serializers.mine = "Akka.Serialization.NewtonSoftJsonSerializer, Akka"
                serialization-bindings { "{{typeof(Bound).FullName}}, {{typeof(Bound).Assembly.GetName().Name}}" = mine }
              }
              scheduler.tick-duration = 20 ms
              coordinated-shutdown.phases { service-stop.timeout = 9s, own { timeout = 3s, depends-on = [service-stop] } }
            }
            """);
        var system = service.System;
        var shutdown = CoordinatedShutdown.Get(system);

        Assert.Equal(11, system.Dispatchers.DefaultGlobalDispatcher.Throughput);
        Assert.IsType<PinnedDispatcher>(system.Dispatchers.Lookup("akka.own-dispatcher"));
        Assert.Equal(
            "NewtonSoftJsonSerializer", ((ExtendedActorSystem)system).Serialization.FindSerializerForType(typeof(Bound)).GetType().Name);
        Assert.Equal(TimeSpan.FromMilliseconds(20), system.Settings.Config.GetTimeSpan("akka.scheduler.tick-duration"));
        Assert.Equal((9, 3), (shutdown.Timeout("service-stop").TotalSeconds, shutdown.Timeout("own").TotalSeconds));
    }

    [Fact]
    public async Task The_akka_section_cannot_change_the_loggers_and_the_shutdown_hooks_of_the_service()
    {
        await using var service = await RunningService.Start(_ => "", """
            akka {
              loggers = ["Akka.Event.DefaultLogger"], stdout-logger-class = "Akka.Event.StandardOutLogger"
              coordinated-shutdown { run-by-clr-shutdown-hook = on, run-by-actor-system-terminate = on, exit-clr = on }
            }
            """);
        var settings = service.System.Settings;

        Assert.Contains("AkkaLog", Assert.Single(settings.Loggers), StringComparison.Ordinal);
        Assert.Equal("EarlyAkkaLog", settings.StdoutLogger.GetType().Name);
        foreach (var key in new[] { "run-by-clr-shutdown-hook", "run-by-actor-system-terminate", "exit-clr" })
            Assert.False(settings.Config.GetBoolean($"akka.coordinated-shutdown.{key}"), key);
    }

    [Fact]
    public async Task Check_tries_the_section_with_the_scheduler_that_the_service_runs_on()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "akka.scheduler.tick-duration = 5ms"); // Akka.NET's own scheduler refuses less than 10 ms
        await using var output = new StringWriter();
        await using var error = new StringWriter();

        Assert.Equal((0, ""), (await CommandLine.Run(["check", file], output, error, CancellationToken.None), error.ToString()));

        File.Delete(file);
    }

    [Theory]
    [InlineData(
        "actor.default-dispatcher.type = Nonsense", "Could not resolve dispatcher type Nonsense for path akka.actor.default-dispatcher")]
    [InlineData("coordinated-shutdown.phases.service-stop.depends-on = [service-stop]", "Cycle detected")]
    [InlineData("actor.deployment { \"/connections\" { dispatcher = nope } }", "Dispatcher [nope] not configured")]
    public Task A_section_that_Akka_refuses_is_named_by_check_and_by_run(string section, string why) =>
        IsRefused($"akka {{ {section} }}", $"2:1: {Refused}{why}");

    [Theory]
    [InlineData("actor.provider", "\"No.Such, Provider\"", "'akka.actor.provider' is not a valid type name : 'No.Such, Provider'")]
    [InlineData("actor.creation-timeout", "never", "The input string 'never' was not in a correct format")]
    [InlineData("loglevel", "LOUD", "Unknown LogLevel: \"LOUD\"")]
    [InlineData("stdout-loglevel", "banana", "Unknown LogLevel: \"")]
    public Task A_value_that_Akka_quotes_is_named_with_its_place(string key, string value, string why) =>
        IsRefused(
            $"akka {{ {key} = {value} }}",
            $"2:{11 + key.Length}: akka.{key}: the actor system does not start with this value: {why}");

    private static async Task IsRefused(string section, string expected)
    {
        var file = Path.GetTempFileName();
        try
        {
            // With the API and without: the routes are not opened before the system is.
            foreach (var (verb, listen) in new[] { ("check", "off"), ("run", "off"), ("run", "\"127.0.0.1:0\"") })
            {
                await File.WriteAllTextAsync(file, $"actor-heartbeat.http.listen = {listen}\n{section}");
                await using var output = new StringWriter();
                await using var error = new StringWriter();

                var exitCode = await CommandLine.Run([verb, file], output, error, CancellationToken.None);

                Assert.Equal(1, exitCode);
                Assert.StartsWith($"{file}:{expected}", error.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain("   at ", error.ToString(), StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_reload_works_while_Akka_serializes_every_message()
    {
        await using var service = await RunningService.Start(beside: "akka.actor.serialize-messages = on");
        var text = await File.ReadAllTextAsync(service.File);
        await File.WriteAllTextAsync(service.File, text.Replace("{ venue = demo } }", "{ venue = other } }", StringComparison.Ordinal));

        var (status, report) = await service.Post("/v1/config/reload");

        Assert.Equal((HttpStatusCode.OK, "applied"), (status, report.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task The_connections_are_drained_before_the_actor_system_shuts_down()
    {
        await using var service = await RunningService.Start(feeds => $"echo {{ url = \"{feeds.UrlOf(FeedPath.Echo, "echo")}\" }}");
        await service.WaitFor("echo", "open");
        var drains = new List<string>();
        CoordinatedShutdown.Get(service.System).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "look", () =>
        {
            lock (drains)
                drains.Add($"{service.Feeds.History("echo").LastCloseCode}");
            return Task.FromResult(Akka.Done.Instance);
        });

        await service.StopHost();

        Assert.Equal(["1001"], drains);
    }

    public sealed record Bound;
}
