using Akka.Configuration;

namespace ActorHeartbeat.Tests;

/// <summary>Actor systems whose time passes when a test says so.</summary>
internal static class VirtualTime
{
    public static readonly Config Configuration = ConfigurationFactory.ParseString("""
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.loglevel = WARNING
        """);
}
