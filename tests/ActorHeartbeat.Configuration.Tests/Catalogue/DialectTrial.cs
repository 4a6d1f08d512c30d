using System.Text.RegularExpressions;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Simulation;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Configuration.Tests.Catalogue;

/// <summary>Plays a transcript of a service against an endpoint that takes a dialect, in virtual time.</summary>
internal static partial class DialectTrial
{
    /// <summary>No transcript is longer.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(60);

    private static readonly Config Quiet = ConfigurationFactory.ParseString(
        "akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.log-dead-letters = off");

    /// <summary>The key url as the comment of a dialect says it, where the host is the user's; null where the dialect has it.</summary>
    public static string? UrlInComment(string dialect) =>
        Example().Match(Dialects.Text(dialect)!) is { Success: true, Groups: var groups } ? groups["url"].Value : null;

    /// <summary>What the client did wrong, and all that was said; null when it kept to the transcript.</summary>
    /// <param name="dialect">The name of the template.</param>
    /// <param name="transcript">What the service says and wants to hear.</param>
    /// <param name="changes">Keys of the endpoint, in HOCON.</param>
    public static string? Fault(string dialect, Transcript transcript, string changes = "")
    {
        var read = ConfigurationLoader.LoadText(
            $"actor-heartbeat.endpoints.feed {{ templates = [\"{dialect}\"]\n{UrlInComment(dialect)}\n{changes}\n}}",
            "trial.conf",
            transcript.Environment.GetValueOrDefault);
        if (read.Configuration is not { } configuration)
            return string.Join('\n', read.Errors);
        using var simulation = new ActorSimulation(seed: 1, Quiet);
        var network = new ScriptedNetwork((delay, action) => simulation.System.Scheduler.Advanced.ScheduleOnce(delay, action));
        var peer = new TranscriptPeer(transcript, network, new EndpointId("feed"));
        var time = new SimulatedTime(simulation);
        var resolver = new SecretAttemptResolver(transcript.Environment.GetValueOrDefault, time: time);
        var supervisor = simulation.System.ActorOf(ConnectionSupervisor.Props(
            new SupervisorDependencies(network, resolver, new FeedRegistry(time, "trial"))));
        supervisor.Tell(new AddEndpoint(Assert.Single(configuration.Endpoints)), ActorRefs.NoSender);
        simulation.RunUntilIdle();
        while (peer is { IsDone: false, Fault: null } && simulation.Time < Longest)
            simulation.AdvanceToNextTimer();
        network.AssertContract();
        return peer.IsDone ? null : $"{peer.Fault ?? "no end"}\n{string.Join('\n', peer.Log)}";
    }

    [GeneratedRegex("^#   (?<url>url = \".*\")$", RegexOptions.Multiline)]
    private static partial Regex Example();

    private sealed class SimulatedTime(ActorSimulation simulation) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => simulation.System.Scheduler.Now;

        public override long GetTimestamp() => simulation.Time.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
