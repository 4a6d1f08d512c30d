using System.IO.Compression;
using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Frames that are coded, and frames that hold several messages.</summary>
public class FramingTests : ConnectionSpec
{
    private static readonly MessageRule Ping = new()
    {
        Match = new MessagePattern.Json([new JsonExpectation("/ping", """{"exists":true}""")]),
        Is = MessageRole.Beat,
        Reply = MessageTemplate.Json("""{"pong":"@{/ping}"}"""),
    };

    private readonly List<string> _heard = [];

    [Theory]
    [InlineData(DeliverAs.Frames, "Binary gzip")]
    [InlineData(DeliverAs.Decoded, "Text {\"tick\":1}")]
    [InlineData(DeliverAs.Messages, "Text {\"tick\":1}")]
    public void What_is_decoded_is_looked_at_and_delivered_as_is_said(DeliverAs deliverAs, string delivered)
    {
        StartOpen(With(new FramingSettings { Decode = FrameCoding.Gzip, DeliverAs = deliverAs }));
        using var reading = Listen();

        Socket.DeliverBinary(Gzip("""{"ping":1795905781250}"""));
        Socket.DeliverBinary(Gzip("""{"tick":1}"""));
        Settle();

        Assert.Equal(["""{"pong":1795905781250}"""], SentText);
        Assert.Equal([delivered], _heard);
    }

    [Fact]
    public void A_frame_that_decodes_to_more_than_the_limit_ends_the_connection_with_1009()
    {
        StartOpen(With(new FramingSettings { Decode = FrameCoding.Gzip }) with { Limits = new LimitSettings { Message = 1000 } });

        Socket.DeliverBinary(Gzip(new string('x', 1001)));

        var cause = ExpectBackingOff(CauseKind.ConnectionLost).Cause!;
        Assert.Equal(("a frame decodes to more than limits.message, 1000 bytes", 1009), (cause.Detail, cause.CloseCode));
        Assert.Equal((1009, cause.Detail), Socket.Closes.Single());
    }

    [Fact]
    public void A_frame_that_is_not_coded_as_is_said_ends_the_connection_with_1007_and_nothing_behind_it_is_delivered()
    {
        StartOpen(With(new FramingSettings { Decode = FrameCoding.Gzip }));

        Socket.DeliverBinary("plain"u8.ToArray());
        Socket.DeliverBinary(Gzip("""{"tick":2}"""));

        Assert.Equal(1007, ExpectBackingOff(CauseKind.ConnectionLost).Cause!.CloseCode);
        Assert.Equal(1007, Socket.Closes.Single().Code);
        Assert.Equal(0, Plane.Feed.MessagesIn);
    }

    [Theory]
    [InlineData(FrameCoding.Gzip)]
    [InlineData(FrameCoding.Deflate)]
    [InlineData(FrameCoding.ZlibStream)]
    public void Text_between_coded_frames_is_taken_as_it_is(FrameCoding coding)
    {
        StartOpen(With(new FramingSettings { Decode = coding, DeliverAs = DeliverAs.Decoded }));
        using var reading = Listen();
        List<byte[]> coded = coding switch
        {
            FrameCoding.Gzip => [Gzip("1"), Gzip("2")],
            FrameCoding.Deflate => [Zlib("1"), Zlib("2")],
            _ => Flushed("1", "2"),
        };

        Socket.DeliverBinary(coded[0]);
        Socket.DeliverText("""{"ping":7}""");
        Socket.DeliverText("plain");
        Socket.DeliverBinary(coded[1]);
        Settle();

        Assert.Equal(["{\"pong\":7}"], SentText);
        Assert.Equal(["Text 1", "Text plain", "Text 2"], _heard);
    }

    [Theory]
    [InlineData(DeliverAs.Frames)]
    [InlineData(DeliverAs.Messages)]
    public void JSON_behind_a_byte_order_mark_is_JSON(DeliverAs deliverAs)
    {
        StartOpen(With(new FramingSettings { DeliverAs = deliverAs }));
        using var reading = Listen();

        Socket.DeliverBinary(Encoding.UTF8.GetBytes("\ufeff{\"ping\":7}"));
        Socket.DeliverText("\ufeff{\"ping\":8}");
        Socket.DeliverText("\ufeff{\"tick\":1}");
        Settle();

        Assert.Equal(["{\"pong\":7}", "{\"pong\":8}"], SentText);
        Assert.Equal(["Text \ufeff{\"tick\":1}"], _heard);
    }

    [Fact]
    public void A_gap_tells_why_we_closed_and_not_what_the_peer_repeats()
    {
        StartOpen(With(new FramingSettings { Decode = FrameCoding.Gzip }));
        using var reading = Plane.Feed.Subscribe(new Gaps(_heard));
        Socket.DeliverBinary(Gzip("""{"tick":1}"""));
        Socket.DeliverBinary("plain"u8.ToArray());
        ExpectBackingOff(CauseKind.ConnectionLost);
        Socket.PeerClose(1007, "a frame is not coded as decode says");
        Advance(2);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Socket.DeliverBinary(Gzip("""{"tick":2}"""));

        Assert.Equal(["a frame is not coded as decode says"], _heard);
    }

    [Fact]
    public void A_gap_tells_why_we_dropped_the_connection_and_not_that_it_ended_without_a_Close_frame()
    {
        StartOpen();
        using var reading = Plane.Feed.Subscribe(new Gaps(_heard));
        Socket.GoHalfOpen();
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        Advance(10);
        Advance(10);
        ExpectBackingOff(CauseKind.HeartbeatTimeout);
        Advance(2);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Socket.DeliverText("tick");

        Assert.Equal(["2 heartbeats in a row were not answered"], _heard);
    }

    [Theory]
    [InlineData(DeliverAs.Frames, "Text PING a|:b PRIVMSG|PING c")]
    [InlineData(DeliverAs.Messages, "Text :b PRIVMSG")]
    public void Each_line_is_a_message(DeliverAs deliverAs, string delivered)
    {
        var pong = new MessageRule
        {
            Match = new MessagePattern.TextWhere("""{"prefix":"PING "}"""),
            Is = MessageRole.Beat,
            Reply = MessageTemplate.Text("PONG"),
        };
        StartOpen(Defaults with
        {
            OnMessage = [pong],
            Framing = new FramingSettings { Split = MessageSplit.Lines, EndWith = "\r\n", DeliverAs = deliverAs },
        });
        using var reading = Listen();

        Socket.DeliverText("PING a\r\n:b PRIVMSG\r\nPING c");
        Settle();

        Assert.Equal(["PONG\r\n", "PONG\r\n"], SentText);
        Assert.Equal([delivered], _heard.Select(text => text.Replace("\r\n", "|", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_frame_of_signs_of_life_alone_is_not_delivered()
    {
        StartOpen(With(new FramingSettings { Split = MessageSplit.Array }));

        Socket.DeliverText("""[{"ping":1},{"ping":2}]""");
        Socket.DeliverText("""[{"ping":3},{"tick":1}]""");
        Settle();

        Assert.Equal((3, 1L), (SentText.Count, Plane.Feed.MessagesIn));
    }

    [Fact]
    public void A_message_of_a_stream_may_come_in_several_frames()
    {
        StartOpen(With(new FramingSettings { Decode = FrameCoding.ZlibStream, DeliverAs = DeliverAs.Messages }));
        using var reading = Listen();

        foreach (var frame in Flushed("""{"ping":7}""", """{"tick":1}""").SelectMany(message => message.Chunk(5)))
            Socket.DeliverBinary(frame);
        Settle();

        Assert.Equal(["""{"pong":7}"""], SentText);
        Assert.Equal(["""Text {"tick":1}"""], _heard);
    }

    [Fact]
    public void What_is_sent_ends_as_is_said_unless_it_is_binary()
    {
        StartOpen(Defaults with
        {
            Framing = new FramingSettings { EndWith = "\u001e" },
            OnOpen = [new DialogueStep(MessageTemplate.Text("hello"), null, Seconds(5))],
            OnClose = [MessageTemplate.Bytes("c0")],
        });
        Send("mine", TestActor);
        Settle();
        Connection.Tell(new CloseConnection(1000, "done"));
        Settle();

        Assert.Equal(
            ["hello\u001e", "mine\u001e", "\u00c0"], Socket.Sent.Select(message => Encoding.Latin1.GetString(message.Payload.Span)));
    }

    private EndpointSettings With(FramingSettings framing) => Defaults with { OnMessage = [Ping], Framing = framing };

    private IDisposable Listen() => Plane.Feed.Subscribe(new Handler(_heard));

    private static byte[] Gzip(string text)
    {
        var coded = new MemoryStream();
        using (var gzip = new GZipStream(coded, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return coded.ToArray();
    }

    private static byte[] Zlib(string text)
    {
        var coded = new MemoryStream();
        using (var zlib = new ZLibStream(coded, CompressionLevel.Fastest))
            zlib.Write(Encoding.UTF8.GetBytes(text));
        return coded.ToArray();
    }

    /// <summary>The bytes of each message in one stream.</summary>
    private static List<byte[]> Flushed(params string[] messages)
    {
        var (coded, begins, parts) = (new MemoryStream(), 0, new List<byte[]>());
        using var zlib = new ZLibStream(coded, CompressionLevel.Fastest);
        foreach (var message in messages)
        {
            zlib.Write(Encoding.UTF8.GetBytes(message));
            zlib.Flush();
            parts.Add(coded.ToArray()[begins..]);
            begins = (int)coded.Length;
        }
        return parts;
    }

    private sealed class Gaps(List<string> heard) : IFeedHandler
    {
        public void OnEvent(in FeedEvent happened)
        {
            if (happened.Gap is { } gap)
                heard.Add(gap.Cause);
        }
    }

    private sealed class Handler(List<string> heard) : IFeedHandler
    {
        public void OnEvent(in FeedEvent happened)
        {
            if (!happened.IsMessage)
                return;
            var payload = happened.Payload.Span;
            heard.Add($"{happened.Type} {(payload is [0x1f, 0x8b, ..] ? "gzip" : Encoding.UTF8.GetString(payload))}");
        }
    }
}
