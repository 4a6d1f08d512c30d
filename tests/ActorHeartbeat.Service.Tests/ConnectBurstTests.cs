using ActorHeartbeat.Service.Running;

namespace ActorHeartbeat.Service.Tests;

/// <summary>When the service compacts its heap.</summary>
public sealed class ConnectBurstTests
{
    private readonly ConnectBurst _burst = new();
    private TimeSpan _now = TimeSpan.FromMinutes(1);

    [Fact]
    public void Many_connects_are_a_burst_once_and_it_is_over_when_nothing_has_connected_for_a_while()
    {
        Assert.Equal(1, Open(ConnectBurst.Many * 3, every: TimeSpan.FromMilliseconds(10)));
        Assert.Equal(ConnectBurst.Quiet, _burst.Left(_now));

        _now += ConnectBurst.Quiet;

        Assert.Equal(TimeSpan.Zero, _burst.Left(_now));
    }

    [Fact]
    public void The_next_burst_is_another()
    {
        for (var burst = 0; burst < 3; burst++)
        {
            Assert.Equal(1, Open(ConnectBurst.Many, every: TimeSpan.FromMilliseconds(1)));
            _now += ConnectBurst.Quiet;
        }
    }

    [Fact]
    public void Connects_here_and_there_are_no_burst()
    {
        for (var minute = 0; minute < 60; minute++)
        {
            Assert.Equal(0, Open(ConnectBurst.Many - 1, every: TimeSpan.FromMilliseconds(1)));
            _now += ConnectBurst.Quiet;
        }
    }

    /// <returns>How often a burst began.</returns>
    private int Open(int connections, TimeSpan every) =>
        Enumerable.Range(0, connections).Count(_ => _burst.Opened(_now += every));
}
