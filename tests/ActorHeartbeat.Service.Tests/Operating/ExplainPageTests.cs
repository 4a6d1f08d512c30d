using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Tests.Operating;

/// <summary>What explain says, and what it advises.</summary>
public sealed class ExplainPageTests
{
    [Fact]
    public void An_endpoint_that_is_down_is_explained_on_one_screen()
    {
        var page = Page(Fleet.Down("mexc"), [Change("connecting", 1), Change("backing-off", 4)]);

        var text = Screen.Text(Fleet.Of(80, 24), page.Render(80, 24));

        Assert.Equal(
            """
            mexc is backing-off (ws://a.example)
            since         down since 11:59:18Z, 42s ago; not open since it was added or
                          resumed
            why           ws://a.example: the handshake was refused with HTTP 500 Internal
                          Server Error; body: no
            next          attempt 4 begins by itself in 9s, at 12:00:09Z
            back          It comes back by itself as soon as a try succeeds. The server
                          itself has a problem: its operator can mend it, nothing on our
                          side.
            dial now      actorheartbeat refresh mexc
            listen in     actorheartbeat try mexc
            latest        11:59:57Z backing-off, attempt 4: HTTP 500 Internal Server Error;…
                          11:59:57Z connecting, attempt 1

            """,
            text);
    }

    [Theory]
    [InlineData("open", 1)]
    [InlineData("paused", 1)]
    [InlineData("failed", 3)]
    [InlineData("connecting", 1)]
    [InlineData("backing-off", 9)]
    public void Every_state_fits_a_small_screen_and_names_itself(string state, int attempt)
    {
        var endpoint = Fleet.Down("mexc") with { State = state, Attempt = attempt };
        var page = Page(endpoint, [.. Enumerable.Range(1, 30).Select(n => Change("backing-off", n))]);

        var lines = Screen.Text(Fleet.Of(80, 24), page.Render(80, 24)).TrimEnd('\n').Split('\n');

        Assert.StartsWith($"mexc is {state}", lines[0], StringComparison.Ordinal);
        Assert.True(lines.Length <= 23, string.Join('\n', lines));
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
    }

    [Theory]
    [InlineData("http", 401, "dial-failed", "key, token")]
    [InlineData("http", 404, "dial-failed", "no such path")]
    [InlineData("http", 429, "dial-failed", "too often")]
    [InlineData("http", 502, "dial-failed", "The server itself")]
    [InlineData("dns", null, "dial-failed", "host name")]
    [InlineData("tcp", null, "dial-failed", "Nothing accepts connections")]
    [InlineData("tls", null, "dial-failed", "certificates")]
    [InlineData("hello", null, "opening-refused", "on-open")]
    [InlineData("heartbeat", null, "heartbeat-timeout", "went silent")]
    [InlineData("resolve", null, "dial-failed", "secrets")]
    public void The_advice_is_about_what_has_failed(string layer, int? status, string cause, string expected)
    {
        var endpoint = Fleet.Down("a") with { LastClose = Fleet.Refused with { Layer = layer, HttpStatus = status, Cause = cause } };

        var remedy = Remedy.Of(Standing.Of(endpoint), verb => verb);

        Assert.Contains(expected, remedy.Advice, StringComparison.Ordinal);
        Assert.Equal(["refresh", "try"], remedy.Commands.Select(each => each.Command));
    }

    [Fact]
    public void One_that_does_not_come_back_by_itself_is_to_be_resumed()
    {
        Assert.Equal(["resume"], Remedy.Of(Standing.Of(Fleet.Failed("a")), verb => verb).Commands.Select(each => each.Command));
        Assert.Equal(["resume"], Remedy.Of(Standing.Of(Fleet.Paused("a")), verb => verb).Commands.Select(each => each.Command));
        var unserved = Remedy.Of(Standing.Of(Fleet.Unserved("a")), verb => verb);
        Assert.Equal(["subscriptions", "refresh"], unserved.Commands.Select(each => each.Command));
        Assert.Empty(Remedy.Of(Standing.Of(Fleet.Open("a")), verb => verb).Commands);
    }

    private static ExplainPage Page(EndpointView endpoint, TransitionView[] transitions) => new(
        Standing.Of(endpoint),
        new ExplanationView(endpoint.Id, endpoint.State, "It is so.", null, null, null, transitions),
        Fleet.Now,
        verb => Fleet.Typed(verb, endpoint.Id));

    private static TransitionView Change(string to, int attempt) => new(
        Fleet.Now - TimeSpan.FromSeconds(3),
        "connecting",
        to,
        1,
        attempt,
        null,
        to == "backing-off" ? Fleet.Refused.Detail : null,
        null,
        []);
}
