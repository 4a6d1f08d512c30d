using ActorHeartbeat.Serialization;
using Akka.Configuration;

namespace ActorHeartbeat.Tests;

/// <summary>Configures actor systems whose time only a test moves.</summary>
internal static class VirtualTime
{
    // The timeouts allow for a busy machine; they do not say how long a test takes.
    public static readonly Config Configuration = ConfigurationFactory.ParseString("""
        akka.scheduler.implementation = "ActorHeartbeat.Tests.VirtualScheduler, ActorHeartbeat.Tests"
        akka.loglevel = WARNING
        akka.test { single-expect-default = 10 s, default-timeout = 30 s }
        """);

    /// <summary>
    /// Serializes every message between actors, so that a message that cannot go to another process fails where it is sent.
    /// </summary>
    public static readonly Config Serialization = ConfigurationFactory
        .ParseString("akka.actor.serialize-messages = on")
        .WithFallback(MessageSerializer.Configuration);

    public static readonly Config WithSerialization = Serialization.WithFallback(Configuration);
}
