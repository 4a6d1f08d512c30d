using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>What a tap tells of a conversation.</summary>
public class ConversationTapTests : ConnectionSpec
{
    private const string Canary = "kanarienvogel", Ticket = "zeisig-99", Session = "stieglitz-7";

    private static readonly DialogueStep Prepare = new(null, Json("/ok", "true"), Seconds(5))
    {
        Http = new HttpCall("POST", "https://api.test/ticket"),
        Capture = Values(("ticket", "@{/ticket}")),
    };

    private static readonly DialogueStep Login = new(
        MessageTemplate.Json("""{"op":"login","n":"@{counter}","key":"k-@{env.KEY}","sign":"@{sign}","ticket":"@{ticket}"}"""),
        Json("/op", "\"ready\""),
        Seconds(5))
    {
        Let = Values(("sign", "@{base64(sha256(env.KEY, 'x'))}")),
        Capture = Values(("session.id", "@{/id}")),
        Set = Values(("heartbeat.interval", "@{/beat}ms")),
    };

    private static readonly EndpointSettings Endpoint = Defaults with
    {
        Secrets = ["session.id"],
        Prepare = [Prepare],
        OnOpen = [Login],
        OnMessage =
        [
            new MessageRule
            {
                Match = Json("/ping", """{"exists":true}"""),
                Is = MessageRole.Beat,
                Reply = MessageTemplate.Json("""{"pong":"@{/ping}"}"""),
            },
            new MessageRule { Match = new MessagePattern.Any([Json("/op", "\"no\""), Json("/op", "\"bye\"")]), Then = RuleAction.Retry },
        ],
        OnClose = [MessageTemplate.Text("so long @{env.KEY}")],
    };

    private readonly ConversationTap _tap = new();

    public ConversationTapTests()
    {
        Resolver = new SecretAttemptResolver(name => name == "KEY" ? Canary : null);
        Network.Answers = _ => new HttpResult.Answered(200, Encoding.UTF8.GetBytes($$"""{"ok":true,"ticket":"{{Ticket}}"}"""));
    }

    [Fact]
    public void Every_line_tells_who_said_it_and_what_it_means()
    {
        LogIn();
        Socket.DeliverText("""{"ping":7}""");
        Settle();
        Socket.DeliverText("""{"price":1}""");
        Socket.DeliverText("""{"op":"bye"}""");
        ExpectBackingOff(CauseKind.PeerAsked);
        Settle();

        Assert.Equal(
            [
                "* connection 1: dialing ws://feed.test",
                "* prepare, step 1: POST https://api.test answered 200, 32 B",
                "* captured ticket",
                "* connected",
                """> {"op":"login","n":1,"key":"k-@{env.KEY}","sign":"@{sign}","ticket":"@{ticket}"} [on-open, step 1]""",
                """< {"op":"ready","id":"***","beat":15000} [on-open, step 1: expected (/op = "ready")]""",
                "* captured session.id",
                "* set heartbeat.interval = 15000ms",
                "* on-open, step 1: done",
                "* open",
                """< {"ping":7} [on-message, rule 1: beat, reply (/ping = 7)]""",
                """> {"pong":7} [reply of on-message, rule 1]""",
                """< {"price":1} [data]""",
                """< {"op":"bye"} [on-message, rule 2: control, then = retry (/op = "bye")]""",
                "> so long @{env.KEY} [on-close]",
                "* closed by us: 1000 Normal Closure",
                """* ended: a message of the peer: rule 2 of on-message (/op = "bye"), then = retry; the next attempt in 1 s""",
            ],
            Lines().Where(line => !line.StartsWith("* the socket", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_secret_is_told_whoever_says_it()
    {
        LogIn();
        foreach (var secret in (string[])[Canary, Ticket, Session, SignOf(Canary)])
        {
            Socket.DeliverText($"you said {secret}");
            Socket.DeliverText($$"""{"ping":"{{secret}}"}""");
            Socket.DeliverText(new string('x', ConversationLine.MostText - 5) + secret);
            Socket.DeliverBinary([0, 1, 2, .. Encoding.UTF8.GetBytes(secret), 0xFF]);
            Settle();
            Send($"mine is {secret}", CreateTestProbe().Ref);
            Settle();
        }
        Socket.DeliverText("""{"access_token": "abc\"def", "x": 1, "api-key": 17, "note": "fine"}""");
        Socket.DeliverText($$"""{"op":"bye","id":"{{Session}}"}""");
        var cause = ExpectBackingOff(CauseKind.PeerAsked).Cause!;
        Settle();

        var lines = Lines();
        Assert.All((string[])[Canary, Ticket, Session, SignOf(Canary)], secret =>
        {
            Assert.DoesNotContain(lines, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
            var digits = Convert.ToHexString(Encoding.UTF8.GetBytes(secret));
            Assert.DoesNotContain(lines, line => line.Contains(digits, StringComparison.Ordinal));
            Assert.Contains(Socket.SentText, text => text.Contains(secret, StringComparison.Ordinal)); // it was said indeed
        });
        Assert.Contains(lines, line => line.StartsWith("< bytes ***", StringComparison.Ordinal));
        Assert.Contains("""< {"access_token": "***", "x": 1, "api-key": "***", "note": "fine"} [data]""", lines);
        Assert.DoesNotContain(Session, cause.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_goes_out_whether_or_not_a_tap_listens()
    {
        LogIn();
        var heard = Socket.SentText.ToArray();
        _tap.Dispose();
        Socket.PeerClose(1001);
        ExpectBackingOff(CauseKind.PeerClosed);
        Advance(2);
        ExpectStates(ConnectionState.Connecting);

        Assert.Equal(heard, Socket.SentText);
    }

    [Fact]
    public void Long_messages_are_cut_and_bytes_are_digits()
    {
        LogIn();
        Lines();
        Socket.DeliverText(new string('a', 5000));
        Socket.DeliverBinary([0x90, 0x03, 0x00]);
        Socket.DeliverBinary(new byte[5000]);
        Socket.DeliverBinary(Encoding.UTF8.GetBytes("""{"in":"bytes"}"""));

        var lines = Raw();
        Assert.Equal((ConversationLine.MostText, 3000), (lines[0].Text.Length, lines[0].More));
        Assert.Equal(("bytes 900300", 0), (lines[1].Text, lines[1].More));
        Assert.Equal((ConversationLine.MostText, 5000 - 997), (lines[2].Text.Length, lines[2].More));
        Assert.Equal("""{"in":"bytes"}""", lines[3].Text);
    }

    [Fact]
    public void A_listener_that_does_not_read_loses_lines_and_holds_nobody_up()
    {
        LogIn();
        Lines();
        for (var number = 0; number < ConversationTap.Capacity + 10; number++)
            Socket.DeliverText($"m{number}");
        var kept = Raw();
        Socket.DeliverText("later");

        Assert.Equal((ConversationTap.Capacity, 10), (kept.Length, _tap.Dropped));
        Assert.Equal(["* 10 lines are left out: they came faster than they were read", "< later [data]"], Lines());
    }

    [Fact]
    public void Missed_heartbeats_and_the_end_are_told()
    {
        LogIn(Endpoint with
        {
            Heartbeat = new HeartbeatSettings
            {
                Mode = HeartbeatMode.Message,
                Send = MessageTemplate.Text("beat @{counter}"),
                Expect = new MessagePattern.Text("alive"),
                Interval = Seconds(20),
                Timeout = Seconds(5),
                MaxMissed = 2,
                Strict = true,
            },
            OnClose = [],
        });
        Lines();
        Advance(15);
        Socket.DeliverText("alive");
        Settle();
        Advance(15);
        Advance(5);
        Advance(5);
        Settle();

        Assert.Equal(
            [
                "> beat 2 [heartbeat]",
                "< alive [heartbeat: answer]",
                "* heartbeat: answered after 0 ms",
                "> beat 3 [heartbeat]",
                "* heartbeat: 1 missed in a row",
                "> beat 4 [heartbeat]",
                "* ended: 2 heartbeats in a row were not answered; the next attempt in 1 s",
            ],
            Lines());
    }

    private static string SignOf(string key) =>
        Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(key + "x")));

    private void LogIn(EndpointSettings? endpoint = null)
    {
        Start((endpoint ?? Endpoint) with { Backoff = new BackoffSettings { Jitter = Jitter.None } });
        Plane.Taps.Add(_tap);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        Settle();
        Socket.DeliverText($$"""{"op":"ready","id":"{{Session}}","beat":15000}""");
        ExpectStates(ConnectionState.Open);
        Settle();
    }

    private ConversationLine[] Raw()
    {
        var lines = new List<ConversationLine>();
        while (_tap.Lines.TryRead(out var line))
            lines.Add(line);
        return [.. lines];
    }

    private string[] Lines() => Array.ConvertAll(Raw(), line =>
    {
        var notes = line.Notes.Select(note => note.By + (note.By.Length > 0 && note.What.Length > 0 ? ": " : "") + note.What
            + (note.Looked.Length > 0 ? $" ({note.Looked})" : ""));
        return $"{(line.Direction switch { ConversationDirection.Out => '>', ConversationDirection.In => '<', _ => '*' })} {line.Text}"
            + (line.Notes.Count > 0 ? $" [{string.Join("; ", notes)}]" : "");
    });
}
