using ActorHeartbeat.Serialization;
using Akka.Configuration;

namespace ActorHeartbeat.Tests;

/// <summary>Actor systems whose time passes when a test says so.</summary>
internal static class VirtualTime
{
    // The deadlines say how long a busy machine may take, never how long a test does.
    public static readonly Config Configuration = ConfigurationFactory.ParseString("""
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.loglevel = WARNING
        akka.test { single-expect-default = 10 s, default-timeout = 30 s }
        """);

    /// <summary>
    /// The same with every message between actors serialized on its way, so that one which could not go to another process fails where it
    /// is sent.
    /// </summary>
    public static readonly Config WithSerialization = ConfigurationFactory
        .ParseString("akka.actor.serialize-messages = on")
        .WithFallback(MessageSerializer.Configuration)
        .WithFallback(Configuration);
}
