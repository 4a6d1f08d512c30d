using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Tests.Policies;

public class OutcomeTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_close_code_has_the_outcome_of_the_default_table()
    {
        foreach (var code in Enumerable.Range(1000, 16).Concat(Enumerable.Range(3000, 2000)))
        {
            var cause = CloseCause.OfEnd(new ConnectionEnd(code, "", true));
            var actions = Enumerable
                .Range(1, 6)
                .Select(failures => OutcomeTable.Decide(OutcomeSettings.Default, cause, failures, Now).Action)
                .ToArray();

            var retries = code switch { 1008 => 0, >= 4000 and <= 4099 => 4, _ => 6 };
            var expected = Enumerable
                .Repeat(OutcomeAction.Retry, retries)
                .Concat(Enumerable.Repeat(OutcomeAction.Quarantine, 6 - retries));
            Assert.Equal((code, string.Join(' ', expected)), (code, string.Join(' ', actions)));
        }
    }

    [Theory]
    [InlineData(1000, "Normal Closure")]
    [InlineData(1001, "Going Away")]
    [InlineData(1002, "Protocol Error")]
    [InlineData(1003, "Unsupported Data")]
    [InlineData(1004, "Reserved")]
    [InlineData(1005, "No Status Received")]
    [InlineData(1006, "Abnormal Closure")]
    [InlineData(1007, "Invalid Frame Payload Data")]
    [InlineData(1008, "Policy Violation")]
    [InlineData(1009, "Message Too Big")]
    [InlineData(1010, "Mandatory Extension")]
    [InlineData(1011, "Internal Error")]
    [InlineData(1012, "Service Restart")]
    [InlineData(1013, "Try Again Later")]
    [InlineData(1014, "Bad Gateway")]
    [InlineData(1015, "TLS Handshake")]
    [InlineData(2999, "Reserved for the Protocol")]
    [InlineData(3000, "Unauthorized")]
    [InlineData(3003, "Forbidden")]
    [InlineData(3008, "Timeout")]
    [InlineData(3999, "Registered Use")]
    [InlineData(4999, "Private Use")]
    [InlineData(999, "Invalid")]
    [InlineData(5000, "Invalid")]
    public void Close_codes_have_their_names(int code, string name) => Assert.Equal(name, CloseCodes.Name(code));

    [Fact]
    public void Codes_that_must_not_stand_in_a_Close_frame_are_told_apart()
    {
        var sendable = Enumerable.Range(0, 6000).Where(CloseCodes.MaySend);

        Assert.Equal([1000, 1001, 1002, 1003, .. Enumerable.Range(1007, 8), .. Enumerable.Range(3000, 2000)], sendable);
    }

    [Theory]
    [InlineData(401, OutcomeAction.Quarantine)]
    [InlineData(403, OutcomeAction.Quarantine)]
    [InlineData(404, OutcomeAction.Quarantine)]
    [InlineData(410, OutcomeAction.Quarantine)]
    [InlineData(418, OutcomeAction.RetryAfter)]
    [InlineData(429, OutcomeAction.RetryAfter)]
    [InlineData(503, OutcomeAction.RetryAfter)]
    [InlineData(500, OutcomeAction.Retry)]
    [InlineData(302, OutcomeAction.Retry)]
    public void A_refused_handshake_has_the_outcome_of_the_default_table(int status, OutcomeAction expected)
    {
        var outcome = OutcomeTable.Decide(OutcomeSettings.Default, Refused(status), failures: 1, Now);

        Assert.Equal(expected, outcome.Action);
    }

    [Fact]
    public void The_first_rule_that_matches_wins()
    {
        var settings = new OutcomeSettings(
            [
                new OutcomeRule { HttpStatus = [new CodeRange(400, 499)], Then = OutcomeAction.NextUrl },
                new OutcomeRule { HttpStatus = [404], Then = OutcomeAction.Stop },
            ],
            OutcomeAction.Retry);

        Assert.Equal(OutcomeAction.NextUrl, OutcomeTable.Decide(settings, Refused(404), failures: 1, Now).Action);
    }

    [Fact]
    public void A_rule_with_two_criteria_needs_both()
    {
        var settings = new OutcomeSettings(
            [new OutcomeRule { HttpStatus = [403], Failure = [FailureLayer.Tls], Then = OutcomeAction.Stop }], OutcomeAction.Retry);

        Assert.Equal(OutcomeAction.Retry, OutcomeTable.Decide(settings, Refused(403), failures: 1, Now).Action);
    }

    [Fact]
    public void A_rule_without_criteria_matches_nothing()
    {
        var settings = new OutcomeSettings([new OutcomeRule { Then = OutcomeAction.Stop }], OutcomeAction.Retry);

        Assert.Equal(OutcomeAction.Retry, OutcomeTable.Decide(settings, Refused(404), failures: 1, Now).Action);
    }

    [Theory]
    [InlineData(FailureLayer.Resolve)]
    [InlineData(FailureLayer.Dns)]
    [InlineData(FailureLayer.Tcp)]
    [InlineData(FailureLayer.Proxy)]
    [InlineData(FailureLayer.Tls)]
    [InlineData(FailureLayer.Http)]
    [InlineData(FailureLayer.Protocol)]
    [InlineData(FailureLayer.Timeout)]
    [InlineData(FailureLayer.Heartbeat)]
    [InlineData(FailureLayer.Hello)]
    [InlineData(FailureLayer.Unknown)]
    public void Every_layer_can_be_given_an_outcome(FailureLayer layer)
    {
        var settings = new OutcomeSettings([new OutcomeRule { Failure = [layer], Then = OutcomeAction.Stop }], OutcomeAction.Retry);

        var outcome = OutcomeTable.Decide(settings, CloseCause.OfDial(new DialFailure(layer, "x")), failures: 1, Now);

        Assert.Equal(OutcomeAction.Stop, outcome.Action);
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData(" 7 ", 7)]
    [InlineData("0", 1)]
    [InlineData("-5", 1)]
    [InlineData("259200", 259_200)]
    [InlineData("999999999", 30 * 86_400)]
    [InlineData("Sat, 21 Nov 2026 12:00:30 GMT", 30)]
    [InlineData("Sat, 21 Nov 2026 11:00:00 GMT", 1)]
    [InlineData("Sat, 21 Nov 2026 12:00:30 UTC", 30)]
    [InlineData("Saturday, 21-Nov-26 12:00:30 GMT", 30)]
    [InlineData("Sat Nov 21 12:00:30 2026", 30)]
    [InlineData("Tue Dec  1 12:00:00 2026", 10 * 86_400)]
    public void Retry_after_is_understood_in_seconds_and_as_a_date_and_clamped(string header, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), OutcomeTable.ParseRetryAfter(header, Now));
    }

    [Theory]
    [InlineData("2592000", false)]
    [InlineData("2592001", true)]
    [InlineData("Tue, 22 Dec 2026 12:00:00 GMT", true)]
    [InlineData("soon", false)]
    [InlineData(null, false)]
    public void A_retry_after_of_more_than_30_days_is_cut(string? header, bool isCut) =>
        Assert.Equal(isCut, OutcomeTable.IsCut(header, Now));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("NaN")]
    public void A_retry_after_that_is_not_understood_asks_for_nothing(string? header)
    {
        Assert.Null(OutcomeTable.ParseRetryAfter(header, Now));
    }

    [Fact]
    public void A_retry_after_waits_at_least_as_long_as_the_server_asks()
    {
        var endpoint = new EndpointSettings { Id = new EndpointId("a"), Url = new Uri("ws://localhost/") };

        var next = NextAttempt.After(endpoint, Refused(429, "120"), failures: 0, flapping: false, random: 0.5, Now);

        Assert.Equal(TimeSpan.FromSeconds(120), next.Delay);
    }

    [Theory]
    [InlineData(403, "900", 900)] // longer than the quarantine
    [InlineData(403, "20", 300)] // shorter than the quarantine
    [InlineData(500, "120", 120)]
    [InlineData(418, "259200", 259_200)]
    public void A_retry_after_is_obeyed_whatever_the_status(int status, string retryAfter, double seconds)
    {
        var endpoint = new EndpointSettings { Id = new EndpointId("a"), Url = new Uri("ws://localhost/") };

        var next = NextAttempt.After(endpoint, Refused(status, retryAfter), failures: 0, flapping: false, random: 0.5, Now);

        Assert.Equal(TimeSpan.FromSeconds(seconds), next.Delay);
    }

    [Fact]
    public void Another_URL_does_not_wait_for_the_server_that_was_left()
    {
        var settings = new OutcomeSettings([], OutcomeAction.NextUrl);

        Assert.Equal(TimeSpan.Zero, OutcomeTable.Decide(settings, Refused(503, "120"), failures: 1, Now).AtLeast);
    }

    [Fact]
    public void Attempts_are_exhausted_at_max_attempts()
    {
        var endpoint = new EndpointSettings
        {
            Id = new EndpointId("a"),
            Url = new Uri("ws://localhost/"),
            Backoff = new BackoffSettings { MaxAttempts = 3 },
        };

        var gaveUp = Enumerable
            .Range(0, 4)
            .Select(failures => NextAttempt.After(endpoint, Refused(500), failures, false, 0.5, Now).GivesUp);

        Assert.Equal([false, false, true, true], gaveUp);
    }

    [Fact]
    public void A_refresh_is_no_failure_and_waits_for_nothing()
    {
        var endpoint = new EndpointSettings
        {
            Id = new EndpointId("a"),
            Url = new Uri("ws://localhost/"),
            Backoff = new BackoffSettings { MaxAttempts = 1 },
        };

        var next = NextAttempt.After(endpoint, CloseCause.Refresh("asked"), failures: 0, flapping: false, random: 0.5, Now);

        Assert.Equal((false, 0, TimeSpan.Zero), (next.GivesUp, next.Failures, next.Delay));
    }

    private static CloseCause Refused(int status, string? retryAfter = null) =>
        CloseCause.OfDial(new DialFailure(FailureLayer.Http, $"refused with {status}") { HttpStatus = status, RetryAfter = retryAfter });
}
