using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Policies;

public class LivenessTests
{
    private static readonly TimeOnly Noon = new(12, 0);
    private static readonly EndpointSettings Endpoint = new() { Id = new EndpointId("a"), Url = new Uri("ws://localhost/") };

    [Fact]
    public void A_heartbeat_is_due_an_interval_after_the_last_frame()
    {
        var signs = SignsAt(0) with { LastInbound = S(5) };

        Assert.Equal((LivenessVerdict.Wait, S(25)), Judge(Endpoint, signs, now: 24.9));
        Assert.Equal((LivenessVerdict.HeartbeatDue, S(25)), Judge(Endpoint, signs, now: 25));
    }

    [Fact]
    public void When_always_inbound_frames_do_not_postpone_the_heartbeat()
    {
        var always = Endpoint with { Heartbeat = new HeartbeatSettings { When = HeartbeatWhen.Always } };
        var signs = SignsAt(0) with { LastInbound = S(19) };

        Assert.Equal(LivenessVerdict.HeartbeatDue, Judge(always, signs, now: 20).Verdict);
    }

    [Fact]
    public void The_next_heartbeat_is_due_an_interval_after_the_last_answer()
    {
        var signs = SignsAt(0) with { LastAnswer = S(8), LastInbound = S(3) };

        Assert.Equal((LivenessVerdict.Wait, S(28)), Judge(Endpoint, signs, now: 9));
    }

    [Fact]
    public void Mode_none_sends_no_heartbeat()
    {
        var none = Endpoint with { Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None } };

        Assert.Equal(LivenessVerdict.Wait, Judge(none, SignsAt(0), now: 3000).Verdict);
    }

    [Fact]
    public void An_outstanding_heartbeat_is_missed_at_its_deadline_and_no_second_one_is_due_before()
    {
        var signs = SignsAt(0);

        Assert.Equal((LivenessVerdict.Wait, S(30)), Judge(Endpoint, signs, now: 29, pingDeadline: 30));
        Assert.Equal(LivenessVerdict.Missed, Judge(Endpoint, signs, now: 30, pingDeadline: 30).Verdict);
    }

    [Fact]
    public void Pongs_never_keep_a_silent_feed_up()
    {
        var idle = Endpoint with { Timeouts = new TimeoutSettings { DataIdle = new DataIdleSettings(S(60)) } };
        var signs = SignsAt(0) with { LastInbound = S(59), LastAnswer = S(59) };

        Assert.Equal(LivenessVerdict.DataIdle, Judge(idle, signs, now: 60).Verdict);
    }

    [Fact]
    public void Quiet_feeds_with_pongs_are_not_torn_down()
    {
        var signs = SignsAt(0) with { LastInbound = S(3590), LastAnswer = S(3590) };

        Assert.Equal((LivenessVerdict.Wait, S(3610)), Judge(Endpoint, signs, now: 3600));
    }

    [Fact]
    public void In_quiet_hours_silence_of_data_is_expected_and_counts_from_their_end()
    {
        var quiet = Endpoint with
        {
            Timeouts = new TimeoutSettings
            {
                DataIdle = new DataIdleSettings(S(60)) { QuietHours = [new QuietHours(new TimeOnly(22, 0), new TimeOnly(6, 0))] },
            },
        };
        var signs = SignsAt(0) with { LastInbound = S(40_000), LastAnswer = S(40_000) };

        Assert.Equal(LivenessVerdict.Wait, Judge(quiet, signs, now: 40_000, at: new TimeOnly(23, 0)).Verdict);
        Assert.Equal((LivenessVerdict.Wait, S(40_020)), Judge(quiet, signs, now: 40_000, at: new TimeOnly(6, 0, 30)));
        Assert.Equal((LivenessVerdict.Wait, S(40_001)), Judge(quiet, signs, now: 40_000, at: new TimeOnly(6, 0, 59)));
        Assert.Equal(LivenessVerdict.DataIdle, Judge(quiet, signs, now: 40_000, at: new TimeOnly(6, 1)).Verdict);
    }

    [Fact]
    public void Silence_that_begins_in_quiet_hours_is_found_as_soon_after_their_end_as_it_is_due()
    {
        var quiet = Endpoint with
        {
            Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None },
            Timeouts = new TimeoutSettings
            {
                DataIdle = new DataIdleSettings(S(60)) { QuietHours = [new QuietHours(new TimeOnly(22, 0), new TimeOnly(6, 0))] },
            },
        };

        Assert.Equal((LivenessVerdict.Wait, S(40_000 + 300 + 60)), Judge(quiet, SignsAt(0), now: 40_000, at: new TimeOnly(5, 55)));
        Assert.Equal((LivenessVerdict.Wait, S(40_000 + 3600)), Judge(quiet, SignsAt(0), now: 40_000, at: new TimeOnly(22, 0)));
    }

    [Fact]
    public void A_connection_on_which_nothing_comes_in_is_silent()
    {
        var asks = Endpoint with { Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None, MaxSilence = S(60) } };
        var signs = SignsAt(0) with { LastInbound = S(10) };

        Assert.Equal((LivenessVerdict.Wait, S(70)), Judge(asks, signs, now: 69));
        Assert.Equal(LivenessVerdict.MaxSilence, Judge(asks, signs, now: 70).Verdict);
    }

    [Fact]
    public void A_connection_is_reported_as_stable_once_after_reset_after()
    {
        var signs = SignsAt(100);

        Assert.Equal((LivenessVerdict.Wait, S(110)), Judge(Endpoint, signs, now: 100, unstable: true));
        Assert.Equal(LivenessVerdict.Stable, Judge(Endpoint, signs, now: 110, unstable: true).Verdict);
        Assert.Equal((LivenessVerdict.Wait, S(120)), Judge(Endpoint, signs, now: 110));
    }

    [Fact]
    public void A_rotation_is_due_at_its_time()
    {
        Assert.Equal((LivenessVerdict.Wait, S(15)), Judge(Endpoint, SignsAt(0), now: 1, rotateAt: 15));
        Assert.Equal(LivenessVerdict.RotationDue, Judge(Endpoint, SignsAt(0), now: 15, rotateAt: 15).Verdict);
    }

    private static (LivenessVerdict Verdict, TimeSpan LookAgain) Judge(
        EndpointSettings settings,
        LifeSigns signs,
        double now,
        double? pingDeadline = null,
        bool unstable = false,
        double? rotateAt = null,
        TimeOnly? at = null) =>
        Liveness.Judge(
            settings,
            signs,
            pingDeadline is { } ping ? S(ping) : null,
            unstable,
            rotateAt is { } rotate ? S(rotate) : null,
            S(now),
            at ?? Noon);

    private static LifeSigns SignsAt(double seconds) => new(S(seconds), S(seconds), S(seconds), S(seconds));

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);
}
