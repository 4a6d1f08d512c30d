using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Simulation;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Templates;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Samples;

/// <summary>The README's example of a transcript.</summary>
public sealed class TranscriptExample
{
    [Fact]
    public void The_login_is_said_anew_after_a_cut()
    {
        var transcript = Transcript.Parse("""
            env FEED_SECRET = secret-1

            dial wss://feed.example.com/ws
            within 10s > {"op":"login","time":"@{t}","sign":"@{hex(hmac-sha256(env.FEED_SECRET, t))}"}
            < {"op":"login","ok":true}
            whenever > ping
              at-least-every 30s
              < pong
            alive 90s
            cut

            dial wss://feed.example.com/ws
            within 10s > {"op":"login","time":"*","sign":"*"}
            """);
        var feed = new EndpointSettings
        {
            Id = new EndpointId("feed"),
            Url = new Uri("wss://feed.example.com/ws"),
            Heartbeat = new HeartbeatSettings
            {
                Mode = HeartbeatMode.Message,
                Interval = TimeSpan.FromSeconds(25),
                Send = MessageTemplate.Text("ping"),
                Expect = new MessagePattern.Text("pong"),
            },
            OnOpen =
            [
                new DialogueStep(
                    MessageTemplate.Json("""{"op":"login","time":"@{t}","sign":"@{hex(hmac-sha256(env.FEED_SECRET, t))}"}"""),
                    new MessagePattern.Json([new JsonExpectation("/ok", "true")]),
                    TimeSpan.FromSeconds(5))
                {
                    Let = new([KeyValuePair.Create("t", ValueTemplate.Text("@{string(now.s)}"))]),
                },
            ],
        };

        using var simulation = new ActorSimulation(seed: 1);
        var network = new ScriptedNetwork((delay, action) => simulation.System.Scheduler.Advanced.ScheduleOnce(delay, action));
        var peer = new TranscriptPeer(transcript, network, feed.Id);
        var supervisor = simulation.System.ActorOf(ConnectionSupervisor.Props(new SupervisorDependencies(
            network, new SecretAttemptResolver(transcript.Environment.GetValueOrDefault), new FeedRegistry(TimeProvider.System))));
        supervisor.Tell(new AddEndpoint(feed), ActorRefs.NoSender);
        simulation.Advance(TimeSpan.FromMinutes(3));

        Assert.True(peer.IsDone, $"{peer.Fault}\n{string.Join('\n', peer.Log)}");
    }
}
