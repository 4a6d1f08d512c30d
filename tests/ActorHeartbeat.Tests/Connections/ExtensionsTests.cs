using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Decoding;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Steps, functions and codecs of the host.</summary>
public class ExtensionsTests : ConnectionSpec
{
    private static readonly DialogueStep Sign = new(null, null, Seconds(5))
    {
        Call = new StepCall("sign") { Gives = ["ticket"] },
        Let = Values(("region", "eu-@{counter}"), ("key", "@{env.KEY}")),
    };

    private static readonly EndpointSettings Signed = Defaults with
    {
        Url = new Uri("ws://feed.test/?t=@{url(ticket)}"),
        Prepare = [Sign],
    };

    private readonly List<string> _heard = [];
    private readonly List<StepContext> _calls = [];

    public ExtensionsTests() => Resolver = new SecretAttemptResolver(name => name == "KEY" ? "canary" : null);

    [Fact]
    public void A_step_is_called_before_each_dial_with_the_values_of_its_let_and_gives_the_URL_a_value()
    {
        var asked = new List<string?>();
        Give(context =>
        {
            asked.AddRange([context.Endpoint.Value, context.Url, context.Find("region"), context.Find("key"), context.Find("other")]);
            return Returns(("ticket", $"t/{_calls.Count}"));
        });
        StartOpen(Signed);
        Socket.PeerClose(1001);
        ExpectBackingOff(CauseKind.PeerClosed);
        Advance(2);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal(["?t=t%2F1", "?t=t%2F2"], Network.DialsOf(Id).Select(dial => dial.Request.Url.Query));
        Assert.Equal(["feed", "ws://feed.test/?t=@{url(ticket)}", "eu-1", "canary", null], asked[..5]);
    }

    [Fact]
    public void What_a_step_gives_is_a_secret_and_may_set_what_messages_set()
    {
        Give(_ => Returns(("ticket", "secret-ticket")));
        StartOpen(Signed with { Prepare = [Sign with { Set = Values(("heartbeat.interval", "3s"), ("heartbeat.timeout", "auto")) }] });
        Advance(3);
        ExpectStates(ConnectionState.AwaitingPong, ConnectionState.Open);
        Socket.PeerClose(4000, "secret-ticket is used");

        Assert.DoesNotContain("secret-ticket", ExpectBackingOff(CauseKind.PeerClosed).Cause!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_fails_fails_the_attempt_and_shows_no_secret()
    {
        Give(_ => throw new InvalidOperationException("no\nkey like canary"));

        Assert.Equal("prepare, step 1: sign: no\\nkey like ***", Refusal(Signed).Detail);
        Assert.Empty(Network.Dials);
    }

    [Fact]
    public void A_step_gives_no_name_that_it_was_registered_without_and_no_more_than_a_captured_value_may_have()
    {
        Give(_ => Returns(("ticket", new string('x', 9_000))));
        Assert.Equal("prepare, step 1: ticket is over 8192 bytes", Refusal(Signed).Detail);
    }

    [Fact]
    public void A_name_that_a_step_was_registered_without_fails_the_attempt()
    {
        Give(_ => Returns(("token", "t")));

        Assert.Equal("prepare, step 1: sign gives token a value, and was registered without this name", Refusal(Signed).Detail);
    }

    [Fact]
    public void A_name_to_which_a_step_gives_null_fails_the_attempt_and_is_told()
    {
        Give(_ => Returns(("ticket", null!)));

        Assert.Equal("prepare, step 1: sign gives ticket null; leave the name out to keep its value", Refusal(Signed).Detail);
    }

    [Fact]
    public void A_step_whose_task_has_nothing_fails_the_attempt()
    {
        Give(_ => Task.FromResult<IReadOnlyDictionary<string, string>>(null!));

        Assert.Equal("prepare, step 1: sign: it returns nothing", Refusal(Signed).Detail);
    }

    [Fact]
    public void A_step_that_returns_no_task_fails_the_attempt_and_says_so()
    {
        Task<IReadOnlyDictionary<string, string>>? none = null;
        Give(_ => none!);

        Assert.Equal("prepare, step 1: sign: it returns nothing", Refusal(Signed).Detail);
    }

    [Fact]
    public void A_result_that_fails_while_it_is_read_fails_the_attempt_and_shows_no_secret()
    {
        Give(_ => Task.FromResult<IReadOnlyDictionary<string, string>>(new Unreadable { ["ticket"] = "t" }));

        Assert.Equal("prepare, step 1: sign: no key like ***", Refusal(Signed).Detail);
    }

    [Fact]
    public void A_step_that_is_not_there_fails_the_attempt() =>
        Assert.Equal("prepare, step 1: there is no step sign", Refusal(Signed).Detail);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void A_step_that_takes_too_long_is_cancelled_with_the_attempt_and_left_behind(bool obeys, bool hasResolverOfTheHost)
    {
        if (hasResolverOfTheHost)
            Resolver = new ResolverOfTheHost();
        var endless = new TaskCompletionSource<IReadOnlyDictionary<string, string>>();
        Give(context =>
        {
            if (obeys)
                context.Cancellation.Register(() => endless.TrySetCanceled());
            return endless.Task;
        });
        Start(Signed with { Prepare = [Sign with { Let = Values() }], Timeouts = new TimeoutSettings { Connect = Seconds(10) } });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        Advance(9.9);
        Assert.False(_calls.Single().Cancellation.IsCancellationRequested);
        Advance(0.1);

        ExpectBackingOff(CauseKind.ConnectTimeout);
        Assert.True(_calls.Single().Cancellation.IsCancellationRequested);
        Advance(60);
        Assert.True(_calls.Count > 1, "the next attempt begins although the step has not ended");
    }

    [Fact]
    public void A_function_stands_in_the_URL_and_in_messages()
    {
        Extensions = Extensions.WithFunction("reversed", 1, args => [.. args[0].ToArray().Reverse()]);
        StartOpen(Defaults with
        {
            Url = new Uri("ws://feed.test/?s=@{hex(reversed(env.KEY))}"),
            OnOpen = [new DialogueStep(MessageTemplate.Text("@{hex(reversed('ab'))}"), null, Seconds(5))],
        });
        Settle();

        Assert.Equal("?s=" + Convert.ToHexStringLower("yranac"u8), Network.DialsOf(Id).Single().Request.Url.Query);
        Assert.Equal(["6261"], SentText);
    }

    [Fact]
    public void A_codec_that_is_not_there_fails_the_attempt()
    {
        Assert.Equal("decode: there is no codec stomp", Refusal(With("stomp")).Detail);
    }

    [Fact]
    public void A_codec_that_cannot_be_made_fails_the_attempt()
    {
        Extensions = Extensions.WithCodec("stomp", () => throw new InvalidOperationException("canary"));

        Assert.Equal("decode: the codec stomp cannot be made: InvalidOperationException", Refusal(With("stomp")).Detail);
    }

    [Theory]
    [InlineData("refuse", 1007, "stomp: no frame\\nof ***")]
    [InlineData("refuse-later", 1007, "stomp: no frame\\nof ***")]
    [InlineData("large", 1009, "stomp: more than fits")]
    [InlineData("throw", 1007, "stomp: the codec failed with KeyNotFoundException")]
    [InlineData("throw-at-once", 1007, "stomp: the codec failed with KeyNotFoundException")]
    [InlineData("null", 1007, "stomp: the codec failed with NullReferenceException")]
    [InlineData("large-payload", 1009, "stomp: a frame decodes to more than limits.message, 1000 bytes, allows")]
    [InlineData("large-view", 1009, "stomp: a frame decodes to more than limits.message, 1000 bytes, allows")]
    [InlineData("endless", 1009, "stomp: a frame decodes to more than limits.message, 1000 bytes, allows")]
    public void A_codec_that_refuses_or_fails_ends_the_connection(string what, int code, string why)
    {
        var codec = new Codec();
        Extensions = Extensions.WithCodec("stomp", () => codec);
        StartOpen(With("stomp") with
        {
            Headers = new([KeyValuePair.Create("X-Key", SecretValue.Template("@{env.KEY}"))]),
            Limits = new LimitSettings { Message = 1000 },
        });

        Socket.DeliverBinary(Encoding.UTF8.GetBytes(what));
        Socket.DeliverBinary("ok"u8);

        var cause = ExpectBackingOff(CauseKind.ConnectionLost).Cause!;
        Assert.Equal((why, code), (cause.Detail, cause.CloseCode));
        Assert.Equal((code, why), Socket.Closes.Single());
        Assert.InRange(codec.Yielded, 0, 1001); // the one above the bound is asked for, and none behind it
    }

    [Theory]
    [InlineData(DeliverAs.Frames, "Binary d00032090003612f6200076869;Binary 300500016133;Text plain;Binary 34")]
    [InlineData(DeliverAs.Messages, "Binary 32090003612f6200076869;Text plain;Binary 30050001613334")]
    [InlineData(
        DeliverAs.Decoded,
        """Text {"type":"PUBLISH","topic":"a/b","qos":1,"id":7,"retain":false,"dup":false,"payload":"hi"};Text plain;"""
            + """Text {"type":"PUBLISH","topic":"a","qos":0,"retain":false,"dup":false,"payload":"34"}""")]
    public void Packets_are_delivered_as_is_said(DeliverAs deliverAs, string delivered)
    {
        StartOpen(With("mqtt", deliverAs));
        using var reading = Plane.Feed.Subscribe(new Handler(_heard));

        Socket.DeliverBinary(Convert.FromHexString("d000" + "3209" + "0003612f6200076869"));
        Socket.DeliverBinary(Convert.FromHexString("300500016133"));
        Socket.DeliverText("plain");
        Socket.DeliverBinary(Convert.FromHexString("34"));
        Settle();

        Assert.Equal(delivered, string.Join(';', _heard));
        Assert.Equal(["\u0040\u0002\0\u0007"], SentText);
    }

    [Theory]
    [InlineData("00", 1007, "mqtt: a packet has the reserved type 0 (MQTT 2.2.1)")]
    [InlineData("30ffffff7f", 1009, "mqtt: a packet has 268435460 bytes, more than limits.message, 1048576")]
    public void A_malformed_packet_ends_the_connection(string hex, int code, string why)
    {
        StartOpen(With("mqtt"));

        Socket.DeliverBinary(Convert.FromHexString(hex));

        var cause = ExpectBackingOff(CauseKind.ConnectionLost).Cause!;
        Assert.Equal((why, code), (cause.Detail, cause.CloseCode));
    }

    [Fact]
    public void A_text_frame_passes_no_codec_and_is_looked_at_as_it_is()
    {
        StartOpen(With("mqtt") with
        {
            Framing = new FramingSettings { Codec = "mqtt", Decode = FrameCoding.Gzip, Split = MessageSplit.Lines },
        });

        Socket.DeliverText("""{"type":"PUBLISH","qos":1,"id":8}""" + "\n" + """{"type":"PUBLISH","qos":1,"id":9}""");
        Settle();

        Assert.Equal(["@\u0002\0\u0008", "@\u0002\0\u0009"], SentText);
    }

    [Fact]
    public void Parts_of_a_packet_are_data()
    {
        StartOpen(With("mqtt") with
        {
            Timeouts = new TimeoutSettings { DataIdle = new DataIdleSettings(Seconds(5)) },
            Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None },
        });

        foreach (var part in (byte[])[0x30, 0x05, 0x00, 0x01])
        {
            Socket.DeliverBinary([part]);
            Advance(3);
        }
        Assert.Equal(ConnectionState.Open, Status!.State);
        Assert.Single(Network.DialsOf(Id)); // it is open still, and not again
        Advance(3);

        ExpectBackingOff(CauseKind.DataIdle);
    }

    [Fact]
    public void The_next_connection_begins_with_a_codec_of_its_own()
    {
        StartOpen(With("mqtt", DeliverAs.Messages));
        using var reading = Plane.Feed.Subscribe(new Handler(_heard));
        Socket.DeliverBinary(Convert.FromHexString("3005000161"));
        Socket.PeerClose(1001);
        ExpectBackingOff(CauseKind.PeerClosed);
        Advance(2);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Socket.DeliverBinary(Convert.FromHexString("30030001623005000161"));
        Settle();

        Assert.Equal(["Binary 3003000162"], _heard);
    }

    [Fact]
    public void A_conversation_in_MQTT()
    {
        Start(With("mqtt", DeliverAs.Messages) with
        {
            OnOpen =
            [
                new DialogueStep(MessageTemplate.Bytes("10@{sized7(sized16('MQTT'), unhex('0402'), u16(60), sized16('feed'))}"),
                    Json("/type", "\"CONNACK\""), Seconds(5)),
                new DialogueStep(MessageTemplate.Bytes("82@{sized7(u16(1), sized16('a/#'), unhex('01'))}"),
                    new MessagePattern.Json([new("/type", "\"SUBACK\""), new("/id", "1"), new("/codes/0", """{"below":3}""")]), Seconds(5)),
            ],
            Heartbeat = new HeartbeatSettings
            {
                Mode = HeartbeatMode.Message,
                When = HeartbeatWhen.Always,
                Send = MessageTemplate.Bytes("c000"),
                Expect = Json("/type", "\"PINGRESP\""),
                Interval = Seconds(20),
                Timeout = Seconds(5),
            },
        });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        using var reading = Plane.Feed.Subscribe(new Handler(_heard));

        Socket.DeliverBinary(Convert.FromHexString("2002"));
        Socket.DeliverBinary(Convert.FromHexString("0000"));
        Settle();
        Socket.DeliverBinary(Convert.FromHexString("9003000101" + "3209" + "0003612f6200076869"));
        Settle();
        ExpectStates(ConnectionState.Open);
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        Socket.DeliverBinary(Convert.FromHexString("d000"));
        ExpectStates(ConnectionState.Open);

        Assert.Equal(
            ["101000044d5154540402003c000466656564", "820800010003612f2301", "40020007", "c000"],
            Socket.Sent
                .Where(message => message.Kind == MessageKind.Binary)
                .Select(message => Convert.ToHexStringLower(message.Payload.Span)));
        Assert.Equal(["Binary 32090003612f6200076869"], _heard);
    }

    private static EndpointSettings With(string codec, DeliverAs deliverAs = DeliverAs.Frames) => Defaults with
    {
        Framing = new FramingSettings { Codec = codec, DeliverAs = deliverAs },
        OnMessage =
        [
            new MessageRule
            {
                Match = new MessagePattern.Json([new("/type", "\"PUBLISH\""), new("/qos", "1")]),
                Is = MessageRole.Data,
                Reply = MessageTemplate.Bytes("4002@{u16(/id)}"),
            },
            new MessageRule { Match = Json("/type", "\"PINGRESP\""), Is = MessageRole.Beat },
        ],
    };

    private void Give(Func<StepContext, Task<IReadOnlyDictionary<string, string>>> run) =>
        Extensions = Extensions.WithStep("sign", ["ticket"], context =>
        {
            _calls.Add(context);
            return run(context);
        });

    private static Task<IReadOnlyDictionary<string, string>> Returns(params (string Name, string Text)[] values) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(values.ToDictionary(value => value.Name, value => value.Text));

    /// <summary>Why the first attempt fails.</summary>
    private CloseCause Refusal(EndpointSettings settings)
    {
        Start(settings);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        var cause = ExpectBackingOff(CauseKind.DialFailed).Cause!;
        Assert.Equal(FailureLayer.Resolve, cause.Layer);
        return cause;
    }

    /// <summary>Throws when it is looked at.</summary>
    private sealed class Unreadable : Dictionary<string, string>, IReadOnlyDictionary<string, string>
    {
        IEnumerator<KeyValuePair<string, string>> IEnumerable<KeyValuePair<string, string>>.GetEnumerator() =>
            throw new InvalidOperationException("no key like canary");
    }

    /// <summary>Knows nothing of what comes before a dial.</summary>
    private sealed class ResolverOfTheHost : IAttemptResolver
    {
        public ValueTask<DialRequest> ResolveAsync(Attempt attempt, CancellationToken cancellation) =>
            new(new DialRequest(attempt.Settings, attempt.Url, []));
    }

    /// <summary>Does what its frames say.</summary>
    private sealed class Codec : IMessageCodec
    {
        public IEnumerable<CodecMessage> Decode(ReadOnlyMemory<byte> frame, int most) => Encoding.UTF8.GetString(frame.Span) switch
        {
            "refuse" => throw new CodecException("no frame\nof canary"),
            "large" => throw new CodecException("more than fits", isTooBig: true),
            "throw-at-once" => throw new KeyNotFoundException("canary"),
            "null" => null!,
            var what => Later(what, most),
        };

        public int Yielded { get; private set; }

        private IEnumerable<CodecMessage> Later(string what, int most)
        {
            Yielded++;
            yield return new CodecMessage("1"u8.ToArray(), "{}"u8.ToArray());
            if (what == "refuse-later")
                throw new CodecException("no frame\nof canary");
            if (what == "throw")
                throw new KeyNotFoundException("canary");
            if (what == "large-payload")
                yield return new CodecMessage(new byte[most + 1], "{}"u8.ToArray());
            if (what == "large-view")
                yield return new CodecMessage(default, new byte[(most * 8) + 1025]);
            while (what == "endless")
            {
                Yielded++;
                yield return default;
            }
        }
    }

    private sealed class Handler(List<string> heard) : IFeedHandler
    {
        public void OnEvent(in FeedEvent happened)
        {
            if (happened.IsMessage)
                heard.Add($"{happened.Type} {(happened.Type == FeedEventType.Binary
                    ? Convert.ToHexStringLower(happened.Payload.Span)
                    : Encoding.UTF8.GetString(happened.Payload.Span))}");
        }
    }
}
