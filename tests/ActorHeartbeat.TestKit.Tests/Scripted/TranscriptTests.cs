using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.TestKit.Tests.Scripted;

/// <summary>Transcripts, played against a client that the test plays itself.</summary>
public class TranscriptTests
{
    private static readonly EndpointSettings Feed = new() { Id = new EndpointId("feed"), Url = new Uri("wss://feed/ws?token=a1") };

    /// <summary>In so many ways could six placeholders part it that no test would see the end of their tries.</summary>
    private const string Long = Much + Much + Much + Much, Much = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly Clock _clock = new();
    private readonly ScriptedNetwork _network;
    private readonly RecordingObserver _observer = new();

    public TranscriptTests() => _network = new ScriptedNetwork(_clock.After);

    [Theory]
    [InlineData("> hello", "> hello")]
    [InlineData("> {\"a\":1,\"b\":[\"x\",null]}", "> { \"b\": [\"x\", null], \"a\": 1.0 }")]
    [InlineData("> {\"a\":\"*\"}", "> {\"a\":[1]}")]
    [InlineData("> bytes 01?2", "> bytes 0132")]
    [InlineData("> \"a\\r\\n\"", "> \"a\\r\\n\"")]
    [InlineData("> {\"t\":\"@{t}\",\"again\":\"@{t}\"}", "> {\"t\":5,\"again\":5}")]
    [InlineData("> sign @{t} @{hex(t)}", "> sign ab 6162")]
    [InlineData("whenever > {\"id\":\"@{id}\"}\n  grows id\nalive 1s", "> {\"id\":1}", "> {\"id\":2}")]
    [InlineData("delimiter \"\\r\\n\"\n> a\n> b", "> \"a\\r\\nb\\r\\n\"")]
    [InlineData("silence 2s\nwhenever > a\nalive 3s", "1s", "> a", "1s", "> a", "1s")]
    [InlineData("every 1s < ask\n  within 1s > done\nalive 1500ms", "1s", "> done", "500ms")]
    [InlineData("every 1s < ask\n  within 2s > done\nalive 3500ms", "1500ms", "> done", "1s", "> done", "1s", "> done", "500ms")]
    [InlineData("close 1012 bye\nquiet 5s", "5s")]
    [InlineData("< go\nclosed 4000", "10ms", "close 4000")]
    public void A_client_that_keeps_to_it_comes_to_its_end(string lines, params string[] client)
    {
        var peer = Play(lines, client);

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(peer.IsDone, $"{peer.Fault}\n{string.Join('\n', peer.Log)}");
    }

    [Theory]
    [InlineData("> hello", "the client said hallo", "> hallo")]
    [InlineData("> {\"a\":1}", "the client said {\"a\":1,\"b\":2}", "> {\"a\":1,\"b\":2}")]
    [InlineData("> {\"a\":1}", "the client said {\"a\":\"1\"}", "> {\"a\":\"1\"}")]
    [InlineData("> {\"t\":\"@{t}\",\"again\":\"@{t}\"}", "the client said", "> {\"t\":5,\"again\":6}")]
    [InlineData("> sign @{t} @{hex(t)}", "the client said", "> sign ab 6161")]
    [InlineData("> hello", "it has not come within 5 s", "6s")]
    [InlineData("alive 3s", "the client said hello", "> hello")]
    [InlineData("alive 3s", "the client closed with 1000", "close 1000")]
    [InlineData("whenever > ping\n  at-least-every 2s\nalive 10s", "this has not come for 2 s", "1s", "> ping", "3s")]
    [InlineData("whenever > {\"id\":\"@{id}\"}\n  grows id\nalive 3s", "id is 2 after 2", "> {\"id\":2}", "> {\"id\":2}")]
    [InlineData("silence 2s\nalive 10s", "the client is silent for 2 s", "3s")]
    [InlineData("every 1s < ask\n  > done\nalive 10s", "the answer has not come within 5 s", "7s")]
    [InlineData("delimiter \"\\n\"\n> a", "lacks its delimiter", "> a")]
    [InlineData("closed 4000", "the client closed with 1000", "close 1000")]
    [InlineData("quiet 5s", "the client dialed", "dial")]
    [InlineData("> @{a}@{b}@{c}@{d}@{e}@{f}!", "the client said", "> " + Long)]
    [InlineData("< @{nobody}\nalive 1s", "@{nobody} has no value")]
    public void A_client_that_does_not_is_cut_at_the_line(string lines, string fault, params string[] client)
    {
        var peer = Play(lines, client);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(peer.IsDone);
        Assert.StartsWith("feed.script:", peer.Fault, StringComparison.Ordinal);
        Assert.Contains(fault, peer.Fault, StringComparison.Ordinal);
        Assert.True(_network.Connection(Feed.Id).IsEnded);
    }

    [Theory]
    [InlineData("dial wss://feed/other", "the client dialed wss://feed/ws?token=a1; expected dial wss://feed/other")]
    [InlineData("dial wss://feed/ws?token=@{token}\n  header X-Key: k", "the client's handshake has no header")]
    [InlineData("dial wss://feed/ws?token=@{token}\n  subprotocol v1", "the client offers []")]
    [InlineData("http GET https://feed/ticket", "the client dialed")]
    public async Task A_dial_that_is_not_as_it_must_be_is_refused(string lines, string fault)
    {
        var peer = new TranscriptPeer(Transcript.Parse(lines, "feed.script"), _network, Feed.Id);
        using var giveUp = new CancellationTokenSource();

        var dial = _network.DialAsync(new DialRequest(Feed, Feed.Url, []), _observer, giveUp.Token);

        Assert.Contains(fault, peer.Fault, StringComparison.Ordinal);
        await giveUp.CancelAsync();
        Assert.IsType<DialResult.Failed>(await dial);
    }

    [Fact]
    public async Task Requests_come_before_the_dial_and_their_names_are_for_it()
    {
        var peer = new TranscriptPeer(
            Transcript.Parse(
                """
                http POST https://feed/ticket
                  header X-Key: @{key}
                  body {"for":"@{who}"}
                  answer 201 {"ticket":"@{who}-1"}
                dial wss://feed/ws?token=@{who}1
                """,
                "feed.script"),
            _network,
            Feed.Id);

        var answer = await _network.AskAsync(
            new HttpQuestion(
                Feed, "POST", new Uri("https://feed/ticket"), [new("x-key", "k")], Encoding.UTF8.GetBytes("{\"for\":\"a\"}")),
            CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _network.DialAsync(new DialRequest(Feed, Feed.Url, []), _observer, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(1));

        var answered = Assert.IsType<HttpResult.Answered>(answer);
        Assert.Equal((201, "{\"ticket\":\"a-1\"}"), (answered.Status, Encoding.UTF8.GetString(answered.Body.Span)));
        Assert.True(peer.IsDone, peer.Fault);
    }

    [Fact]
    public async Task What_a_request_of_a_rule_gives_is_for_its_answer_alone()
    {
        var peer = Play("whenever http GET https://feed/key?t=@{t}\n  answer 200 {\"t\":\"@{t}\"}\nalive 1s", []);

        var answers = new List<string>();
        foreach (var t in (string[])["1", "2"])
        {
            var answer = await _network.AskAsync(
                new HttpQuestion(Feed, "GET", new Uri($"https://feed/key?t={t}"), [], null), CancellationToken.None);
            answers.Add(Encoding.UTF8.GetString(Assert.IsType<HttpResult.Answered>(answer).Body.Span));
        }
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(["{\"t\":\"1\"}", "{\"t\":\"2\"}"], answers);
        Assert.True(peer.IsDone, peer.Fault);
    }

    [Fact]
    public async Task An_answer_without_a_value_for_a_name_is_a_fault_and_no_exception_of_the_client()
    {
        var peer = new TranscriptPeer(
            Transcript.Parse("http GET https://feed/key\n  answer 200 {\"a\":\"@{nobody}\"}", "feed.script"), _network, Feed.Id);

        var answer = await _network.AskAsync(
            new HttpQuestion(Feed, "GET", new Uri("https://feed/key"), [], null), CancellationToken.None);

        Assert.Equal(500, Assert.IsType<HttpResult.Answered>(answer).Status);
        Assert.Equal("feed.script:1: @{nobody} has no value; expected http GET https://feed/key", peer.Fault);
    }

    [Theory]
    [InlineData("say hello", ":1: unknown statement say; known: >, <,")]
    [InlineData("dial ws://a\n  heder A: b", ":2: unknown heder below dial; known: header, subprotocol, refuse")]
    [InlineData("  < a", ":1: nothing stands above this line that it belongs to")]
    [InlineData("alive 5", ":1: found 5; expected a time such as 30s, 100ms, 5m or 1h")]
    [InlineData("< {\"a\":", ":1: the message is not JSON")]
    [InlineData("> @{a", ":1: ")]
    [InlineData("within 5s alive 3s", ":1: within belongs to >, dial, http and closed")]
    [InlineData("encode zip", ":1: found zip; expected gzip or zlib-stream")]
    [InlineData("< {\"a\":\"@{foo(}\"}", ":1: unknown placeholder")]
    [InlineData("> {\"a\":\"@{foo(\"}", ":1: a placeholder has no end")]
    [InlineData("> bytes 0g", ":1: bytes are")]
    [InlineData("< bytes 0?", ":1: bytes are")]
    [InlineData("dial ws://a\nsilence 0s", ":2: found 0s; expected a time such as 30s, 100ms, 5m or 1h")]
    [InlineData("dial ws://a\nevery 0ms < tick", ":2: found 0ms; expected a time such as 30s, 100ms, 5m or 1h")]
    [InlineData("dial ws://a\nalive 99999999999999999h", ":2: found 99999999999999999h; expected a time such as")]
    [InlineData("", ": nothing is asked of the client; a transcript begins with dial URL")]
    [InlineData("# a comment\nenv A = b\nc = d", ": nothing is asked of the client; a transcript begins with dial URL")]
    [InlineData("a = b\n\n< hello", ":3: no dial stands above this line")]
    [InlineData("quiet 5s\nalive 5s", ":2: no dial stands above this line")]
    [InlineData("dial ws://a\nsilence 30s", ":2: this holds for no time; put alive TIME below it")]
    [InlineData("dial ws://a\nevery 10s < ping\n  > pong", ":2: this holds for no time; put alive TIME below it")]
    [InlineData("dial ws://a\nwhenever > a\n  at-least-every 1s\ncut\ndial ws://a", ":2: this holds for no time; put alive TIME below it")]
    [InlineData("dial ws://a\nsilence 30s\n< a\nmute\nwait 60s", ":2: this holds for no time; put alive TIME below it")]
    public void A_line_that_is_no_statement_is_told_with_its_number(string lines, string fault)
    {
        var thrown = Assert.Throws<FormatException>(() => Transcript.Parse(lines, "feed.script"));

        Assert.StartsWith("feed.script" + fault, thrown.Message, StringComparison.Ordinal);
    }

    private TranscriptPeer Play(string lines, string[] client)
    {
        var peer = new TranscriptPeer(Transcript.Parse($"dial wss://feed/ws?token=a1\n{lines}", "feed.script"), _network, Feed.Id);
        var connection = Dial();
        foreach (var act in client)
        {
            if (act.StartsWith("> ", StringComparison.Ordinal))
                _ = connection.SendAsync(new Utterance(act[2..]).Fill(new PeerNames(new Dictionary<string, string>())));
            else if (act.StartsWith("close ", StringComparison.Ordinal))
                connection.Close(int.Parse(act[6..], System.Globalization.CultureInfo.InvariantCulture), "");
            else if (act == "dial")
                Dial();
            else
                _clock.Advance(act.EndsWith("ms", StringComparison.Ordinal)
                    ? TimeSpan.FromMilliseconds(Number(act[..^2]))
                    : TimeSpan.FromSeconds(Number(act[..^1])));
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }
        return peer;

        static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private IConnection Dial()
    {
        var dialed = _network.DialAsync(new DialRequest(Feed, Feed.Url, []), _observer, CancellationToken.None);
        if (!dialed.IsCompleted)
            return _network.Connection(Feed.Id);
        var connection = ((DialResult.Connected)dialed.Result).Connection;
        connection.Start();
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        return connection;
    }

    /// <summary>Runs actions in the order of their times.</summary>
    private sealed class Clock
    {
        private readonly PriorityQueue<Action, (TimeSpan At, int Number)> _actions = new();
        private TimeSpan _now;
        private int _number;

        public void After(TimeSpan delay, Action action) => _actions.Enqueue(action, (_now + delay, _number++));

        public void Advance(TimeSpan time)
        {
            var end = _now + time;
            while (_actions.TryPeek(out _, out var next) && next.At <= end)
            {
                _now = next.At;
                _actions.Dequeue()();
            }
            _now = end;
        }
    }
}
