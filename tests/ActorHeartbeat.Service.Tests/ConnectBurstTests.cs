using ActorHeartbeat.Service.Running;

namespace ActorHeartbeat.Service.Tests;

/// <summary>When the service compacts its heap.</summary>
public sealed class ConnectBurstTests
{
    private readonly ConnectBurst _burst = new();
    private TimeSpan _now = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_burst_is_over_once_when_nothing_has_connected_for_a_while()
    {
        Open(ConnectBurst.Many, every: TimeSpan.FromMilliseconds(1));
        Assert.False(_burst.IsOver(_now));

        _now += ConnectBurst.Quiet;

        Assert.True(_burst.IsOver(_now));
        Assert.False(_burst.IsOver(_now));
    }

    [Fact]
    public void A_long_burst_is_not_over_between_its_connects()
    {
        for (var part = 0; part < 3; part++)
        {
            Open(ConnectBurst.Many, every: TimeSpan.FromMilliseconds(10));
            Assert.False(_burst.IsOver(_now));
        }
    }

    [Fact]
    public void Connects_here_and_there_are_no_burst()
    {
        for (var minute = 0; minute < 60; minute++)
        {
            Open(ConnectBurst.Many / 2, every: TimeSpan.FromMilliseconds(1));
            _now += ConnectBurst.Quiet;
            Assert.False(_burst.IsOver(_now));
        }
    }

    private void Open(int connections, TimeSpan every)
    {
        for (var opened = 0; opened < connections; opened++)
            _burst.Opened(_now += every);
    }
}
