using ActorHeartbeat.Serialization;
using Akka.Configuration;

namespace ActorHeartbeat.Tests;

/// <summary>
/// Actor systems whose time passes when a test says so. Every message between actors is serialized on its way, so that one which could not
/// go to another process fails where it is sent.
/// </summary>
internal static class VirtualTime
{
    public static readonly Config Configuration = ConfigurationFactory.ParseString("""
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.loglevel = WARNING
        akka.actor.serialize-messages = on
        """).WithFallback(MessageSerializer.Configuration);
}
