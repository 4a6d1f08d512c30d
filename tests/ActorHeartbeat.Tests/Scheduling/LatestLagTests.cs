using ActorHeartbeat.Scheduling;

namespace ActorHeartbeat.Tests.Scheduling;

public class LatestLagTests
{
    [Fact]
    public void The_most_is_kept_for_half_a_minute_to_a_minute()
    {
        var lag = new LatestLag();
        lag.Note(At(1), Late(5));
        lag.Note(At(2), Late(3));
        Assert.Equal(Late(5), lag.Read(At(29)));

        lag.Note(At(31), Late(2));
        Assert.Equal(Late(5), lag.Read(At(32)));
        lag.Note(At(62), Late(1));

        Assert.Equal(Late(2), lag.Read(At(63)));
    }

    [Fact]
    public void Nothing_is_left_of_a_time_in_which_nothing_was_due()
    {
        var lag = new LatestLag();
        lag.Note(At(1), Late(5));

        Assert.Equal(Late(5), lag.Read(At(59)));
        Assert.Equal(TimeSpan.Zero, lag.Read(At(61)));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Late(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
