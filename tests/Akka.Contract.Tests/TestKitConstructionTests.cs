using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Akka.Contract.Tests;

public sealed class TestKitConstructionTests
{
    [Fact]
    public void Without_anything_it_makes_a_system_named_test()
    {
        using var kit = new TestKit.Xunit2.TestKit();

        Assert.Equal("test", kit.Sys.Name);
    }

    [Fact]
    public void A_text_is_the_configuration_of_its_system()
    {
        using var kit = new TestKit.Xunit2.TestKit("my.setting = 7");

        Assert.Equal(7, kit.Sys.Settings.Config.GetInt("my.setting"));
    }

    [Fact]
    public void A_configuration_may_come_with_the_name_of_the_system()
    {
        using var kit = new TestKit.Xunit2.TestKit(ConfigurationFactory.ParseString("my.setting = 7"), "named");

        Assert.Equal(("named", 7), (kit.Sys.Name, kit.Sys.Settings.Config.GetInt("my.setting")));
    }

    [Fact]
    public void A_setup_makes_its_system()
    {
        var setup = ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString("my.setting = 7")));

        using var kit = new TestKit.Xunit2.TestKit(setup, "named");

        Assert.Equal(("named", 7), (kit.Sys.Name, kit.Sys.Settings.Config.GetInt("my.setting")));
    }

    [Fact]
    public void A_system_of_ones_own_is_used_and_ended_with_the_kit()
    {
        var system = ActorSystem.Create("mine");

        using (var kit = new TestKit.Xunit2.TestKit(system))
            Assert.Same(system, kit.Sys);

        Assert.True(system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public void The_waits_are_settings()
    {
        using var kit = new TestKit.Xunit2.TestKit("akka.test { default-timeout = 1s, single-expect-default = 2s, filter-leeway = 4s, timefactor = 2.0 }");

        var settings = kit.TestKitSettings;

        Assert.Equal(
            (1, 2, 4, 2.0),
            (settings.DefaultTimeout.TotalSeconds, settings.SingleExpectDefault.TotalSeconds, settings.TestEventFilterLeeway.TotalSeconds, settings.TestTimeFactor));
        Assert.Equal(TimeSpan.FromSeconds(6), kit.Dilated(TimeSpan.FromSeconds(3)));
        Assert.Equal(TimeSpan.FromSeconds(4), kit.RemainingOrDefault);
    }

    [Fact]
    public void A_short_default_makes_an_expectation_fail_soon()
    {
        using var kit = new TestKit.Xunit2.TestKit("akka.test.single-expect-default = 20ms");

        Assert.ThrowsAny<XunitException>(() => kit.ExpectMsg("nothing comes"));
    }

    [Fact]
    public void What_the_system_logs_is_written_to_the_output_of_the_test()
    {
        var output = new Recorder();
        using var kit = new TestKit.Xunit2.TestKit("akka.loglevel = INFO", output);

        kit.AwaitAssert(() =>
        {
            kit.Sys.Log.Warning("to be seen"); // its logger may still be starting
            Assert.Contains(output.Lines, line => line.Contains("to be seen", StringComparison.Ordinal));
        });
    }

    private sealed class Recorder : ITestOutputHelper
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public void WriteLine(string message)
        {
            lock (_lines)
                _lines.Add(message);
        }

        public void WriteLine(string format, params object[] args) => WriteLine(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args));
    }
}
