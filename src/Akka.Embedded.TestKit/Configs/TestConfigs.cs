using Akka.Configuration;

namespace Akka.TestKit.Configs;

/// <summary>Configurations that tests start from.</summary>
public static class TestConfigs
{
    /// <summary>The waits of a kit, each at its default.</summary>
    public static Config DefaultConfig { get; } = ConfigurationFactory.ParseString(
        """
        akka.test {
          # Bound of waits that are not for a message.
          default-timeout = 5s
          # How long one expectation waits.
          single-expect-default = 3s
          # How long an event filter waits after its action.
          filter-leeway = 3s
          # Every wait is multiplied by it.
          timefactor = 1.0
        }
        """);

    /// <summary>Time stands still until the test moves it.</summary>
    public static Config TestSchedulerConfig { get; } = ConfigurationFactory.ParseString(
        """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """);
}
