using ActorHeartbeat.Service.Running;
using Akka.Actor;
using Akka.TestKit;

namespace ActorHeartbeat.Service.Tests;

/// <summary>What systemd is told, on virtual time; the test is the watchdog that is asked.</summary>
public sealed class SystemdWatchdogTests : Akka.TestKit.Xunit2.TestKit
{
    private int _told;

    public SystemdWatchdogTests()
        : base("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"") =>
        Asking = ActorOfAsTestActorRef<SystemdWatchdog>(SystemdWatchdog.Props(TestActor, TimeSpan.FromSeconds(60), () => _told++));

    private IActorRef Asking { get; }

    [Fact]
    public void An_answer_is_told_six_times_within_the_deadline()
    {
        Advance(9.9);
        Assert.False(HasMessages);

        for (var asked = 1; asked <= 6; asked++)
        {
            Advance(asked == 1 ? 0.1 : 10);
            ExpectMsg<Watchdog.AreYouAlive>();
            Assert.Equal(asked - 1, _told);
            Answer();
            Assert.Equal(asked, _told);
        }
    }

    [Fact]
    public void Without_an_answer_nothing_is_told_and_no_second_question_is_asked()
    {
        Advance(10);
        ExpectMsg<Watchdog.AreYouAlive>();

        Advance(60);

        Assert.False(HasMessages);
        Assert.Equal(0, _told);
    }

    [Fact]
    public void An_answer_after_the_next_question_was_due_is_not_told_and_the_one_after_it_is()
    {
        Advance(10);
        ExpectMsg<Watchdog.AreYouAlive>();
        Advance(10);

        Answer();
        Assert.Equal(0, _told);

        Advance(10);
        ExpectMsg<Watchdog.AreYouAlive>();
        Answer();
        Assert.Equal(1, _told);
    }

    [Theory]
    [InlineData("60000000", null, 60.0)]
    [InlineData("60000000", "", 60.0)]
    [InlineData("60000000", "7", 60.0)]
    [InlineData("60000000", "8", null)]
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void The_deadline_is_what_systemd_gave_this_process(string? microseconds, string? process, double? seconds)
    {
        var variables = new Dictionary<string, string?> { ["WATCHDOG_USEC"] = microseconds, ["WATCHDOG_PID"] = process };

        var deadline = SystemdNotices.WatchdogDeadline(name => variables[name], process: 7);

        Assert.Equal(seconds, deadline?.TotalSeconds);
    }

    private void Advance(double seconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));

    private void Answer() => Asking.Tell(Watchdog.Alive.Instance, TestActor);
}
