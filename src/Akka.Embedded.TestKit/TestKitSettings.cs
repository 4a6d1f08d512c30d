using Akka.Configuration;

namespace Akka.TestKit;

/// <summary>The waits of a test kit, read once from <c>akka.test</c> of the system under test.</summary>
public class TestKitSettings
{
    /// <summary>Reads the settings; a key that is missing has the default that its property names.</summary>
    public TestKitSettings(Config config)
    {
        DefaultTimeout = config.GetTimeSpan("akka.test.default-timeout", TimeSpan.FromSeconds(5));
        SingleExpectDefault = config.GetTimeSpan("akka.test.single-expect-default", TimeSpan.FromSeconds(3));
        TestEventFilterLeeway = config.GetTimeSpan("akka.test.filter-leeway", TimeSpan.FromSeconds(3));
        TestTimeFactor = config.GetDouble("akka.test.timefactor", 1.0);
    }

    /// <summary>Bound of waits that are not for a message, such as a shutdown. Default: 5 s.</summary>
    public TimeSpan DefaultTimeout { get; }

    /// <summary>How long one expectation waits when neither it nor an enclosing Within says. Default: 3 s.</summary>
    public TimeSpan SingleExpectDefault { get; }

    /// <summary>How long an event filter waits for its events after the action has returned. Default: 3 s.</summary>
    public TimeSpan TestEventFilterLeeway { get; }

    /// <summary>Every wait is multiplied by this, so that a slow machine can be given more. Default: 1.</summary>
    public double TestTimeFactor { get; }
}
