using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Service.Explaining;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.Tests;

public sealed class ExplainSentenceTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly CloseCause Refused = new(CauseKind.DialFailed, "HTTP 503");

    [Fact]
    public void Backing_off_says_why_and_when_the_next_attempt_begins()
    {
        var sentence = ExplainSentence.Of(
            Running(Status(ConnectionState.BackingOff) with { LastClose = Refused, RetryAt = Now.AddSeconds(1.5), Waiting = "the delay" }));

        Assert.Equal("It is not open because of this: HTTP 503; attempt 3 begins in 1.5 s at 03:04:06.500Z.", sentence.Text);
        Assert.Equal(("the delay", Now.AddSeconds(1.5)), (sentence.WaitsFor, sentence.Until));
    }

    [Fact]
    public void Waiting_for_a_permit_says_its_place_and_what_holds_it_up()
    {
        var place = new QueuePlace(new EndpointId("a"), 4, "the budget of host x is spent", Now.AddSeconds(2));

        var sentence = ExplainSentence.Of(
            Running(Status(ConnectionState.BackingOff) with { LastClose = Refused, Waiting = "a permit to dial" }) with
            {
                Place = place,
            });

        Assert.Equal(
            "It is not open because of this: HTTP 503; attempt 3 waits for a permit to dial, place 4 in the queue (the budget of "
                + "host x is spent), until 03:04:07.000Z.",
            sentence.Text);
        Assert.Equal(Now.AddSeconds(2), sentence.Until);
    }

    [Theory]
    [InlineData(ConnectionState.Connecting, "waits for the handshake")]
    [InlineData(
        ConnectionState.Open,
        "is open since 03:04:05.000Z, and takes over when it has proved that it works and has the keys of this one")]
    public void A_rotation_says_how_far_it_is(ConnectionState state, string how)
    {
        var sentence = ExplainSentence.Of(
            Running(Status(ConnectionState.Open)) with { Replacement = Status(state) with { Waiting = "the handshake" } });

        Assert.EndsWith($"(incarnation 7); the connection that is to replace it {how}.", sentence.Text, StringComparison.Ordinal);
        Assert.Equal("its replacement to take over", sentence.WaitsFor);
    }

    [Fact]
    public void A_feed_that_a_subscriber_holds_back_says_so()
    {
        var sentence = ExplainSentence.Of(Running(Status(ConnectionState.AwaitingPong)) with { IsHeldBack = true });

        Assert.Contains("a subscriber does not keep up, and limits.overflow = pause-reading waits for it", sentence.Text);
        Assert.Equal("the subscriber to read on", sentence.WaitsFor);
    }

    [Fact]
    public void Silence_says_when_the_last_beat_of_the_peer_came()
    {
        var silent = Running(Status(ConnectionState.AwaitingPong));

        Assert.EndsWith(
            "so it waits for a sign of life; the last of 12 beats of the peer came at 03:03:55.000Z.",
            ExplainSentence.Of(silent with { Beats = 12, LastBeat = Now.AddSeconds(-10) }).Text,
            StringComparison.Ordinal);
        Assert.EndsWith("so it waits for a sign of life.", ExplainSentence.Of(silent).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quarantine_is_named_with_its_reason()
    {
        var cause = Refused with { Quarantine = "5 connections ended within 60 s" };

        var sentence = ExplainSentence.Of(
            Running(Status(ConnectionState.BackingOff) with { LastClose = cause, RetryAt = Now.AddMinutes(5), Waiting = "the delay" }));

        Assert.StartsWith(
            "It is not open because of this: HTTP 503; in quarantine, because 5 connections ended within 60 s; attempt 3 begins in 300.0 s",
            sentence.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_of_another_day_has_its_date()
    {
        var open = ExplainSentence.Of(Running(Status(ConnectionState.Open) with { Since = Now.AddHours(-4) }));
        var retry = ExplainSentence.Of(
            Running(Status(ConnectionState.BackingOff) with { LastClose = Refused, RetryAt = Now.AddDays(1), Waiting = "the delay" }));

        Assert.StartsWith("It is open since 2026-01-01 23:04:05.000Z ", open.Text, StringComparison.Ordinal);
        Assert.EndsWith(" at 2026-01-03 03:04:05.000Z.", retry.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_retry_after_that_is_cut_is_told()
    {
        var cause = Refused with { RetryAfter = "3456000" };

        var sentence = ExplainSentence.Of(
            Running(Status(ConnectionState.BackingOff) with { LastClose = cause, RetryAt = Now.AddDays(30), Waiting = "the delay" }));

        Assert.StartsWith(
            "It is not open because of this: HTTP 503; its Retry-After is cut to 30 days; attempt 3 begins in ",
            sentence.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_attempt_names_no_failure()
    {
        var sentence = ExplainSentence.Of(Running(Status(ConnectionState.BackingOff) with { Attempt = 1, Waiting = "a permit to dial" }));

        Assert.Equal("It is not open because it has just been started; attempt 1 waits for a permit to dial.", sentence.Text);
    }

    [Fact]
    public void Connecting_says_what_is_awaited_and_until_when()
    {
        var sentence = ExplainSentence.Of(Running(Status(ConnectionState.Connecting) with { Waiting = "the handshake" }));

        Assert.Equal(
            "It is not open yet because attempt 3 is under way since 03:04:05.000Z; it waits for the handshake, until 03:04:15.000Z "
                + "at the latest.",
            sentence.Text);
        Assert.Equal(Now.AddSeconds(10), sentence.Until);
    }

    [Fact]
    public void Open_waits_for_nothing()
    {
        var sentence = ExplainSentence.Of(Running(Status(ConnectionState.Open)));

        Assert.Equal(("It is open since 03:04:05.000Z (incarnation 7).", null, null), (sentence.Text, sentence.WaitsFor, sentence.Until));
    }

    [Fact]
    public void Open_after_a_failed_rotation_says_that_it_stays_and_when_the_next_is_tried()
    {
        var sentence = ExplainSentence.Of(
            Running(Status(ConnectionState.Open) with { FailedRotation = new FailedRotation(Refused, Now.AddSeconds(2)) }));

        Assert.Equal(
            "It is open since 03:04:05.000Z (incarnation 7); the connection that was to replace it failed (HTTP 503), so it stays, "
                + "and the next is tried at 03:04:07.000Z.",
            sentence.Text);
        Assert.Equal(("its replacement to be tried again", Now.AddSeconds(2)), (sentence.WaitsFor, sentence.Until));
    }

    [Theory]
    [InlineData(0, "is not answered yet")]
    [InlineData(1, "the one before it was missed")]
    [InlineData(2, "2 before it were missed")]
    public void Awaiting_a_pong_counts_what_was_missed(int missed, string expected)
    {
        var sentence = ExplainSentence.Of(Running(Status(ConnectionState.AwaitingPong) with { Missed = missed }));

        Assert.Contains(expected, sentence.Text, StringComparison.Ordinal);
        Assert.Equal("a sign of life", sentence.WaitsFor);
    }

    [Fact]
    public void Paused_and_failed_wait_for_an_operator_whatever_the_actor_last_said()
    {
        var running = Running(Status(ConnectionState.Open));

        var paused = ExplainSentence.Of(running with { Mode = EndpointMode.Paused });
        var failed = ExplainSentence.Of(running with { Mode = EndpointMode.Failed, Failure = Refused });

        Assert.Equal("It is not open because it was paused or closed at 03:04:05.000Z; it waits for somebody to resume it.", paused.Text);
        Assert.Equal(
            "It is not open because it failed for good at 03:04:05.000Z (HTTP 503); it waits for somebody to resume it.", failed.Text);
    }

    private static Situation Running(ConnectionStatus status) =>
        new(Now, EndpointMode.Running, Now, null, status, TimeSpan.FromSeconds(10), null);

    private static ConnectionStatus Status(ConnectionState state) => new(state, Now, 7, 3, "ws://x", null, null, null, null, "nothing", 0);
}
